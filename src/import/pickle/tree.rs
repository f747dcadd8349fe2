//! The objects of a file, side by side: they name each other by number, so that sharing and cycles cost nothing and
//! nothing that goes through them recurses, dropping included.

use super::array::Array;
use super::cursor::Bytes;
use super::dtype::DType;
use super::limits::{self, MAX_NODES};
use crate::error::Result;
use std::collections::HashMap;
use std::sync::Arc;

/// The number of an object.
pub(crate) type Id = u32;

/// An object.
pub(crate) enum Node {
    None,
    Bool(bool),
    Int(i64),
    /// An integer that 64 bits do not hold.
    Big,
    Float(f64),
    Text(Arc<str>),
    Bytes(Bytes),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Set(Vec<Id>),
    Dict(Vec<(Id, Id)>),
    /// The module and the name of a class or function.
    Global(Arc<(String, String)>),
    Instance(Box<Instance>),
    DType(Arc<DType>),
    Array(Box<Array>),
    /// A number of NumPy's own types: an array without dimensions.
    Scalar(Box<Array>),
}

/// What calling something would have made.
pub(crate) struct Instance {
    /// What was called.
    pub(crate) callable: Id,
    /// A tuple.
    pub(crate) arguments: Id,
    /// A dictionary.
    pub(crate) keywords: Option<Id>,
    pub(crate) state: Option<Id>,
    /// What was appended or added.
    pub(crate) items: Vec<Id>,
    /// What was set.
    pub(crate) entries: Vec<(Id, Id)>,
}

/// The objects of a file while it is read.
pub(crate) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// Every global in order of appearance, and the numbers of all.
    pub(super) globals: Vec<Arc<(String, String)>>,
    numbers: HashMap<Arc<(String, String)>, Id>,
    /// What was made beside the nodes and takes as much memory as they do.
    extra: usize,
    /// How many more bytes may be made out of texts.
    decodable: usize,
}

impl Tree {
    pub(crate) const NONE: Id = 0;
    pub(crate) const FALSE: Id = 1;
    pub(crate) const TRUE: Id = 2;
    pub(crate) const EMPTY: Id = 3;

    /// No objects but the few that every file has. `decodable` is how many bytes may be made out of its texts.
    pub(crate) fn new(decodable: usize) -> Self {
        let nodes = vec![Node::None, Node::Bool(false), Node::Bool(true), Node::Tuple(Vec::new())];
        Self { nodes, globals: Vec::new(), numbers: HashMap::new(), extra: 0, decodable }
    }

    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id as usize]
    }

    pub(crate) fn node_mut(&mut self, id: Id) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    pub(crate) fn add(&mut self, node: Node) -> Result<Id> {
        self.charge(1)?;
        self.extra -= 1;
        self.nodes.push(node);
        Ok((self.nodes.len() - 1) as Id)
    }

    /// A class or function. Python 2's names, which protocol 2 uses, become today's.
    pub(crate) fn global(&mut self, module: &str, name: &str) -> Result<Id> {
        let (module, name) = match (module, name) {
            ("__builtin__", "long") => ("builtins", "int"),
            ("__builtin__", "unicode") => ("builtins", "str"),
            ("__builtin__", "xrange") => ("builtins", "range"),
            ("__builtin__", name) => ("builtins", name),
            ("copy_reg", name) => ("copyreg", name),
            named => named,
        };
        let global = Arc::new((module.to_owned(), name.to_owned()));
        if let Some(&id) = self.numbers.get(&global) {
            return Ok(id);
        }
        let id = self.add(Node::Global(Arc::clone(&global)))?;
        self.globals.push(Arc::clone(&global));
        self.numbers.insert(global, id);
        Ok(id)
    }

    /// The result of a call that nobody makes.
    pub(crate) fn instance(&mut self, callable: Id, arguments: Id) -> Result<Id> {
        let (items, entries) = (Vec::new(), Vec::new());
        let instance = Instance { callable, arguments, keywords: None, state: None, items, entries };
        self.add(Node::Instance(Box::new(instance)))
    }

    /// Counts `count` things that take about as much memory as nodes.
    pub(crate) fn charge(&mut self, count: usize) -> Result<()> {
        let total = self.nodes.len().saturating_add(self.extra).saturating_add(count);
        limits::check(|| "objects".to_owned(), "objects", total, MAX_NODES)?;
        self.extra += count;
        Ok(())
    }

    /// Counts `count` bytes made out of a text: a file that is what it seems makes each of its texts into bytes once.
    pub(super) fn decode(&mut self, count: usize) -> Result<()> {
        limits::check(|| "bytes as text".to_owned(), "more bytes made out of texts", count, self.decodable)?;
        self.decodable -= count;
        Ok(())
    }

    /// The module and name of a global, or of what was called to make an instance.
    pub(crate) fn class(&self, id: Id) -> Option<(&str, &str)> {
        let global = match self.node(id) {
            Node::Instance(instance) => self.node(instance.callable),
            node => node,
        };
        match global {
            Node::Global(global) => Some((&global.0, &global.1)),
            _ => None,
        }
    }

    pub(crate) fn tuple(&self, id: Id) -> Option<&[Id]> {
        match self.node(id) {
            Node::Tuple(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn as_text(&self, id: Id) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_count(&self, id: Id) -> Option<usize> {
        match self.node(id) {
            Node::Int(value) => usize::try_from(*value).ok(),
            Node::Scalar(scalar) => scalar.integers().and_then(|values| usize::try_from(values[0]).ok()),
            _ => None,
        }
    }

    /// The texts that these objects are, if all of them are.
    pub(crate) fn texts(&self, items: &[Id]) -> Option<Arc<[Arc<str>]>> {
        let text = |&id: &Id| match self.node(id) {
            Node::Text(text) => Some(Arc::clone(text)),
            _ => None,
        };
        items.iter().map(text).collect()
    }

    /// The last entry of a dictionary under a text.
    pub(crate) fn entry(&self, id: Id, key: &str) -> Option<Id> {
        let entries = match self.node(id) {
            Node::Dict(entries) => entries,
            Node::Instance(instance) => &instance.entries,
            _ => return None,
        };
        entries.iter().rev().find(|entry| self.as_text(entry.0) == Some(key)).map(|entry| entry.1)
    }
}
