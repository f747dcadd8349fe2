//! `edgelet train`.

use super::{Globals, stdout};
use crate::error::{Error, Kind, Result};
use crate::format::{encode, encode_with};
use crate::model::Unknown;
use crate::native::data::{self, Format};
use crate::native::store::file;
use crate::native::train::{self, Estimator, Fill, Fitted, Options, Penalty, Task};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Fit a model to rows
///
/// Reads ROWS, learns to predict the column COL from all others, and writes one .edgelet file that does the whole
/// work: filling missing values, standardizing, one-hot encoding texts, predicting.
///
/// A fifth of the rows is held out. Cross-validation on the others compares the candidates (--model auto) or scores
/// the model asked for; the rows held out give one more, honest score; the model written is refitted to all rows.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Train {
    /// The rows: CSV with a header, NDJSON, NPY or Parquet; - is stdin
    rows: String,
    /// How the rows are written down [default: found out]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The column to predict
    #[arg(long, short, value_name = "COL")]
    target: String,
    /// auto, linear, ridge, lasso, elastic-net or logistic; scikit-learn's class names work too
    #[arg(long, short, value_name = "NAME", default_value = "auto", value_parser = parse_model, help_heading = "Model")]
    model: Choice,
    /// Predict a number or a class; told from the target's values if not given
    #[arg(long, value_enum, help_heading = "Model")]
    task: Option<TaskName>,
    /// Strength of the penalty of ridge, lasso and elastic-net [default: 1]
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = "Model")]
    alpha: Option<f64>,
    /// Share of L1 in an elastic penalty, 0 to 1 [default: 0.5]
    #[arg(long, value_name = "X", allow_negative_numbers = true, help_heading = "Model")]
    l1_ratio: Option<f64>,
    /// Inverse strength of logistic regression's penalty [default: 1]
    #[arg(long, short = 'C', value_name = "X", allow_negative_numbers = true, help_heading = "Model")]
    c: Option<f64>,
    /// Penalty of logistic regression [default: l2]
    #[arg(long, value_enum, help_heading = "Model")]
    penalty: Option<PenaltyName>,
    /// Leave a column out; may be given again
    #[arg(long, value_name = "COL", help_heading = "Columns")]
    drop: Vec<String>,
    /// What replaces missing numbers; missing texts become the most frequent one
    #[arg(long, value_enum, default_value = "mean", help_heading = "Columns")]
    impute: FillName,
    /// Standardize numbers [default: yes, but for linear]
    #[arg(long, overrides_with = "no_standardize", help_heading = "Columns")]
    standardize: bool,
    /// Leave numbers as they are
    #[arg(long, help_heading = "Columns")]
    no_standardize: bool,
    /// What the model does with a text it never saw: refuse the row, or treat it as none of the known ones
    #[arg(long, value_enum, default_value = "refuse", help_heading = "Columns")]
    unknown: UnknownName,
    /// Folds of cross-validation, fewer if rows are few; 0 for none
    #[arg(long, value_name = "K", default_value_t = 5, help_heading = "Evaluation")]
    cv: usize,
    /// Share of the rows held out for the last score; 0 for none
    #[arg(long, value_name = "X", default_value_t = 0.2, allow_negative_numbers = true, help_heading = "Evaluation")]
    test_size: f64,
    /// Decides how rows are shuffled; the same seed gives the same file, but for the time in it
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Evaluation")]
    seed: u64,
    /// Where to write the model [default: ROWS's name with .edgelet, in the current folder]
    #[arg(long, short, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Keep the means of the rows, so that `edgelet explain` can say why the model answers as it does
    #[arg(long)]
    explain: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  edgelet train houses.csv --target price
      compare the candidates, write houses.edgelet
  edgelet train churn.parquet --target churned --drop customer_id --model logistic --penalty l1 -C 0.1
      one model with scikit-learn's hyper-parameters
  edgelet train churn.csv --target churned --unknown accept -o churn.edgelet
      predict for texts that were never seen, too
  generate-rows | edgelet train - --target y --json | jq .metrics
      rows from a pipe, the report for a program

SOURCE_DATE_EPOCH sets the time that is written into the model.";

