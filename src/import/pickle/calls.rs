//! What calls would make that a pickle asks for: NumPy's arrays, dtypes and scalars, and bytes, are understood;
//! whatever else becomes an instance that names what was called and with what.

use super::array::{Array, Order};
use super::cursor::Bytes;
use super::dtype::{self, DType, extents};
use super::scalars::latin1;
use super::tree::{Id, Node, Tree};
use crate::error::{Error, Kind, Result};
use std::sync::Arc;

/// The most arguments of a call that is understood.
const MOST_ARGUMENTS: usize = 5;

/// What `callable(*arguments)` would be.
pub(super) fn reduce(tree: &mut Tree, callable: Id, arguments: Id) -> Result<Id> {
    // Arguments may be many and shared: only as many as are understood are looked at.
    let few = tree.tuple(arguments).filter(|items| items.len() <= MOST_ARGUMENTS).map(<[Id]>::to_vec);
    let understood = match (tree.class(callable), tree.node(callable), few) {
        (Some(class), Node::Global(_), Some(items)) => match class {
            ("_codecs", "encode") => encoded(tree, &items)?,
            ("builtins", "bytes" | "bytearray") => bytes(tree, &items)?,
            ("copyreg", "_reconstructor") if is_plain(tree, &items) => return tree.instance(items[0], Tree::EMPTY),
            ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar") => scalar(tree, &items),
            ("numpy.core.numeric" | "numpy._core.numeric", "_frombuffer") => Some(from_buffer(tree, &items)?),
            _ => None,
        },
        _ => None,
    };
    match understood {
        Some(node) => tree.add(node),
        None => tree.instance(callable, arguments),
    }
}

/// What BUILD makes of an object with this state.
pub(super) fn build(tree: &mut Tree, target: Id, state: Id) -> Result<()> {
    let Node::Instance(instance) = tree.node(target) else {
        return Err(damaged("an instance to give a state", "something else"));
    };
    if instance.state.is_some() {
        return Err(damaged("one state for an instance", "a second one"));
    }
    let arguments = instance.arguments;
    let understood = match tree.class(target) {
        Some(("numpy", "dtype")) => dtype::build(tree, arguments, state)?.map(|dtype| Node::DType(Arc::new(dtype))),
        Some(("numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct")) => {
            let class = tree.tuple(arguments).and_then(|items| tree.class(*items.first()?));
            match class.is_some_and(is_array) {
                true => Some(reconstructed(tree, state)?),
                false => None,
            }
        }
        _ => None,
    };
    match (understood, tree.node_mut(target)) {
        (Some(node), target) => *target = node,
        (None, Node::Instance(instance)) => instance.state = Some(state),
        (None, _) => {}
    }
    Ok(())
}

/// Whether a class is one of those whose elements are an array's and nothing else.
pub(crate) fn is_array(class: (&str, &str)) -> bool {
    matches!(
        class,
        ("numpy", "ndarray" | "memmap" | "matrix")
            | ("numpy.matrixlib.defmatrix", "matrix")
            | ("numpy.core.memmap" | "numpy._core.memmap", "memmap")
    )
}

/// Whether `copyreg._reconstructor`, which protocols 0 and 1 call, makes an instance that is no list or the like too.
fn is_plain(tree: &Tree, arguments: &[Id]) -> bool {
    matches!(arguments, [_, base, Tree::NONE] if tree.class(*base) == Some(("builtins", "object")))
}

/// `_codecs.encode(text, "latin1")`.
fn encoded(tree: &mut Tree, arguments: &[Id]) -> Result<Option<Node>> {
    let [text, encoding] = arguments else { return Ok(None) };
    let (Node::Text(text), Some("latin1" | "latin-1")) = (tree.node(*text), tree.as_text(*encoding)) else {
        return Ok(None);
    };
    let text = Arc::clone(text);
    tree.decode(text.len())?;
    Ok(latin1(&text).map(Node::Bytes))
}

