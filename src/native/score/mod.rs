//! Many rows through a model: read in batches, predicted on all cores, written in the order of the rows, with no more of
//! them in memory than are being worked on.

mod files;
mod out;
mod shard;

pub use files::Files;
pub use out::Out;
pub use shard::Shard;

use crate::error::{Error, Kind, Result};
use crate::model::{Method, Model};
use crate::native::data::{self, Answers, Style, Written};
use crate::native::store;
use crate::predict::Predictor;
use files::Piece;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often Ctrl-C is looked for.
const HEED: Duration = Duration::from_millis(100);

/// What to ask of a model, and how to write the answers.
pub struct Scoring<'a> {
    answers: Answers<'a>,
    model: &'a Model,
    style: Style,
}

/// The answers for a piece.
struct Done {
    rows: usize,
    unused: Vec<String>,
    written: Written,
}

/// A piece and where its answers go.
type Job = (Result<Piece>, SyncSender<Result<Done>>);

impl<'a> Scoring<'a> {
    /// Asks a method of a model.
    ///
    /// # Errors
    /// [`Kind::UnsupportedMethod`].
    pub fn of(model: &'a Model, method: Method, style: Style) -> Result<Self> {
        let signature = model.signature();
        let width = model.width(signature.output(method)?.value);
        Ok(Self { answers: Answers { signature, method, width }, model, style })
    }

    /// Scores files into a place, and returns how many rows there were. `progress` hears of those that are written.
    ///
    /// # Errors
    /// Those of reading, of the rows, and of writing; what the place was given so far is not [finished](Out::finish).
    pub fn run(&self, files: Files<'a>, place: Out, progress: &dyn Fn(u64)) -> Result<u64> {
        let (globals, name) = (files.globals(), files.name().to_owned());
        let mut writer = self.answers.to(place, self.style)?;
        let mut rows = 0;
        let is_read = self.each(files, |done| {
            if rows == 0 && !done.unused.is_empty() {
                globals.note(format_args!("columns that the model does not use: {}", done.unused.join(", ")));
            }
            rows += done.rows as u64;
            progress(done.rows as u64);
            writer.take(done.written)
        });
        match is_read {
            // Who reads stdout may have seen enough.
            Err(error) if Out::is_closed(&error) => return Ok(rows),
            result => result?,
        }
        if rows == 0 {
            return Err(Error::new(Kind::BadRows, name, "at least 1 row", "none"));
        }
        writer.finish()?.finish()?;
        Ok(rows)
    }

    /// Predicts pieces on all cores, and hands the answers on in the order of the rows.
    fn each(&self, pieces: Files<'a>, mut take: impl FnMut(Done) -> Result<()>) -> Result<()> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let name = pieces.name().to_owned();
        thread::scope(|scope| {
            let (jobs, waiting) = mpsc::sync_channel::<Job>(threads);
            let (order, ordered) = mpsc::sync_channel(threads * 2);
            let waiting = std::sync::Arc::new(Mutex::new(waiting));
            scope.spawn(move || read(pieces, &order, &jobs));
            for _ in 0..threads {
                let waiting = waiting.clone();
                scope.spawn(move || self.work(&waiting));
            }
            drop(waiting);
            // What is left of the channels at the end ends the threads.
            while let Some(answered) = heeding(&ordered, &name)? {
                match heeding(&answered, &name)? {
                    Some(done) => take(done?)?,
                    None => break,
                }
            }
            Ok(())
        })
    }

    fn work(&self, waiting: &Mutex<Receiver<Job>>) {
        let mut predictor = Predictor::new(self.model);
        loop {
            let job = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((piece, answer)) = job else { return };
            // Nobody waits for it any more where something else went wrong.
            let _ = answer.send(piece.and_then(|piece| self.score(piece, &mut predictor)));
        }
    }

    fn score(&self, piece: Piece, predictor: &mut Predictor) -> Result<Done> {
        let Answers { signature, method, width } = self.answers;
        let encoded = data::encode_from(&piece.batch.table, signature, piece.batch.first)
            .map_err(|error| error.within(&piece.place))?;
        let rows = piece.batch.table.rows;
        drop(piece);
        let mut outputs = vec![0.0; rows * width];
        predictor.texts().clone_from(&encoded.texts);
        predictor.predict(method, &encoded.rows, &mut outputs);
        Ok(Done { rows, unused: encoded.unused, written: self.answers.write(outputs, self.style)? })
    }
}

/// Hands pieces to those who wait, until one cannot be read or nobody wants more.
fn read(pieces: Files<'_>, order: &SyncSender<Receiver<Result<Done>>>, jobs: &SyncSender<Job>) {
    for piece in pieces {
        let (answer, answered) = mpsc::sync_channel(1);
        let is_last = piece.is_err();
        if order.send(answered).is_err() || jobs.send((piece, answer)).is_err() || is_last {
            return;
        }
    }
}

/// What comes next; `None` at the end.
fn heeding<T>(from: &Receiver<T>, name: &str) -> Result<Option<T>> {
    loop {
        match from.recv_timeout(HEED) {
            Ok(next) => return Ok(Some(next)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => store::check_interruption(name)?,
        }
    }
}
