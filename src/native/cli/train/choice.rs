//! What options of `edgelet train` may be: families of models, settings, sizes.

use crate::native::train::{Estimator, Space, Task, Unsupervised, cnn};
use clap::ValueEnum;

/// `--model`.
#[derive(Clone, Copy)]
pub enum Choice {
    Auto,
    /// A family, and the task that its name says.
    One(Estimator, Option<Task>),
    /// A family that needs no target.
    Unsupervised(Unsupervised),
    /// A network, of arrays.
    Convolutional,
}

/// `--task`.
#[derive(Clone, Copy, ValueEnum)]
pub enum TaskName {
    Regression,
    Classification,
}

/// `--impute`.
#[derive(Clone, Copy, ValueEnum)]
pub enum FillName {
    Mean,
    Median,
}

/// `--unknown`.
#[derive(Clone, Copy, ValueEnum)]
pub enum UnknownName {
    Accept,
    Refuse,
}

/// A family by its name.
pub fn parse_model(name: &str) -> std::result::Result<Choice, String> {
    match Estimator::by_name(name) {
        Some((estimator, task)) => Ok(Choice::One(estimator, task)),
        None if name == "auto" => Ok(Choice::Auto),
        None if name == cnn::NAME => Ok(Choice::Convolutional),
        None => Unsupervised::by_name(name).map(Choice::Unsupervised).ok_or_else(|| {
            let supervised = Estimator::ALL.iter().map(|estimator| estimator.name());
            let unsupervised = Unsupervised::ALL.iter().map(|family| family.name());
            let names: Vec<_> = supervised.chain([cnn::NAME]).chain(unsupervised).collect();
            format!("the models are auto, {}", names.join(", "))
        }),
    }
}

/// `NAME=VALUE`.
pub fn parse_set(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("a name and a value are needed: max_depth=6".to_owned()),
    }
}

/// `NAME=SPACE`.
pub fn parse_search(text: &str) -> std::result::Result<(String, Space), String> {
    let (name, space) = parse_set(text)?;
    Ok((name, Space::read(&space).map_err(|error| error.to_string())?))
}

/// A number of bytes: `800`, `50KB`, `1.5MB`.
pub fn parse_size(text: &str) -> std::result::Result<u64, String> {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &*text[letters.len()..].to_ascii_uppercase() {
        "" | "B" => 1.0,
        "K" | "KB" => 1e3,
        "M" | "MB" => 1e6,
        _ => f64::NAN,
    };
    let bytes = letters.trim().parse::<f64>().map_or(f64::NAN, |count| count * unit);
    if (1.0..=1e12).contains(&bytes) { Ok(bytes as u64) } else { Err("a size is needed: 800, 50KB, 1.5MB".to_owned()) }
}
