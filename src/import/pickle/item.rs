//! What a mapper sees of an object.

use super::array::Array;
use super::tree::{Id, Instance, Node, Tree};
use std::fmt;

/// An object of a [`Document`](super::Document). Nothing of it was ever executed.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    tree: &'a Tree,
    id: Id,
}

impl<'a> Item<'a> {
    pub(super) fn new(tree: &'a Tree, id: Id) -> Self {
        Self { tree, id }
    }

    fn node(self) -> &'a Node {
        self.tree.node(self.id)
    }

    fn at(self, id: Id) -> Item<'a> {
        Item { id, ..self }
    }

    fn all(self, ids: &[Id]) -> Vec<Item<'a>> {
        ids.iter().map(|&id| self.at(id)).collect()
    }

    fn instance(self) -> Option<&'a Instance> {
        match self.node() {
            Node::Instance(instance) => Some(instance),
            _ => None,
        }
    }

    /// What it is, for errors: "a list", "an array", "an instance".
    pub fn kind(self) -> &'static str {
        match self.node() {
            Node::None => "None",
            Node::Bool(_) => "a truth",
            Node::Int(_) => "an integer",
            Node::Big => "an integer beyond 64 bits",
            Node::Float(_) => "a number",
            Node::Text(_) => "a text",
            Node::Bytes(_) => "bytes",
            Node::List(_) => "a list",
            Node::Tuple(_) => "a tuple",
            Node::Set(_) => "a set",
            Node::Dict(_) => "a dictionary",
            Node::Global(_) => "a class or function",
            Node::Instance(_) => "an instance",
            Node::DType(_) => "a dtype",
            Node::Array(_) => "an array",
            Node::Scalar(_) => "a NumPy scalar",
        }
    }

    /// The same number for the same object.
    pub fn id(self) -> usize {
        self.id as usize
    }

    /// The module and name of an instance's class, or of what was called to make it; of a class or function itself too,
    /// which [`Item::is_global`] tells apart.
    pub fn class(self) -> Option<(&'a str, &'a str)> {
        self.tree.class(self.id)
    }

    /// Whether it is a class or function itself.
    pub fn is_global(self) -> bool {
        matches!(self.node(), Node::Global(_))
    }

    /// An attribute of an instance: an entry of its state by name. A state may be two dictionaries, the second of slots.
    pub fn attribute(self, name: &str) -> Option<Item<'a>> {
        let state = self.instance()?.state?;
        let found = match self.tree.node(state) {
            Node::Tuple(two) if two.len() == 2 => {
                self.tree.entry(two[1], name).or_else(|| self.tree.entry(two[0], name))
            }
            _ => self.tree.entry(state, name),
        };
        found.map(|id| self.at(id))
    }

    /// What an instance was made with: the arguments of REDUCE or NEWOBJ.
    pub fn arguments(self) -> Vec<Item<'a>> {
        let arguments = self.instance().and_then(|instance| self.tree.tuple(instance.arguments));
        self.all(arguments.unwrap_or_default())
    }

    /// The named arguments an instance was made with: those of NEWOBJ_EX.
    pub fn keywords(self) -> Option<Item<'a>> {
        self.instance()?.keywords.map(|id| self.at(id))
    }

    /// An instance's state: what BUILD was given.
    pub fn state(self) -> Option<Item<'a>> {
        self.instance()?.state.map(|id| self.at(id))
    }

    /// Whether it is None.
    pub fn is_none(self) -> bool {
        matches!(self.node(), Node::None)
    }

    /// A truth, of Python or of NumPy.
    pub fn as_bool(self) -> Option<bool> {
        match self.node() {
            Node::Bool(value) => Some(*value),
            Node::Scalar(scalar) if scalar.dtype() == "|b1" => Some(scalar.integers()?[0] != 0),
            _ => None,
        }
    }

    /// An integer, of Python or of NumPy. A truth is none.
    pub fn as_i64(self) -> Option<i64> {
        match self.node() {
            Node::Int(value) => Some(*value),
            Node::Scalar(scalar) if scalar.dtype() != "|b1" => Some(scalar.integers()?[0]),
            _ => None,
        }
    }

    /// A number, of Python or of NumPy, if an f64 is exactly it. A truth is none.
    pub fn as_f64(self) -> Option<f64> {
        match self.node() {
            Node::Int(value) => Some(*value as f64).filter(|&float| float as i128 == i128::from(*value)),
            Node::Float(value) => Some(*value),
            Node::Scalar(scalar) if scalar.dtype() != "|b1" => Some(scalar.floats()?[0]),
            _ => None,
        }
    }

    /// A text, of Python or of NumPy.
    pub fn as_str(self) -> Option<&'a str> {
        self.tree.as_text(self.id)
    }

    /// Bytes, of Python (a bytearray too) or of NumPy.
    pub fn as_bytes(self) -> Option<&'a [u8]> {
        match self.node() {
            Node::Bytes(bytes) => Some(bytes.as_slice()),
            _ => None,
        }
    }

    /// What a list, a tuple, a set or an array of objects holds, an array row by row; of an instance, what was appended
    /// to it.
    pub fn items(self) -> Option<Vec<Item<'a>>> {
        match self.node() {
            Node::List(items) | Node::Tuple(items) | Node::Set(items) => Some(self.all(items)),
            Node::Array(array) => array.objects().map(|items| self.all(items)),
            Node::Instance(instance) => match self.class() {
                Some(("builtins", "set" | "frozenset")) => match self.tree.tuple(instance.arguments)? {
                    [] => Some(self.all(&instance.items)),
                    [of] => match self.tree.node(*of) {
                        Node::List(items) | Node::Tuple(items) => Some(self.all(items)),
                        _ => None,
                    },
                    _ => None,
                },
                _ => (!instance.items.is_empty()).then(|| self.all(&instance.items)),
            },
            _ => None,
        }
    }

    /// What a dictionary holds, in the file's order; of an instance, such as an OrderedDict, what was set in it.
    pub fn entries(self) -> Option<Vec<(Item<'a>, Item<'a>)>> {
        let entries = match self.node() {
            Node::Dict(entries) => entries,
            Node::Instance(instance) => match self.class() {
                Some(("collections", "OrderedDict" | "defaultdict")) => &instance.entries,
                _ if instance.entries.is_empty() => return None,
                _ => &instance.entries,
            },
            _ => return None,
        };
        Some(entries.iter().map(|&(key, value)| (self.at(key), self.at(value))).collect())
    }

    /// What a dictionary holds under a text.
    pub fn get(self, key: &str) -> Option<Item<'a>> {
        self.tree.entry(self.id, key).map(|id| self.at(id))
    }

    /// A NumPy array.
    pub fn array(self) -> Option<&'a Array> {
        match self.node() {
            Node::Array(array) => Some(array),
            _ => None,
        }
    }

    /// NumPy's short notation of a dtype.
    pub fn dtype(self) -> Option<&'a str> {
        match self.node() {
            Node::DType(dtype) => Some(dtype.text()),
            _ => None,
        }
    }

    /// A number of NumPy's own types, as an array without dimensions: its dtype says which.
    pub fn scalar(self) -> Option<&'a Array> {
        match self.node() {
            Node::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.kind(), self.id)
    }
}
