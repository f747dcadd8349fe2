//! `edgelet predict`.

use super::model::{self, Ask};
use super::trust::Trusting;
use super::{Globals, network};
use crate::error::{Error, Kind, Result};
use crate::format::Content;
use crate::model::Model;
use crate::native::data::{Format, Style};
use crate::native::score::{Files, Out, Scoring, Shard};
use crate::native::store::{self, Matched, Outgoing};
use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Predict rows with a model.
///
/// Columns are found by their names; a value that the model does not take is an error with its file, row and column. The
/// answer is CSV with a header: one column `prediction`, or one for each class, with digits that read back the same number.
/// Of several targets there is a column for each, named by it, and `TARGET:CLASS` for each class's probability.
///
/// Rows are read, predicted on all cores and written some at a time and in their order, so files may be larger than memory;
/// of Parquet in a bucket, a row group's columns that the model uses are fetched at once. What -o names is there when all
/// of it is: after an error or Ctrl-C it is what it was before. With -o, stderr tells how many rows a second that were.
///
/// ROWS may be several files: a * stands for part of a name. They are read in the order of their names as one table and
/// have the same columns. If -o ends in /, each file gets a file of predictions of its own name in that folder, in its own
/// format (NPY as CSV); those that were finished before an error stay.
///
/// A network takes tensors instead of rows: an .npz with an array for each input, or an .npy for its only one; or an image (PNG,
/// JPEG, WebP), if it was imported with --image. What it makes is JSON, or with -o an .npz with an array for each output.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet predict churn.edgelet new.csv
  edgelet predict s3://models/churn.edgelet new.parquet --method predict_proba -o probabilities.csv
  edgelet predict churn.edgelet 's3://lake/day=*/part-*.parquet' -o s3://lake/scores.parquet
  edgelet predict churn.edgelet 's3://lake/day=*/part-*.parquet' --shard 2/8 -o s3://lake/scores/
  edgelet predict digits.edgelet images.npz -o scores.npz
  edgelet predict resnet18.edgelet cat.jpg --top 5
  tail -n 100 events.ndjson | edgelet predict https://example.com/churn.edgelet - --format ndjson --json

Buckets take the variables that `edgelet push --help` lists.")]
pub struct Predict {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The rows: CSV with a header, NDJSON, NPY or Parquet, at a path or URL, or several by a pattern; - is stdin.
    rows: String,
    /// What to ask of the model.
    #[arg(long, value_enum, default_value = "predict")]
    method: Ask,
    /// How the rows are written down [default: found out].
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write [default: stdout]: a path or a bucket's URL. The extension tells the format (.csv, .ndjson, .jsonl,
    /// .parquet; else CSV); a / at the end, a folder.
    #[arg(long, short)]
    output: Option<String>,
    /// One JSON object a line instead of CSV.
    #[arg(long)]
    json: bool,
    /// Of a network with labels: the K highest scores of each example with their labels, as a line of JSON.
    #[arg(long, value_name = "K", conflicts_with = "output")]
    top: Option<usize>,
    /// Score the i-th of n shares of the files: every n-th of their sorted names.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    trust: Trusting,
}

impl Predict {
    /// Reads, predicts, writes.
    pub fn run(self, globals: Globals) -> Result<()> {
        let model = match model::open(&self.model, &self.trust, globals)? {
            Content::Model(model) => model,
            Content::Network(network) => {
                return network::predict(&network, &self.rows, self.output.as_deref(), self.top, globals);
            }
        };
        if self.top.is_some() {
            return Err(Error::new(Kind::BadOption, "--top", "a network that tells classes", "a model of rows")
                .hint("--method predict_proba gives the probabilities of all classes."));
        }
        // Refused before anything is listed or made.
        model.signature().output(self.method.into())?;
        let files = self.files(globals)?;
        if files.is_empty() {
            globals.note("no file falls to this shard");
            return Ok(());
        }
        let (start, bar) = (Instant::now(), bar(globals));
        let score = |files, style, out| self.score(&model, files, style, out, &bar, globals);
        let rows = match self.output.as_deref() {
            None => score(files, self.style("")?, Out::Stdout(std::io::stdout())),
            Some(folder) if folder.ends_with('/') => {
                store::heed_interruption()?;
                let mut rows = 0;
                for (file, output) in self.outputs(folder, files)? {
                    let style = self.style(&output)?;
                    rows += score(vec![file], style, Out::Whole(Outgoing::create(&output)?))?;
                }
                Ok(rows)
            }
            Some(output) => {
                store::heed_interruption()?;
                score(files, self.style(output)?, Out::Whole(Outgoing::create(output)?))
            }
        };
        bar.finish_and_clear();
        let rows = rows?;
        if self.output.is_some() {
            globals.note(rate(rows, start.elapsed()));
        }
        Ok(())
    }

