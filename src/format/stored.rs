//! Forests that are left in their file until a package is loaded: all else of the file is known before.

use super::blobs::BlobReader;
use super::forest::WireForest;
use super::header::Header;
use super::{what_postcard_found, wire};
use crate::error::{Error, Kind, Result};
use crate::model::forest::Forest;

/// A forest in a file.
pub struct StoredForest {
    /// Which node of the graph it is.
    pub node: usize,
    wire: WireForest,
    /// Where its arrays begin.
    at: usize,
}

impl StoredForest {
    /// The forests of a file.
    ///
    /// # Errors
    /// As [`decode`](super::decode).
    pub fn all(file: &[u8]) -> Result<Vec<Self>> {
        let (body, blobs) = Header::read(file)?.split(file)?;
        let end = blobs.as_ptr_range().end.addr() - file.as_ptr().addr();
        let (body, _) = postcard::take_from_bytes::<wire::Body>(body)
            .map_err(|error| Error::new(Kind::Corrupt, "body", "a model", what_postcard_found(error)))?;
        let mut blobs = BlobReader::new(blobs);
        let mut stored = Vec::new();
        for (node, wire) in body.nodes.into_iter().enumerate() {
            if let Some(forest) = wire.forest() {
                stored.push(Self { node, wire: forest.clone(), at: end - blobs.left() });
            }
            wire.into_node(&mut blobs)?;
        }
        Ok(stored)
    }

    /// Decodes it.
    ///
    /// # Errors
    /// If that is another file.
    pub fn decode(self, file: &[u8]) -> Result<Forest> {
        self.wire.into_forest(&mut BlobReader::new(&file[self.at..]))
    }
}
