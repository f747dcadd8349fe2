//! Pickles, and joblib's files, which are pickles with arrays between: their objects, built without executing anything.
//!
//! There is no list of classes here: whatever a file names becomes an inert [`Item`] that says its class, what it was
//! made with and its state. Who maps them has [`Document::globals`] to decide which names it knows.

pub(super) mod array;
pub(super) mod calls;
mod compression;
pub(super) mod cursor;
pub(super) mod dtype;
mod item;
mod joblib;
pub mod limits;
mod machine;
mod opcode;
mod scalars;
pub(super) mod tree;

use crate::error::{Error, Kind, Result};
pub use array::Array;
use cursor::Bytes;
pub use item::Item;
use limits::MAX_BYTES;
use machine::Machine;
use std::fmt;
use tree::{Id, Tree};

/// The objects of a file. Shared objects stay shared, so a small file stays small.
pub struct Document {
    tree: Tree,
    root: Id,
}

impl Document {
    pub(super) fn new(tree: Tree, root: Id) -> Self {
        Self { tree, root }
    }

    /// The object that was written.
    pub fn root(&self) -> Item<'_> {
        Item::new(&self.tree, self.root)
    }

    /// The module and name of every class and function that the file names, each once, in order of appearance.
    pub fn globals(&self) -> impl Iterator<Item = (&str, &str)> {
        self.tree.globals.iter().map(|global| (&*global.0, &*global.1))
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} objects, the first {:?}", self.tree.nodes.len(), self.root())
    }
}

/// Reads a pickle of protocol 0 to 5 or a file of joblib, compressed or not.
///
/// # Errors
/// [`Kind::InvalidModel`] at the place that is damaged, [`Kind::Unsupported`] for opcodes that need something outside
/// of the file, [`Kind::LimitExceeded`] above a bound of [`limits`].
pub fn read(bytes: &[u8]) -> Result<Document> {
    if bytes.len() as u64 > MAX_BYTES {
        let expected = format!("at most {MAX_BYTES} bytes");
        return Err(Error::new(Kind::LimitExceeded, "file", expected, format!("{} bytes", bytes.len())));
    }
    match compression::decompress(bytes)? {
        Some((bytes, name)) => parse(bytes).map_err(|error| error.within(name)),
        None => parse(bytes.to_vec()),
    }
}

fn parse(bytes: Vec<u8>) -> Result<Document> {
    let mut tree = Tree::new(bytes.len());
    let root = Machine::new(Bytes::from(bytes), 0, &mut tree, true).run()?;
    Ok(Document::new(tree, root))
}
