//! The target column: numbers to regress on, or classes.

use super::options::{Options, Task};
use crate::error::{Error, Kind, Result};
use crate::model::Labels;
use crate::native::data::{Column, Table, Values};
use std::collections::BTreeSet;

/// The most distinct whole numbers that are taken for classes.
const MAX_WHOLE_CLASSES: usize = 20;
/// How many rows each of them has to have on average.
const ROWS_PER_WHOLE_CLASS: usize = 10;
/// The most classes of a text target.
const MAX_CLASSES: usize = 1000;

/// What is to be predicted, for each row.
pub struct Target {
    /// What kind of prediction it is.
    pub task: Task,
    /// Why, as the end of a sentence.
    pub why: String,
    /// The classes; `None` for a regression.
    pub classes: Option<Labels>,
    /// A number, or the index of a class, for each row.
    pub values: Vec<f64>,
}

impl Target {
    /// How many classes there are; 0 for a regression.
    pub fn class_count(&self) -> usize {
        self.classes.as_ref().map_or(0, Labels::len)
    }

    /// The measure that is minimized where nobody says another.
    pub fn loss(&self) -> &'static str {
        match self.task {
            Task::Classification => "log_loss",
            Task::Regression => "mse",
        }
    }

    /// The classes of the rows, to stratify by; `None` for a regression.
    pub fn strata(&self) -> Option<&[f64]> {
        (self.task == Task::Classification).then_some(&self.values)
    }

    /// The values of some rows.
    pub fn of(&self, rows: &[usize]) -> Vec<f64> {
        rows.iter().map(|&row| self.values[row]).collect()
    }

    /// Reads the target column of a table.
    ///
    /// # Errors
    /// [`Kind::BadTarget`] if there is no such column, or a value of it is missing or infinite, or cannot be learned.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        let column = find(table, options.target()?)?;
        if table.rows < 2 {
            return Err(Error::new(Kind::BadRows, "rows", "at least 2 rows", table.rows.to_string()));
        }
        refuse_gaps(column)?;
        if matches!(column.values, Values::Dates(_)) {
            return Err(bad(column, "numbers or classes", "dates")
                .hint("Write what is to be predicted as a number, the days until then for example."));
        }
        let (task, why) = decide(column, options);
        Self::decided(column, task, why)
    }

    /// Reads a column without gaps for a task.
    ///
    /// # Errors
    /// [`Kind::BadTarget`] if its values cannot be learned.
    pub fn decided(column: &Column, task: Task, why: String) -> Result<Self> {
        let target = match task {
            Task::Regression => {
                Self { task, why, classes: None, values: column.values.numbers().ok_or_else(|| not_numbers(column))? }
            }
            Task::Classification => {
                let (classes, values) = classes(column);
                Self { task, why, classes: Some(classes), values }
            }
        };
        match target.class_count() {
            1 => Err(bad(column, "at least 2 classes", "1 class in every row")
                .hint("A constant needs no model; check that the rows are complete.")),
            count if count > MAX_CLASSES => {
                Err(bad(column, format!("at most {MAX_CLASSES} classes"), count.to_string())
                    .hint("Choose another target, or pass --task regression if it is a number."))
            }
            _ => Ok(target),
        }
    }
}

/// What is wrong with a column that is not learned from.
pub fn bad(column: &Column, expected: impl Into<String>, found: impl Into<String>) -> Error {
    Error::new(Kind::BadTarget, format!("column {:?}", column.name), expected.into(), found.into())
}

fn not_numbers(column: &Column) -> Error {
    bad(column, "numbers, for a regression", "texts").hint("Leave --model and --task out, or fit --model logistic.")
}