/// `bytes(…)` or `bytearray(…)` of nothing, of bytes, or of a text with an encoding.
fn bytes(tree: &mut Tree, arguments: &[Id]) -> Result<Option<Node>> {
    match arguments {
        [] => Ok(Some(Node::Bytes(Bytes::from(Vec::new())))),
        [of] => match tree.node(*of) {
            Node::Bytes(bytes) => Ok(Some(Node::Bytes(bytes.clone()))),
            _ => Ok(None),
        },
        _ => encoded(tree, arguments),
    }
}

/// `numpy.core.multiarray.scalar(dtype, bytes)`.
fn scalar(tree: &Tree, arguments: &[Id]) -> Option<Node> {
    let [dtype, bytes] = arguments else { return None };
    let (Node::DType(dtype), Node::Bytes(bytes)) = (tree.node(*dtype), tree.node(*bytes)) else { return None };
    let array = Array::new(Arc::clone(dtype), &[], Order::C, bytes.clone())?;
    match dtype.kind {
        b'U' => Some(Node::Text(array.texts()?.pop()?.into())),
        b'S' => Some(Node::Bytes(bytes.clone())),
        _ => Some(Node::Scalar(Box::new(array))),
    }
}

/// `numpy.core.numeric._frombuffer(bytes, dtype, shape, order[, axes])`.
fn from_buffer(tree: &Tree, arguments: &[Id]) -> Result<Node> {
    let wrong = || damaged("an array's bytes, dtype, shape and order", "others");
    let [bytes, dtype, shape, order, rest @ ..] = arguments else { return Err(wrong()) };
    let (Node::Bytes(bytes), Node::DType(dtype)) = (tree.node(*bytes), tree.node(*dtype)) else { return Err(wrong()) };
    let shape = extents(tree, *shape).ok_or_else(wrong)?;
    let axes = rest.first().and_then(|&axes| extents(tree, axes));
    let order = match (tree.as_text(*order), &axes) {
        (Some("C"), _) => Order::C,
        (Some("F"), _) => Order::Fortran,
        (Some("K"), Some(axes)) => Order::Axes(axes),
        _ => return Err(wrong()),
    };
    array(dtype, &shape, order, bytes)
}

/// An array after BUILD with the state (version, shape, dtype, is Fortran's order, elements).
fn reconstructed(tree: &mut Tree, state: Id) -> Result<Node> {
    let wrong = || damaged("an array's shape, dtype, order and elements", "others");
    let Some(&[_version, shape, dtype, fortran, elements]) = tree.tuple(state) else { return Err(wrong()) };
    let shape = extents(tree, shape).ok_or_else(wrong)?;
    let Node::DType(dtype) = tree.node(dtype) else { return Err(wrong()) };
    let dtype = Arc::clone(dtype);
    match tree.node(elements) {
        Node::Bytes(bytes) => {
            let is_fortran = match tree.node(fortran) {
                Node::Bool(value) => *value,
                Node::Int(value) => *value != 0,
                _ => return Err(wrong()),
            };
            array(&dtype, &shape, if is_fortran { Order::Fortran } else { Order::C }, bytes)
        }
        Node::List(items) => {
            // The list is row by row in both orders.
            let count = items.len();
            tree.charge(count)?;
            let Node::List(items) = tree.node(elements) else { return Err(wrong()) };
            let texts = if dtype.kind == b'O' { tree.texts(items) } else { None };
            let array = Array::of_objects(dtype, &shape, items, texts);
            array.map(|array| Node::Array(Box::new(array))).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// An array of these bytes.
pub(super) fn array(dtype: &Arc<DType>, shape: &[usize], order: Order<'_>, bytes: &Bytes) -> Result<Node> {
    let array = Array::new(Arc::clone(dtype), shape, order, bytes.clone());
    array.map(|array| Node::Array(Box::new(array))).ok_or_else(|| {
        let found = format!("{} bytes", bytes.as_slice().len());
        damaged(format!("an array {shape:?} of {}", dtype.text()), found)
    })
}

fn damaged(
    expected: impl Into<std::borrow::Cow<'static, str>>,
    found: impl Into<std::borrow::Cow<'static, str>>,
) -> Error {
    Error::new(Kind::InvalidModel, "", expected, found).hint("The file is damaged: write it again.")
}
