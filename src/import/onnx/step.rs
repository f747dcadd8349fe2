//! One node on its way into the network: its attributes, each of which must be read, its inputs, and what it becomes.

use super::graph::Builder;
use super::proto::{Attribute, Node};
use crate::error::{Error, Kind, Result};
use crate::import::network::Place;
use crate::network::{Operator, Tensor};
use std::cell::RefCell;

/// A node that is being read.
pub struct Step<'a, 'b> {
    /// The node.
    pub node: &'b Node<'a>,
    /// The version of its domain's operators.
    pub version: i64,
    /// Where its inputs are; nothing where one is left out.
    pub inputs: Vec<Option<Place>>,
    /// What the network is made with.
    pub builder: &'b mut Builder<'a>,
    /// The attributes that nobody has asked for.
    unread: RefCell<Vec<&'a str>>,
}

impl<'a, 'b> Step<'a, 'b> {
    /// Of a node whose inputs are known.
    pub fn new(node: &'b Node<'a>, version: i64, inputs: Vec<Option<Place>>, builder: &'b mut Builder<'a>) -> Self {
        let unread = RefCell::new(node.attributes.iter().map(|attribute| attribute.name).collect());
        Self { node, version, inputs, builder, unread }
    }

    /// Refuses attributes that nobody has asked for: they would change what the node does.
    pub fn check_read(&self) -> Result<()> {
        match self.unread.borrow().first() {
            None => Ok(()),
            Some(name) => Err(unsupported(format!("the attribute {name} of {}", self.node.op_type))),
        }
    }

    /// The attribute of that name.
    pub fn find(&self, name: &str) -> Option<&'b Attribute<'a>> {
        self.unread.borrow_mut().retain(|known| *known != name);
        self.node.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Passes over attributes that change nothing when a network runs.
    pub fn ignore(&self, names: &[&str]) {
        self.unread.borrow_mut().retain(|known| !names.contains(known));
    }

    /// Whether there is an attribute of that name.
    pub fn has(&self, name: &str) -> bool {
        self.node.attributes.iter().any(|attribute| attribute.name == name)
    }

    /// A whole number.
    pub fn integer(&self, name: &str, absent: i64) -> i64 {
        self.find_integer(name).unwrap_or(absent)
    }

    /// A whole number, if it is there.
    pub fn find_integer(&self, name: &str) -> Option<i64> {
        self.find(name).map(|attribute| attribute.integer.unwrap_or(0))
    }

    /// 0 or 1.
    pub fn flag(&self, name: &str, absent: bool) -> bool {
        self.find_integer(name).map_or(absent, |x| x != 0)
    }

    /// A float.
    pub fn float(&self, name: &str, absent: f32) -> f32 {
        self.find(name).map_or(absent, |attribute| attribute.float.unwrap_or(0.0))
    }

    /// Whole numbers; none if they are not there.
    pub fn integers(&self, name: &str) -> Vec<i64> {
        self.find(name).map(|attribute| attribute.integers.clone()).unwrap_or_default()
    }

    /// Floats, if they are there.
    pub fn floats(&self, name: &str) -> Option<Vec<f32>> {
        self.find(name).map(|attribute| attribute.floats.clone())
    }

    /// A text.
    pub fn text(&self, name: &str, absent: &'static str) -> Result<&'a str> {
        match self.find(name).and_then(|attribute| attribute.bytes) {
            None => Ok(absent),
            Some(text) => text.text(),
        }
    }

    /// Texts.
    pub fn texts(&self, name: &str) -> Result<Vec<&'a str>> {
        let texts = self.find(name).map(|attribute| &attribute.strings[..]).unwrap_or_default();
        texts.iter().map(|text| text.text()).collect()
    }

    /// One of several texts.
    pub fn choice<T: Copy>(&self, name: &str, absent: &'static str, choices: &[(&str, T)]) -> Result<T> {
        let text = self.text(name, absent)?;
        let found = choices.iter().find(|(known, _)| *known == text);
        found.map(|(_, choice)| *choice).ok_or_else(|| unsupported(format!("{name} = {text:?}")))
    }

    /// Puts a constant behind the inputs, at a place that was an attribute in older versions.
    pub fn push_constant(&mut self, at: usize, constant: Option<Tensor>) {
        if self.inputs.len() <= at {
            self.inputs.resize(at + 1, None);
        }
        if let Some(constant) = constant {
            self.inputs[at] = Some(self.builder.weight(constant));
        }
    }

    /// Puts the whole numbers of an attribute behind the inputs, as newer versions have them; nothing if it is not there.
    pub fn push_integers(&mut self, at: usize, name: &str) {
        let constant = self.find(name).map(|attribute| Tensor::integers(attribute.integers.clone()));
        self.push_constant(at, constant);
    }

    /// Makes the node one of the network that has its inputs and its outputs.
    pub fn becomes(self, operator: Operator) -> Result<()> {
        self.check_read()?;
        let outputs = self.node.outputs.len().max(1);
        let first = self.builder.node(self.node, operator, self.inputs, outputs);
        for (i, name) in self.node.outputs.iter().enumerate() {
            self.builder.name(name, Place::Made(first + i))?;
        }
        Ok(())
    }

    /// Makes one of the network's nodes on the way, with one output.
    pub fn make(&mut self, operator: Operator, inputs: &[Option<Place>]) -> Option<Place> {
        Some(Place::Made(self.builder.node(self.node, operator, inputs.to_vec(), 1)))
    }

    /// Gives the node's one output a tensor that is there.
    pub fn is(self, place: Option<Place>) -> Result<()> {
        self.check_read()?;
        match (place, &self.node.outputs[..]) {
            (Some(place), [name]) => self.builder.name(name, place),
            _ => Err(Error::new(Kind::InvalidModel, "outputs", "one", self.node.outputs.len().to_string())),
        }
    }

    /// An input that must be there.
    pub fn input(&self, i: usize) -> Result<Option<Place>> {
        match self.inputs.get(i) {
            Some(Some(place)) => Ok(Some(*place)),
            _ => Err(Error::new(Kind::InvalidModel, format!("input {i}"), "a tensor", "none")),
        }
    }
}

/// The reason to refuse a node.
pub fn unsupported(what: impl Into<String>) -> Error {
    Error::new(Kind::Unsupported, "", "what edgelet runs", what.into())
}