/// The column of that name, or an error that names the nearest one.
pub fn find<'a>(table: &'a Table, name: &str) -> Result<&'a Column> {
    table.column(name).ok_or_else(|| {
        let similarity = |column: &&Column| strsim::jaro_winkler(&column.name.to_lowercase(), &name.to_lowercase());
        let nearest = table.columns.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        let hint = nearest.map_or(String::new(), |column| format!("Did you mean {:?}?", column.name));
        Error::new(Kind::BadTarget, "columns", format!("a column named {name:?}"), names(table)).hint(hint)
    })
}

/// The first few columns' names.
fn names(table: &Table) -> String {
    let names: Vec<_> = table.columns.iter().take(8).map(|column| format!("{:?}", column.name)).collect();
    let rest = if table.columns.len() > 8 { " …" } else { "" };
    format!("{}{rest}", names.join(", "))
}

/// Refuses a column with missing values or infinite ones.
pub fn refuse_gaps(column: &Column) -> Result<()> {
    let missing = match &column.values {
        Values::Numbers(values) | Values::Dates(values) => values.iter().position(|x| x.is_nan()),
        Values::Integers(values) => values.iter().position(Option::is_none),
        Values::Booleans(values) => values.iter().position(Option::is_none),
        Values::Texts(values) => values.iter().position(Option::is_none),
    };
    if let Some(row) = missing {
        return Err(bad(column, "a value in every row", "a missing value")
            .within(&format!("row {row}"))
            .hint("Fill it in, or leave the row out."));
    }
    if let Values::Numbers(values) = &column.values
        && let Some(row) = values.iter().position(|x| x.is_infinite())
    {
        return Err(bad(column, "finite numbers", values[row].to_string()).within(&format!("row {row}")));
    }
    Ok(())
}

/// Regression or classification, and why.
fn decide(column: &Column, options: &Options) -> (Task, String) {
    if let Some(estimator) = options.estimator
        && let Some(task) = estimator.only_task()
    {
        return (task, format!("{} does that", estimator.name()));
    }
    if let Some(task) = options.task {
        return (task, "as asked".into());
    }
    match &column.values {
        Values::Texts(_) => (Task::Classification, "the target holds texts".into()),
        Values::Booleans(_) => (Task::Classification, "the target holds truth values".into()),
        Values::Numbers(_) | Values::Dates(_) => (Task::Regression, "the target holds numbers with fractions".into()),
        Values::Integers(values) => {
            let distinct = values.iter().flatten().collect::<BTreeSet<_>>().len();
            let is_classes = distinct <= MAX_WHOLE_CLASSES && values.len() >= distinct * ROWS_PER_WHOLE_CLASS;
            let task = if is_classes { Task::Classification } else { Task::Regression };
            (task, format!("the target has {distinct} distinct whole numbers in {} rows", values.len()))
        }
    }
}

/// The sorted classes, and the index of each row's.
fn classes(column: &Column) -> (Labels, Vec<f64>) {
    match &column.values {
        // Finite, so the order is total; -0 and 0 are one class.
        Values::Numbers(values) | Values::Dates(values) => {
            let mut distinct: Vec<f64> = values.iter().map(|x| x + 0.0).collect();
            distinct.sort_by(f64::total_cmp);
            distinct.dedup();
            let index = |x: &f64| distinct.partition_point(|label| label < x) as f64;
            let indices = values.iter().map(index).collect();
            (Labels::Floats(distinct), indices)
        }
        Values::Integers(values) => index(values, Labels::Integers),
        Values::Booleans(values) => index(values, Labels::Booleans),
        Values::Texts(values) => index(values, Labels::Strings),
    }
}

/// The sorted distinct values as labels, and the index of each value among them; NaN where it is missing.
pub fn index<T: Ord + Clone>(values: &[Option<T>], labels: impl Fn(Vec<T>) -> Labels) -> (Labels, Vec<f64>) {
    let distinct: Vec<T> = values.iter().flatten().collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let position = |value: &T| distinct.binary_search(value).map_or(f64::NAN, |i| i as f64);
    let indices = values.iter().map(|value| value.as_ref().map_or(f64::NAN, position)).collect();
    (labels(distinct), indices)
}