    fn score(
        &self,
        model: &Model,
        files: Vec<Matched>,
        style: Style,
        out: Out,
        bar: &ProgressBar,
        globals: Globals,
    ) -> Result<u64> {
        let files = Files::of(&self.rows, files, self.format, model.signature(), globals);
        Scoring::of(model, self.method.into(), style)?.run(files, out, &|rows| bar.inc(rows))
    }

    /// The files of rows that are this process's.
    fn files(&self, globals: Globals) -> Result<Vec<Matched>> {
        let files = match &*self.rows {
            "-" => vec![Matched { name: "stdin".into(), location: "-".into() }],
            pattern => store::matching(pattern, globals)?,
        };
        match self.shard {
            Some(shard) => shard.of(files),
            None => Ok(files),
        }
    }

    /// The format that an output's name asks for.
    fn style(&self, output: &str) -> Result<Style> {
        match (Path::new(output).extension().and_then(|extension| extension.to_str()), self.json) {
            (Some("parquet"), false) => Ok(Style::Parquet),
            (Some("parquet"), true) => {
                Err(Error::new(Kind::BadOption, "--json", "an output of lines", "one that ends in .parquet"))
            }
            (Some("ndjson" | "jsonl"), _) | (_, true) => Ok(Style::Ndjson),
            _ => Ok(Style::Csv),
        }
    }

    /// Each file of rows with the file of its predictions, whose folder is made on a disk.
    fn outputs(&self, folder: &str, files: Vec<Matched>) -> Result<Vec<(Matched, String)>> {
        let mut taken: HashSet<String> = files.iter().map(|file| real(&file.location)).collect();
        let mut outputs = Vec::new();
        for file in files {
            let output = format!("{folder}{}", self.output_name(&file.name));
            if let Some(path) = disk_path(&output).and_then(|path| Path::new(path).parent()) {
                fs::create_dir_all(path).map_err(|error| {
                    let place = path.display().to_string();
                    Error::new(Kind::Io, place, "a folder that can be made", error.to_string())
                })?;
            }
            if !taken.insert(real(&output)) {
                let found = "a file of rows or the predictions of another file";
                return Err(Error::new(Kind::BadOption, store::shown(&output), "a name for predictions alone", found)
                    .hint("Choose another folder."));
            }
            outputs.push((file, output));
        }
        Ok(outputs)
    }

    fn output_name(&self, name: &str) -> String {
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() && !extension.contains('/') => (stem, extension),
            _ => (name, ""),
        };
        let extension = match extension {
            _ if self.json => "ndjson",
            "parquet" | "ndjson" | "jsonl" => extension,
            _ => "csv",
        };
        format!("{stem}.{extension}")
    }
}

/// The path that a location is, if it is one.
fn disk_path(location: &str) -> Option<&str> {
    match location.strip_prefix("file://") {
        Some(path) => Some(path),
        None => Some(location).filter(|location| !location.contains("://")),
    }
}

/// One name for a file, however it was written.
fn real(location: &str) -> String {
    let path = disk_path(location).map(Path::new);
    let folder = path.and_then(|path| path.parent()).map(|folder| folder.join("."));
    match (folder.and_then(|folder| folder.canonicalize().ok()), path.and_then(Path::file_name)) {
        (Some(folder), Some(name)) => folder.join(name).display().to_string(),
        _ => location.to_owned(),
    }
}

/// Counts rows on a terminal's stderr.
fn bar(globals: Globals) -> ProgressBar {
    if !globals.shows_progress() {
        return ProgressBar::hidden();
    }
    // The template is constant and sound; the default style shows progress as well.
    let style = ProgressStyle::with_template("scoring {spinner} {human_pos} rows {per_sec}");
    ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
}

fn rate(rows: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let a_second = HumanCount((rows as f64 / seconds.max(1e-9)).round() as u64);
    let plural = if rows == 1 { "" } else { "s" };
    format!("{} row{plural} in {seconds:.1} s: {a_second} rows/s", HumanCount(rows))
}
