//! How many features and outputs a booster has, their names, and what outputs begin with.

use super::super::value::{Value, wrong};
use crate::error::Result;

/// The most features and outputs of a file: what a row of a model may have.
const MAX_COUNT: usize = 1 << 16;

/// How many features and outputs there are, and the outputs' base scores.
pub struct Shape {
    /// How many features.
    pub width: usize,
    /// The base score of each output, or its margin.
    pub base: Vec<f32>,
}

impl Shape {
    /// Of the learner's parameters.
    pub fn read(learner: &Value) -> Result<Self> {
        let parameters = learner.part("learner_model_param")?;
        let count = |name: &str, least: usize| {
            let count = parameters.number::<usize>(name)?;
            match count <= MAX_COUNT {
                true => Ok(count.max(least)),
                false => Err(wrong(name, format!("at most {MAX_COUNT}"), count)),
            }
        };
        let width = count("num_feature", 0)?;
        if width == 0 {
            return Err(wrong("num_feature", "at least 1", 0));
        }
        // Files before 1.6 have no targets.
        let targets = if parameters.find("num_target").is_some() { count("num_target", 1)? } else { 1 };
        let classes = count("num_class", 1)?;
        let outputs = if classes > 1 { classes } else { targets };
        // Several in brackets since 3.1, before that a single one.
        let text = parameters.text("base_score")?;
        let list = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let base: Option<Vec<f32>> = list.split(',').map(|score| score.trim().parse().ok()).collect();
        let base = match base {
            Some(base) if base.len() == outputs => base,
            Some(base) if base.len() == 1 => vec![base[0]; outputs],
            _ => return Err(wrong("base_score", format!("1 or {outputs} numbers"), text)),
        };
        Ok(Self { width, base })
    }

    /// How many outputs.
    pub fn outputs(&self) -> usize {
        self.base.len()
    }
}

/// The names of the features; XGBoost's own for those that have none.
pub fn names(learner: &Value, width: usize) -> Result<Vec<String>> {
    let given = if learner.find("feature_names").is_some() { learner.texts("feature_names")? } else { Vec::new() };
    if given.is_empty() {
        return Ok((0..width).map(|i| format!("f{i}")).collect());
    }
    if given.len() != width {
        return Err(wrong("feature_names", format!("{width} names"), given.len()));
    }
    Ok(given.into_iter().map(str::to_owned).collect())
}

/// `3.2.0`, of the file's `[3, 2, 0]`.
pub fn version(file: &Value) -> String {
    let numbers = file.numbers("version").unwrap_or_default();
    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(".")
}