/// `--model`.
#[derive(Clone, Copy)]
enum Choice {
    Auto,
    One(Estimator),
}

#[derive(Clone, Copy, ValueEnum)]
enum TaskName {
    Regression,
    Classification,
}

#[derive(Clone, Copy, ValueEnum)]
enum PenaltyName {
    None,
    L1,
    L2,
    Elasticnet,
}

#[derive(Clone, Copy, ValueEnum)]
enum FillName {
    Mean,
    Median,
}

#[derive(Clone, Copy, ValueEnum)]
enum UnknownName {
    Accept,
    Refuse,
}

fn parse_model(name: &str) -> std::result::Result<Choice, String> {
    match Estimator::by_name(name) {
        Some(estimator) => Ok(Choice::One(estimator)),
        None if name == "auto" => Ok(Choice::Auto),
        None => {
            let names: Vec<_> = Estimator::ALL.iter().map(|estimator| estimator.name()).collect();
            Err(format!("the models are auto, {}", names.join(", ")))
        }
    }
}

impl Train {
    /// Reads, fits, writes, reports.
    pub fn run(self, globals: Globals) -> Result<()> {
        let options = self.options()?;
        let table = data::read(&self.rows, self.format)?;
        let bar = if globals.shows_progress() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("fitting {bar:40} {pos}/{len} {eta}") {
            bar.set_style(style);
        }
        let fitted = train::fit(&table, &options, |done, total| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        });
        bar.finish_and_clear();
        let Fitted { model, background, report } = fitted?;
        let output = self.output.clone().unwrap_or_else(|| default_output(&self.rows));
        let bytes = if self.explain { encode_with(&model, &background)? } else { encode(&model)? };
        file::write(&output, &bytes)?;
        let text = if self.json {
            let mut report = serde_json::to_value(&report)
                .map_err(|error| Error::new(Kind::Io, "report", "something that JSON can hold", error.to_string()))?;
            report["file"] = output.display().to_string().into();
            report["bytes"] = bytes.len().into();
            format!("{report:#}\n")
        } else {
            format!("{report}\nwrote {} ({} bytes)\n", output.display(), bytes.len())
        };
        stdout::print(&text)
    }

    fn options(&self) -> Result<Options> {
        Ok(Options {
            drop: self.drop.clone(),
            estimator: match self.model {
                Choice::Auto => None,
                Choice::One(estimator) => Some(estimator),
            },
            task: self.task.map(|task| match task {
                TaskName::Regression => Task::Regression,
                TaskName::Classification => Task::Classification,
            }),
            alpha: self.alpha,
            l1_ratio: self.l1_ratio,
            c: self.c,
            penalty: self.penalty.map(|penalty| match penalty {
                PenaltyName::None => Penalty::None,
                PenaltyName::L1 => Penalty::L1,
                PenaltyName::L2 => Penalty::L2,
                PenaltyName::Elasticnet => Penalty::ElasticNet,
            }),
            standardize: (self.standardize || self.no_standardize).then_some(!self.no_standardize),
            impute: match self.impute {
                FillName::Mean => Fill::Mean,
                FillName::Median => Fill::Median,
            },
            unknown: match self.unknown {
                UnknownName::Accept => Unknown::Accepted,
                UnknownName::Refuse => Unknown::Refused,
            },
            seed: self.seed,
            test_size: self.test_size,
            folds: self.cv,
            trained_at: trained_at()?,
            ..Options::new(self.target.clone())
        })
    }
}

/// The time to record: `SOURCE_DATE_EPOCH`, for builds that can be repeated, or now.
fn trained_at() -> Result<Option<u64>> {
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text.parse().map(Some).map_err(|_| {
            Error::new(Kind::BadOption, "SOURCE_DATE_EPOCH", "seconds since 1970, a whole number", format!("{text:?}"))
        }),
        Err(_) => Ok(SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())),
    }
}

/// The name of what was read with `.edgelet`, in the current folder.
pub(super) fn default_output(rows: &str) -> PathBuf {
    let name = rows.split(['?', '#']).next().unwrap_or(rows).trim_end_matches('/');
    let stem = Path::new(name).file_stem().filter(|_| rows != "-");
    Path::new(stem.unwrap_or("model".as_ref())).with_extension("edgelet")
}
