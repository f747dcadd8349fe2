//! The nodes of arrays: in files of their own, in lists of objects, or sparse.

use super::archive::Archive;
use super::json::Json;
use super::nodes::{Reader, content, text, wrong};
use super::npy;
use crate::error::Result;
use crate::import::pickle::array::Array;
use crate::import::pickle::calls::is_array;
use crate::import::pickle::dtype::{DType, extents};
use crate::import::pickle::limits::MAX_BYTES;
use crate::import::pickle::tree::{Id, Node, Tree};
use std::sync::Arc;

impl Reader<'_> {
    pub(super) fn dtype(&mut self, json: &Json<'_>) -> Result<Id> {
        let dtype = match self.file(content(json)?)? {
            Some(array) => array.shared_dtype(),
            None => object(json)?,
        };
        self.tree.add(Node::DType(dtype))
    }

    pub(super) fn array(&mut self, json: &Json<'_>) -> Result<Id> {
        let class = (text(json, "__module__")?, text(json, "__class__")?);
        let array = match self.file(json)? {
            Some(array) if is_array(class) => Node::Array(Box::new(array)),
            // NumPy's own numbers and texts are stored as arrays without dimensions.
            Some(array) => match (array.dtype().as_bytes().get(1), array.texts().as_deref()) {
                _ if !array.shape().is_empty() => return Err(wrong(json, "one number")),
                (Some(b'U'), Some([text])) => Node::Text(text.as_str().into()),
                (Some(b'S'), Some([text])) => Node::Bytes(text.as_bytes().to_vec().into()),
                _ => Node::Scalar(Box::new(array)),
            },
            None => self.objects(json)?,
        };
        self.tree.add(array)
    }

    /// The array in a node's file; `None` if it is one of objects, which have none.
    fn file(&mut self, json: &Json<'_>) -> Result<Option<Array>> {
        match text(json, "type")? {
            "json" => Ok(None),
            _ => {
                let bytes = self.archive.member(text(json, "file")?, MAX_BYTES)?;
                npy::read(&bytes).map(Some).ok_or_else(|| wrong(json, "an array in NumPy's format"))
            }
        }
    }

    /// An array of objects, which stand in lists of lists.
    fn objects(&mut self, json: &Json<'_>) -> Result<Node> {
        let shape = self.node(json.get("shape").ok_or_else(|| wrong(json, "a shape"))?)?;
        let shape = extents(&self.tree, shape).ok_or_else(|| wrong(json, "a shape"))?;
        let mut nodes = vec![content(json)?];
        for (axis, &extent) in shape.iter().enumerate() {
            let mut inner = Vec::new();
            for node in nodes {
                let list = if axis == 0 { Some(node) } else { node.get("content") };
                match list {
                    Some(Json::Items(items)) if items.len() == extent => inner.extend(items),
                    _ => return Err(wrong(json, "lists of the shape's lengths")),
                }
            }
            nodes = inner;
        }
        let items = nodes.into_iter().map(|node| self.node(node)).collect::<Result<Vec<_>>>()?;
        let array = Array::of_objects(object(json)?, &shape, &items, self.tree.texts(&items));
        array.map(|array| Node::Array(Box::new(array))).ok_or_else(|| wrong(json, "as many objects as the shape has"))
    }

    /// A sparse matrix: an archive of arrays, which become its attributes as in a pickle.
    pub(super) fn sparse(&mut self, json: &Json<'_>) -> Result<Id> {
        let bytes = self.archive.member(text(json, "file")?, MAX_BYTES)?;
        // Opening it takes as long as it is large, however often that is asked for.
        let left = self.archive.left().saturating_sub(bytes.as_slice().len() as u64);
        let mut inner = Archive::new(bytes.as_slice(), left)?;
        let mut state = Vec::new();
        for name in inner.names()? {
            let array = npy::read(&inner.member(&name, MAX_BYTES)?);
            let array = array.ok_or_else(|| wrong(json, "arrays in NumPy's format"))?;
            let (key, value) = match name.trim_end_matches(".npy") {
                "format" => continue,
                "shape" => {
                    let counts = array.integers().ok_or_else(|| wrong(json, "a shape"))?;
                    let counts = counts.into_iter().map(|count| self.tree.add(Node::Int(count)));
                    ("_shape", Node::Tuple(counts.collect::<Result<_>>()?))
                }
                key => (key, Node::Array(Box::new(array))),
            };
            state.push((self.tree.add(Node::Text(key.into()))?, self.tree.add(value)?));
        }
        self.archive.leave(inner.left());
        let state = self.tree.add(Node::Dict(state))?;
        let made = self.called(json, Tree::EMPTY)?;
        Ok(self.with_state(made, Some(state)))
    }
}

/// NumPy's dtype of objects.
fn object(json: &Json<'_>) -> Result<Arc<DType>> {
    DType::parse("O").map(Arc::new).ok_or_else(|| wrong(json, "a dtype"))
}
