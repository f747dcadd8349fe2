//! `edgelet predict`.

use super::model::{self, Ask};
use super::trust::Trusting;
use super::{Globals, stdout};
use crate::error::Result;
use crate::native::data::{self, Format, Style};
use crate::native::store::file;
use clap::Args;
use std::path::PathBuf;

/// Predict rows with a model.
///
/// Columns are found by their names; a value that the model does not take is an error with its row and column. The answer
/// is CSV with a header: one column `prediction`, or one for each class, with digits that read back the same number. Of
/// several targets there is a column for each, named by it, and `TARGET:CLASS` for each class's probability.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet predict churn.edgelet new.csv
  edgelet predict s3://models/churn.edgelet new.parquet --method predict_proba -o probabilities.csv
  tail -n 100 events.ndjson | edgelet predict https://example.com/churn.edgelet - --format ndjson --json")]
pub struct Predict {
    /// The model: a path, any URL that can be read, or a reference: MODEL@ALIAS, MODEL@VERSION.
    model: String,
    /// The rows: CSV with a header, NDJSON, NPY or Parquet; - is stdin.
    rows: String,
    /// What to ask of the model.
    #[arg(long, value_enum, default_value = "predict")]
    method: Ask,
    /// How the rows are written down [default: found out].
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write [default: stdout].
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// One JSON object a line instead of CSV.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    trust: Trusting,
}

impl Predict {
    /// Reads, predicts, writes.
    pub fn run(self, globals: Globals) -> Result<()> {
        let model = model::open(&self.model, &self.trust, globals)?;
        let method = self.method.into();
        let (outputs, width) = model::run(&model, &self.rows, self.format, method, globals)?;
        let style = if self.json { Style::Ndjson } else { Style::Csv };
        let text = data::predictions(model.signature(), method, &outputs, width, style)?;
        match self.output {
            Some(path) => file::write(&path, text.as_bytes()),
            None => stdout::print(&text),
        }
    }
}
