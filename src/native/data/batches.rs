//! The rows of a file for a model, some at a time, so that a file may be larger than memory.
//!
//! A batch's cells mean what they mean in the whole file: a column that is numbers in one batch and truth values or texts
//! in another is refused, unless it is texts that the model takes.

use super::stream::Stream;
use super::{
    BYTE_ORDER_MARK, Format, HEAD_BYTES, MAX_BYTES, STDIN, Table, Values, csv, guess, ndjson, npy, parquet,
    takes_texts, within,
};
use crate::error::{Error, Kind, Result};
use crate::model::{InputKind, Signature};
use crate::native::cli::Globals;
use crate::native::store::Source;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Cursor, Read};

/// The most rows of a batch.
const ROWS: usize = 1 << 14;
/// The most cells of a batch of Parquet.
const CELLS: usize = 1 << 18;
/// About how many bytes of text a batch holds at most.
const BYTES: usize = 4 << 20;

/// Some rows of a file.
pub struct Batch {
    /// The rows.
    pub table: Table,
    /// Which row of the file is the first of them, from 0.
    pub first: usize,
}

/// A file that is being read.
pub struct Batches<'a> {
    /// What messages call it.
    pub place: String,
    /// How it is written down.
    pub format: Format,
    signature: &'a Signature,
    reader: Reader,
    first: usize,
    types: HashMap<String, &'static str>,
}

enum Reader {
    Csv(Box<csv::Reader<Box<dyn BufRead + Send>>>),
    Ndjson(ndjson::Reader<Box<dyn BufRead + Send>>),
    Whole(Option<Table>),
    Parquet(Box<parquet::Reader>),
}

impl<'a> Batches<'a> {
    /// Opens a path or URL, or stdin if `location` is `-`.
    ///
    /// # Errors
    /// As for [`read`](super::read()).
    pub fn open(location: &str, format: Option<Format>, signature: &'a Signature, globals: Globals) -> Result<Self> {
        let (place, head, rest): (String, Vec<u8>, Origin) = if location == STDIN {
            let mut head = Vec::new();
            io::stdin().lock().take(HEAD_BYTES).read_to_end(&mut head).map_err(super::not_read)?;
            (STDIN.to_owned(), head, Origin::Stdin)
        } else {
            let source = Source::open(location, MAX_BYTES, globals)?;
            (source.place().to_owned(), source.range(0, HEAD_BYTES)?.to_vec(), Origin::Source(source))
        };
        let mark = if head.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        let format = guess(&place, &head[mark..], format);
        let reader = Reader::open(format, head, mark, rest, signature).map_err(|error| within(error, &place))?;
        Ok(Self { place, format, signature, reader, first: 0, types: HashMap::new() })
    }

    /// The names of the columns, where a file says them before its rows.
    pub fn names(&self) -> Option<&[String]> {
        match &self.reader {
            Reader::Csv(reader) => Some(&reader.names),
            Reader::Parquet(reader) => Some(&reader.names),
            Reader::Ndjson(_) | Reader::Whole(_) => None,
        }
    }

    /// The names of columns that are not even read, because the model does not use them.
    pub fn unread(&self) -> Vec<String> {
        match &self.reader {
            Reader::Parquet(reader) => reader.unread(),
            Reader::Csv(_) | Reader::Ndjson(_) | Reader::Whole(_) => Vec::new(),
        }
    }

    fn read(&mut self) -> Result<Option<Batch>> {
        let signature = self.signature;
        let width = signature.inputs.len().max(1);
        let table = match &mut self.reader {
            Reader::Csv(reader) => Some(reader.next(ROWS, BYTES as u64, &|name| takes_texts(signature, name))?),
            Reader::Ndjson(reader) => Some(reader.next(ROWS, BYTES)?),
            Reader::Whole(table) => table.take(),
            Reader::Parquet(reader) => reader.next((CELLS / width).clamp(1, ROWS))?,
        };
        let Some(table) = table.filter(|table| table.rows > 0) else { return Ok(None) };
        self.check_types(&table)?;
        let first = self.first;
        self.first += table.rows;
        Ok(Some(Batch { table, first }))
    }

    /// Refuses a column of another type than in the rows before.
    fn check_types(&mut self, table: &Table) -> Result<()> {
        for input in &self.signature.inputs {
            let Some(column) = table.column(&input.name).filter(|column| !column.values.is_missing()) else { continue };
            let is_number = matches!(input.kind, InputKind::Numeric | InputKind::Unbounded);
            if is_number && matches!(column.values, Values::Texts(_)) {
                // The model refuses it, with the row and the text.
                continue;
            }
            let found = column.values.type_name();
            let before = *self.types.entry(input.name.clone()).or_insert(found);
            if before != found {
                let at = format!("row {} or one after: {}", self.first, input.name);
                return Err(Error::new(Kind::BadRows, at, format!("{before}, as in the rows before"), found));
            }
        }
        Ok(())
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Result<Batch>> {
        self.read().map_err(|error| within(error, &self.place)).transpose()
    }
}

/// Where bytes come from behind those that tell the format.
enum Origin {
    Stdin,
    Source(Source),
}

impl Reader {
    fn open(format: Format, head: Vec<u8>, mark: usize, origin: Origin, signature: &Signature) -> Result<Self> {
        let source = match (format, origin) {
            (Format::Csv | Format::Ndjson, origin) => {
                let lines: Box<dyn BufRead + Send> = match origin {
                    Origin::Source(source) => Box::new(Stream::from(source, mark as u64)),
                    Origin::Stdin => Box::new(Cursor::new(head[mark..].to_vec()).chain(BufReader::new(io::stdin()))),
                };
                return Ok(match format {
                    Format::Csv => Self::Csv(Box::new(csv::Reader::open(lines)?)),
                    _ => Self::Ndjson(ndjson::Reader::open(lines)),
                });
            }
            (_, Origin::Source(source)) => source,
            (_, Origin::Stdin) => Source::of_bytes(STDIN.to_owned(), [head, super::read_stdin()?].concat()),
        };
        if format == Format::Parquet {
            // Only what the model takes is read; of columns that may be meant by their order, all.
            let is_kept = |names: &[String], name: &str| {
                signature.inputs.iter().any(|input| input.name == name)
                    || !signature.inputs.iter().all(|input| names.contains(&input.name))
            };
            return Ok(Self::Parquet(Box::new(parquet::Reader::open(source, &is_kept)?)));
        }
        Ok(Self::Whole(Some(npy::read(&source.all(MAX_BYTES)?)?)))
    }
}
