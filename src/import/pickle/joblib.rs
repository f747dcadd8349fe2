//! joblib's files: pickles with the bytes of arrays between the opcodes, each after BUILD of its description.

use super::array::Order;
use super::calls::{self, is_array};
use super::cursor::{Cursor, place};
use super::dtype::extents;
use super::limits::MAX_FIELDS;
use super::machine::Machine;
use super::tree::{Id, Node, Tree};
use crate::error::{Error, Kind, Result};
use std::sync::Arc;

/// Whether an object is joblib's description of an array whose bytes follow.
pub(super) fn is_wrapper(tree: &Tree, id: Id) -> bool {
    matches!(tree.node(id), Node::Instance(_)) && tree.class(id) == Some(("joblib.numpy_pickle", "NumpyArrayWrapper"))
}

/// The array that a description is of.
pub(super) fn array(cursor: &mut Cursor, tree: &mut Tree, wrapper: Id) -> Result<Id> {
    let at = cursor.position();
    let wrong = |what: &str| {
        let expected = format!("joblib's description of an array with its {what}");
        Error::new(Kind::InvalidModel, place(at), expected, "none").hint("The file is damaged: write it again.")
    };
    let Node::Instance(instance) = tree.node(wrapper) else { return Err(wrong("state")) };
    let state = instance.state.ok_or_else(|| wrong("state"))?;
    if !matches!(tree.node(state), Node::Dict(entries) if entries.len() <= MAX_FIELDS) {
        return Err(wrong("state"));
    }
    let entry = |key| tree.entry(state, key).ok_or_else(|| wrong(key));
    let class = tree.class(entry("subclass")?).ok_or_else(|| wrong("subclass"))?;
    if !is_array(class) {
        let found = format!("{}.{}", class.0, class.1);
        return Err(Error::new(Kind::Unsupported, place(at), "a plain NumPy array", found));
    }
    let Node::DType(dtype) = tree.node(entry("dtype")?) else { return Err(wrong("dtype")) };
    let dtype = Arc::clone(dtype);
    if dtype.has_objects {
        // A pickle in the pickle. It has its own memo, and no arrays between its opcodes: it goes no deeper.
        let mut machine = Machine::new(cursor.bytes().clone(), at, tree, false);
        let array = machine.run()?;
        let end = machine.cursor.position();
        cursor.jump(end);
        return Ok(array);
    }
    let shape = extents(tree, entry("shape")?).ok_or_else(|| wrong("shape"))?;
    let order = match tree.as_text(entry("order")?) {
        Some("C") => Order::C,
        Some("F") => Order::Fortran,
        _ => return Err(wrong("order")),
    };
    let alignment = tree.entry(state, "numpy_array_alignment_bytes").map(|id| tree.node(id));
    if alignment.is_some_and(|alignment| !matches!(alignment, Node::None)) {
        let padding = cursor.byte()?;
        cursor.take(usize::from(padding))?;
    }
    let count = shape.iter().try_fold(dtype.size, |size, &extent| size.checked_mul(extent));
    let bytes = cursor.share(count.unwrap_or(usize::MAX))?;
    let node = calls::array(&dtype, &shape, order, &bytes).map_err(|error| error.within(&place(at)))?;
    tree.add(node)
}
