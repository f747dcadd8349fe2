//! Several files as one table for a model.

use crate::error::Result;
use crate::model::Signature;
use crate::native::cli::Globals;
use crate::native::data::{self, Batch, Batches, Format};
use crate::native::store::{self, Matched};
use std::sync::Arc;
use std::vec;

/// Some rows of one of the files.
pub struct Piece {
    /// The rows.
    pub batch: Batch,
    /// What messages call the file.
    pub place: Arc<str>,
}

/// Files that are read one after the other.
pub struct Files<'a> {
    name: String,
    files: vec::IntoIter<Matched>,
    format: Option<Format>,
    signature: &'a Signature,
    globals: Globals,
    open: Option<(Batches<'a>, Arc<str>)>,
    /// The columns of the first file.
    names: Option<Vec<String>>,
}

impl<'a> Files<'a> {
    /// These files, which messages about all of them call `name`.
    pub fn of(
        name: &str,
        files: Vec<Matched>,
        format: Option<Format>,
        signature: &'a Signature,
        globals: Globals,
    ) -> Self {
        let name = store::shown(name);
        Self { name, files: files.into_iter(), format, signature, globals, open: None, names: None }
    }

    /// What messages call all of them.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the command was told.
    pub fn globals(&self) -> Globals {
        self.globals
    }

    fn open(&mut self, file: &Matched) -> Result<()> {
        store::check_interruption(&self.name)?;
        let opened = Batches::open(&file.location, self.format, self.signature, self.globals)?;
        if let Some(names) = opened.names() {
            match &self.names {
                Some(before) => data::check_same(before, names).map_err(|error| error.within(&opened.place))?,
                None => self.names = Some(names.to_vec()),
            }
        }
        let unread = opened.unread();
        if !unread.is_empty() && self.open.is_none() {
            self.globals.note(format_args!("columns that the model does not use: {}", unread.join(", ")));
        }
        let place = opened.place.as_str().into();
        self.open = Some((opened, place));
        Ok(())
    }
}

impl Iterator for Files<'_> {
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Result<Piece>> {
        loop {
            if let Some((batches, place)) = &mut self.open
                && let Some(batch) = batches.next()
            {
                return Some(batch.map(|batch| Piece { batch, place: place.clone() }));
            }
            let file = self.files.next()?;
            if let Err(error) = self.open(&file) {
                return Some(Err(error));
            }
        }
    }
}
