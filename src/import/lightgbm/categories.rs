//! The categories of features by name: what pandas' columns held when the model was trained.
//!
//! A line after the trees lists the categories of each column of pandas' type `category`, in order, and not which columns
//! those are: the parameters, or else the features' ranges, tell which features are categorical.

use super::super::json;
use super::super::value::Value;
use super::section::Section;
use crate::error::{Error, Kind, Result};
use crate::model::Labels;

/// The categories of each of `width` features, if it has any; the code of a category is its place. `Err` of a text if they
/// cannot be told.
pub fn read(header: &Section<'_>, rest: &str, width: usize) -> Result<Result<Vec<Option<Labels>>, String>> {
    let mut categories = vec![None; width];
    let Some(line) = rest.lines().find_map(|line| line.strip_prefix("pandas_categorical:")) else {
        return Ok(Ok(categories));
    };
    let damaged = |found: String| Error::new(Kind::InvalidModel, "pandas_categorical", "a list for each column", found);
    let lists = match json::read(line.trim().as_bytes()).map_err(|error| error.within("pandas_categorical"))? {
        Value::Array(lists) if !lists.is_empty() => lists,
        Value::Array(_) | Value::Null => return Ok(Ok(categories)),
        other => return Err(damaged(other.kind().to_owned())),
    };
    let ranges: Vec<&str> = header.find("feature_infos").unwrap_or_default().split_ascii_whitespace().collect();
    let features = features(rest, &ranges);
    if features.len() != lists.len() || features.iter().any(|&feature| feature >= width) {
        let counts =
            format!("{} columns of pandas' type category, {} categorical features", lists.len(), features.len());
        return Ok(Err(counts));
    }
    for (i, (&feature, list)) in features.iter().zip(&lists).enumerate() {
        let Some(labels) = labels(list) else {
            return Ok(Err(format!("the categories of column {i} are of mixed types")));
        };
        let codes = ranges.get(feature).unwrap_or(&"").split(':').filter_map(|code| code.parse::<i64>().ok());
        if codes.into_iter().any(|code| code >= labels.len() as i64) {
            return Ok(Err(format!("feature {feature} has more categories than column {i}")));
        }
        categories[feature] = Some(labels).filter(|labels| !labels.is_empty());
    }
    Ok(Ok(categories))
}

/// The categorical features.
fn features(rest: &str, ranges: &[&str]) -> Vec<usize> {
    let parameter = rest.lines().find_map(|line| line.strip_prefix("[categorical_feature:")?.strip_suffix(']'));
    match parameter.map(str::trim) {
        Some(list) if !list.is_empty() => list.split(',').filter_map(|feature| feature.trim().parse().ok()).collect(),
        // A numeric feature's range is in brackets.
        _ => (0..ranges.len()).filter(|&i| ranges[i].contains(':') && !ranges[i].starts_with('[')).collect(),
    }
}

/// Labels of one type.
fn labels(list: &Value) -> Option<Labels> {
    match list {
        Value::Numbers(numbers) if numbers.iter().all(|x| x.trunc() == *x && x.abs() < (1_u64 << 53) as f64) => {
            Some(Labels::Integers(numbers.iter().map(|&x| x as i64).collect()))
        }
        Value::Numbers(numbers) => Some(Labels::Floats(numbers.clone())),
        Value::Array(values) if values.iter().all(|value| matches!(value, Value::Boolean(_))) && !values.is_empty() => {
            Some(Labels::Booleans(values.iter().map(|value| *value == Value::Boolean(true)).collect()))
        }
        Value::Array(values) => {
            let text = |value: &Value| if let Value::Text(text) = value { Some(text.clone()) } else { None };
            values.iter().map(text).collect::<Option<_>>().map(Labels::Strings)
        }
        _ => None,
    }
}
