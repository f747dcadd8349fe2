//! The nodes of schema.json, by the names of their loaders in skops.

use super::archive::Archive;
use super::json::Json;
use crate::error::{Error, Kind, Result};
use crate::import::pickle::tree::{Id, Node, Tree};
use crate::import::pickle::{Document, limits::MAX_BYTES};
use std::collections::HashMap;

/// A file while it is read. It goes as deep as the JSON, which its parser bounds.
pub(super) struct Reader<'a> {
    pub(super) archive: Archive<'a>,
    pub(super) tree: Tree,
    /// The objects by skops' numbers for them.
    seen: HashMap<i64, Id>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(archive: Archive<'a>) -> Self {
        Self { archive, tree: Tree::new(0), seen: HashMap::new() }
    }

    pub(super) fn document(mut self, schema: &Json<'_>) -> Result<Document> {
        let root = self.node(schema)?;
        Ok(Document::new(self.tree, root))
    }

    /// The object of a node. What has the number of an object that was read is that object.
    pub(super) fn node(&mut self, json: &Json<'_>) -> Result<Id> {
        let number = match json.get("__id__") {
            Some(Json::Int(number)) => Some(*number),
            _ => None,
        };
        if let Some(&id) = number.and_then(|number| self.seen.get(&number)) {
            return Ok(id);
        }
        let id = self.read(json)?;
        self.seen.extend(number.map(|number| (number, id)));
        Ok(id)
    }

    fn read(&mut self, json: &Json<'_>) -> Result<Id> {
        match text(json, "__loader__")? {
            "JsonNode" => self.scalar(json),
            "ObjectNode" => {
                let made = self.called(json, Tree::EMPTY)?;
                let state = json.get("content").map(|content| self.node(content)).transpose()?;
                Ok(self.with_state(made, state))
            }
            "DictNode" => self.dict(json),
            "DefaultDictNode" => {
                let factory = self.node(inner(json, "default_factory")?)?;
                let arguments = self.tree.add(Node::Tuple(vec![factory]))?;
                let made = self.called(json, arguments)?;
                let main = self.node(inner(json, "main")?)?;
                let entries = match self.tree.node(main) {
                    Node::Dict(entries) => entries.clone(),
                    _ => return Err(wrong(json, "a dictionary")),
                };
                self.tree.charge(entries.len())?;
                Ok(self.with_entries(made, entries))
            }
            "ListNode" | "SetNode" | "TupleNode" => self.sequence(json),
            "FunctionNode" | "TypeNode" => self.class(json),
            "NdArrayNode" => self.array(json),
            "DTypeNode" => self.dtype(json),
            "SparseMatrixNode" => self.sparse(json),
            "BytesNode" | "BytearrayNode" => {
                let bytes = self.archive.member(text(json, "file")?, MAX_BYTES)?;
                self.tree.add(Node::Bytes(bytes))
            }
            "SliceNode" => {
                let ends = ["start", "stop", "step"].map(|key| self.plain(json, key));
                let ends = ends.into_iter().collect::<Result<_>>()?;
                let arguments = self.tree.add(Node::Tuple(ends))?;
                self.called(json, arguments)
            }
            "PartialNode" => {
                let parts = ["func", "args", "kwds", "namespace"].map(|key| self.node(inner(json, key)?));
                let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
                let arguments = self.tree.add(Node::Tuple(parts[..1].to_vec()))?;
                let made = self.called(json, arguments)?;
                let state = self.tree.add(Node::Tuple(parts))?;
                Ok(self.with_state(made, Some(state)))
            }
            "MethodNode" => {
                let owner = self.node(inner(json, "obj")?)?;
                let name = self.tree.add(Node::Text(text(content(json)?, "func")?.into()))?;
                let arguments = self.tree.add(Node::Tuple(vec![owner, name]))?;
                let getattr = self.tree.global("builtins", "getattr")?;
                self.tree.instance(getattr, arguments)
            }
            "ConstructorFromReduceNode" => {
                let arguments = self.node(content(json)?)?;
                self.called(json, arguments)
            }
            "OperatorFuncNode" => {
                let arguments = self.node(json.get("attrs").ok_or_else(|| wrong(json, "attrs"))?)?;
                self.called(json, arguments)
            }
            "TreeNode" | "LossNode" => {
                let reduce = json.get("__reduce__").ok_or_else(|| wrong(json, "__reduce__"))?;
                let arguments = self.node(reduce.get("args").ok_or_else(|| wrong(json, "arguments"))?)?;
                let made = self.called(json, arguments)?;
                let state = self.node(content(json)?)?;
                Ok(self.with_state(made, Some(state)))
            }
            // Their numbers make no predictions: they are there, and inert.
            "RandomStateNode" | "RandomGeneratorNode" | "MaskedArrayNode" => self.called(json, Tree::EMPTY),
            loader => {
                let expected = "a node that is known";
                let error = Error::new(Kind::Unsupported, "schema.json", expected, format!("a {loader}"));
                Err(error.hint("Write the model again with joblib.dump(model, path)."))
            }
        }
    }

    /// The class or function that a node names.
    fn class(&mut self, json: &Json<'_>) -> Result<Id> {
        self.tree.global(text(json, "__module__")?, text(json, "__class__")?)
    }

    fn is(&self, json: &Json<'_>, class: &str) -> bool {
        json.text("__module__") == Some("builtins") && json.text("__class__") == Some(class)
    }

    pub(super) fn called(&mut self, json: &Json<'_>, arguments: Id) -> Result<Id> {
        if self.tree.tuple(arguments).is_none() {
            return Err(wrong(json, "a tuple of arguments"));
        }
        let class = self.class(json)?;
        self.tree.instance(class, arguments)
    }

    pub(super) fn with_state(&mut self, made: Id, state: Option<Id>) -> Id {
        if let Node::Instance(instance) = self.tree.node_mut(made) {
            instance.state = state.filter(|&state| state != Tree::NONE);
        }
        made
    }

    fn with_entries(&mut self, made: Id, entries: Vec<(Id, Id)>) -> Id {
        if let Node::Instance(instance) = self.tree.node_mut(made) {
            instance.entries = entries;
        }
        made
    }

    /// A value of JSON, written as a text.
    fn scalar(&mut self, json: &Json<'_>) -> Result<Id> {
        let text = text(json, "content")?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let node = match text {
            "NaN" => Node::Float(f64::NAN),
            "Infinity" => Node::Float(f64::INFINITY),
            "-Infinity" => Node::Float(f64::NEG_INFINITY),
            _ if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().map_or(Node::Big, Node::Int)
            }
            _ => match serde_json::from_str(text) {
                Ok(Json::Null) => return Ok(Tree::NONE),
                Ok(Json::Bool(value)) => return Ok(if value { Tree::TRUE } else { Tree::FALSE }),
                Ok(Json::Float(value)) => Node::Float(value),
                Ok(Json::Text(text)) => Node::Text((*text).into()),
                _ => return Err(wrong(json, "a number, a text, a truth or null")),
            },
        };
        self.tree.add(node)
    }

    /// An integer or null that stands in the content itself.
    fn plain(&mut self, json: &Json<'_>, key: &str) -> Result<Id> {
        match inner(json, key)? {
            Json::Null => Ok(Tree::NONE),
            Json::Int(value) => self.tree.add(Node::Int(*value)),
            _ => Err(wrong(json, "an integer or null")),
        }
    }

    fn sequence(&mut self, json: &Json<'_>) -> Result<Id> {
        let Json::Items(items) = content(json)? else { return Err(wrong(json, "items")) };
        let items = items.iter().map(|item| self.node(item)).collect::<Result<Vec<_>>>()?;
        match text(json, "__loader__")? {
            "ListNode" if self.is(json, "list") => self.tree.add(Node::List(items)),
            "TupleNode" if self.is(json, "tuple") => self.tree.add(Node::Tuple(items)),
            "SetNode" if self.is(json, "set") => self.tree.add(Node::Set(items)),
            // A named tuple is made of its items; a list with a class of its own has them appended.
            "TupleNode" => {
                let arguments = self.tree.add(Node::Tuple(items))?;
                self.called(json, arguments)
            }
            _ => {
                let made = self.called(json, Tree::EMPTY)?;
                if let Node::Instance(instance) = self.tree.node_mut(made) {
                    instance.items = items;
                }
                Ok(made)
            }
        }
    }

    fn dict(&mut self, json: &Json<'_>) -> Result<Id> {
        let Json::Entries(entries) = content(json)? else { return Err(wrong(json, "entries")) };
        let types = json.get("key_types").and_then(|types| types.get("content"));
        let Some(Json::Items(types)) = types else { return Err(wrong(json, "the types of its keys")) };
        if types.len() != entries.len() {
            return Err(wrong(json, "a type of each key"));
        }
        let mut all = Vec::new();
        for ((key, value), class) in entries.iter().zip(types) {
            all.push((self.key(json, key, class)?, self.node(value)?));
        }
        if self.is(json, "dict") {
            return self.tree.add(Node::Dict(all));
        }
        let made = self.called(json, Tree::EMPTY)?;
        Ok(self.with_entries(made, all))
    }

    /// A key, which JSON has as a text whatever its type was.
    fn key(&mut self, json: &Json<'_>, key: &str, class: &Json<'_>) -> Result<Id> {
        let class = (class.text("__module__").unwrap_or_default(), class.text("__class__").unwrap_or_default());
        let node = match class {
            ("builtins", "str") | ("numpy", "str_") => Node::Text(key.into()),
            ("builtins", "int") | ("numpy", "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32") => {
                key.parse().map(Node::Int).map_err(|_| wrong(json, "a key that is an integer"))?
            }
            ("builtins", "float") | ("numpy", "float64") => match key {
                "NaN" => Node::Float(f64::NAN),
                "Infinity" => Node::Float(f64::INFINITY),
                "-Infinity" => Node::Float(f64::NEG_INFINITY),
                key => key.parse().map(Node::Float).map_err(|_| wrong(json, "a key that is a number"))?,
            },
            (module, name) => {
                let expected = "keys that are texts, integers or numbers";
                return Err(Error::new(Kind::Unsupported, "schema.json", expected, format!("a {module}.{name}")));
            }
        };
        self.tree.add(node)
    }
}

pub(super) fn content<'j, 'a>(json: &'j Json<'a>) -> Result<&'j Json<'a>> {
    json.get("content").ok_or_else(|| wrong(json, "content"))
}

/// A part of a node's content.
fn inner<'j, 'a>(json: &'j Json<'a>, key: &str) -> Result<&'j Json<'a>> {
    content(json)?.get(key).ok_or_else(|| wrong(json, &format!("content with {key}")))
}

pub(super) fn text<'j>(json: &'j Json<'_>, key: &str) -> Result<&'j str> {
    json.text(key).ok_or_else(|| wrong(json, key))
}

/// The error of a node that lacks something.
pub(super) fn wrong(json: &Json<'_>, expected: &str) -> Error {
    let class = format!("{}.{}", json.text("__module__").unwrap_or("?"), json.text("__class__").unwrap_or("?"));
    let found = format!("another {} of {class}", json.text("__loader__").unwrap_or("node"));
    Error::new(Kind::InvalidModel, "schema.json", format!("a node with {expected}"), found)
        .hint("The file is damaged: write it again with skops.")
}
