//! NumPy's dtypes: what the bytes of an element are.

use super::limits::{MAX_DIMENSIONS, MAX_DTYPE_DEPTH, MAX_ELEMENTS, MAX_FIELDS};
use super::tree::{Id, Node, Tree};
use crate::error::Result;
use std::sync::Arc;

/// What an element is.
#[derive(Clone)]
pub(crate) struct DType {
    /// NumPy's letter: `b`, `i`, `u`, `f`, `c`, `S`, `U`, `O`, `V`, `M` or `m`.
    pub(crate) kind: u8,
    /// Whether the first byte of a number is its highest.
    pub(super) big_endian: bool,
    /// Bytes of an element.
    pub(crate) size: usize,
    /// The columns of a record.
    pub(super) fields: Vec<Field>,
    /// The elements of a field that is an array, and its shape.
    pub(super) parts: Option<(Arc<DType>, Vec<usize>)>,
    pub(super) has_objects: bool,
    depth: usize,
    text: String,
}

/// A column of a record.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    pub(crate) offset: usize,
    pub(crate) dtype: Arc<DType>,
}

impl DType {
    /// Reads NumPy's short notation: an order, a letter and a size, such as `<f8`. Without an order it is little-endian.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let order = text.chars().next().filter(|order| "<>|=".contains(*order));
        if order.is_some() {
            rest = &text[1..];
        }
        let kind = *rest.as_bytes().first().filter(|kind| b"biufcSUOVMm".contains(kind))?;
        let digits = rest[1..].split('[').next().unwrap_or_default();
        let count: usize = match digits {
            "" if kind == b'O' => 8,
            "" => 0,
            digits => digits.parse().ok()?,
        };
        let size = if kind == b'U' { count.checked_mul(4)? } else { count };
        Self::new(kind, order == Some('>'), size)
    }

    fn new(kind: u8, big_endian: bool, size: usize) -> Option<Self> {
        let known = match kind {
            b'b' => size == 1,
            b'i' | b'u' => matches!(size, 1 | 2 | 4 | 8),
            b'f' => matches!(size, 2 | 4 | 8 | 12 | 16),
            b'c' => matches!(size, 8 | 16 | 24 | 32),
            b'M' | b'm' | b'O' => size == 8 || kind == b'O' && size == 4,
            b'U' => size.is_multiple_of(4),
            _ => true,
        };
        let is_number = matches!(kind, b'i' | b'u' | b'f' | b'c' | b'U' | b'M' | b'm') && (size > 1 || kind == b'U');
        let order = if !is_number { '|' } else { [b'<', b'>'][big_endian as usize] as char };
        let text = match kind {
            b'O' => "|O".to_owned(),
            b'U' => format!("{order}U{}", size / 4),
            kind => format!("{order}{}{size}", kind as char),
        };
        let (fields, parts, has_objects) = (Vec::new(), None, kind == b'O');
        known.then_some(Self { kind, big_endian, size, fields, parts, has_objects, depth: 0, text })
    }

    /// A record of `size` bytes.
    pub(crate) fn record(size: usize, fields: Vec<Field>) -> Option<Self> {
        let fits = |field: &Field| field.offset.checked_add(field.dtype.size).is_some_and(|end| end <= size);
        let depth = 1 + fields.iter().map(|field| field.dtype.depth).max().unwrap_or(0);
        if depth > MAX_DTYPE_DEPTH || !fields.iter().all(fits) {
            return None;
        }
        let has_objects = fields.iter().any(|field| field.dtype.has_objects);
        Some(Self { fields, has_objects, depth, ..Self::new(b'V', false, size)? })
    }

    /// An array inside of a record.
    pub(crate) fn array(base: Arc<DType>, shape: Vec<usize>) -> Option<Self> {
        let count = shape.iter().try_fold(1, |count: usize, &extent| count.checked_mul(extent))?;
        let (depth, size) = (base.depth + 1, count.checked_mul(base.size)?);
        if depth > MAX_DTYPE_DEPTH || shape.len() > MAX_DIMENSIONS || count > MAX_ELEMENTS || base.size == 0 {
            return None;
        }
        let has_objects = base.has_objects;
        Some(Self { parts: Some((base, shape)), has_objects, depth, ..Self::new(b'V', false, size)? })
    }

    /// NumPy's short notation of it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

/// What `numpy.dtype` with these arguments is after BUILD with this state; `None` if they do not describe a dtype.
pub(super) fn build(tree: &mut Tree, arguments: Id, state: Id) -> Result<Option<DType>> {
    let Some([_version, order, parts, names, fields, size, ..]) = tree.tuple(state) else { return Ok(None) };
    let (order, parts, names, fields, size) = (*order, *parts, *names, *fields, *size);
    let Some(text) = tree.tuple(arguments).and_then(|arguments| tree.as_text(*arguments.first()?)) else {
        return Ok(None);
    };
    let (Some(plain), Some(order)) = (DType::parse(text), tree.as_text(order)) else { return Ok(None) };
    let size = tree.as_count(size).unwrap_or(plain.size);
    if let Some(&[base, shape]) = tree.tuple(parts) {
        let Node::DType(base) = tree.node(base) else { return Ok(None) };
        return Ok(extents(tree, shape).and_then(|shape| DType::array(Arc::clone(base), shape)));
    }
    let Some(names) = tree.tuple(names) else { return Ok(DType::new(plain.kind, order == ">", size)) };
    // A field with a title is in the dictionary twice.
    let are_few = matches!(tree.node(fields), Node::Dict(entries) if entries.len() <= 2 * MAX_FIELDS);
    if !are_few || names.len() > MAX_FIELDS {
        return Ok(None);
    }
    let named: Option<Vec<_>> = names.iter().map(|&name| field(tree, name, fields)).collect();
    let count = names.len();
    tree.charge(count)?;
    Ok(named.and_then(|fields| DType::record(size, fields)))
}

fn field(tree: &Tree, name: Id, fields: Id) -> Option<Field> {
    let Node::Text(name) = tree.node(name) else { return None };
    if name.len() > MAX_FIELDS {
        return None;
    }
    let [dtype, offset, ..] = tree.tuple(tree.entry(fields, name)?)? else { return None };
    let Node::DType(dtype) = tree.node(*dtype) else { return None };
    Some(Field { name: Arc::clone(name), offset: tree.as_count(*offset)?, dtype: Arc::clone(dtype) })
}

/// A shape: a tuple of counts, or one count.
pub(crate) fn extents(tree: &Tree, shape: Id) -> Option<Vec<usize>> {
    match tree.tuple(shape) {
        Some(extents) if extents.len() <= MAX_DIMENSIONS => {
            extents.iter().map(|&extent| tree.as_count(extent)).collect()
        }
        Some(_) => None,
        None => Some(vec![tree.as_count(shape)?]),
    }
}
