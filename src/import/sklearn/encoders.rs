//! Transformers of categories: `OneHotEncoder`, `OrdinalEncoder`, `TargetEncoder`, and those of labels.

use super::builder::{Builder, Encoder, Frame};
use super::object::Object;
use crate::error::Result;
use crate::model::{OneHot, Rescale};

/// What an encoder makes of columns; `None` if the object is none.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    match object.name() {
        "OneHotEncoder" => one_hot(builder, frame, object).map(Some),
        "OrdinalEncoder" => ordinal(builder, frame, object).map(Some),
        "TargetEncoder" => target(builder, frame, object).map(Some),
        "LabelEncoder" => labels(builder, frame, object).map(|(frame, _)| Some(frame)),
        "LabelBinarizer" => indicators(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// The places of a column's categories after rare ones were put together; the same places if none were.
fn grouped(object: &Object<'_>, column: usize, count: usize) -> Result<Vec<usize>> {
    let mapping = match object.find("_default_to_infrequent_mappings") {
        Some(mappings) => mappings.list()?.into_iter().nth(column).filter(|mapping| !mapping.item.is_none()),
        None => None,
    };
    let Some(mapping) = mapping else { return Ok((0..count).collect()) };
    let places: Vec<usize> = mapping.numbers()?.into_iter().map(|place| place as usize).collect();
    if places.len() == count && places.iter().all(|&place| place < count) {
        return Ok(places);
    }
    Err(mapping.wrong(format!("{count} places below it"), format!("{places:?}")))
}

/// The place that rare categories were put together at, if any were.
fn rare_place(object: &Object<'_>, column: usize, places: &[usize]) -> Result<Option<usize>> {
    let Some(all) = object.find("_infrequent_indices") else { return Ok(None) };
    let rare = all.list()?.into_iter().nth(column).filter(|rare| !rare.item.is_none());
    let first = rare.map(|rare| rare.numbers()).transpose()?.and_then(|rare| rare.first().copied());
    Ok(first.and_then(|first| places.get(first as usize).copied()))
}

/// A column's categories, and how many there are with a missing one.
fn categories<'a>(object: &Object<'a>, frame: &Frame) -> Result<Vec<Object<'a>>> {
    let categories = object.get("categories_")?.list()?;
    if categories.len() == frame.width() {
        return Ok(categories);
    }
    Err(object.wrong(format!("categories of {} columns", frame.width()), categories.len().to_string()))
}

fn one_hot(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let unknown = object.find_text("handle_unknown").unwrap_or("error");
    let drops = match object.find("_drop_idx_after_grouping").or_else(|| object.find("drop_idx_")) {
        Some(drops) => drops.list().or_else(|_| Ok::<_, crate::error::Error>(Vec::new()))?,
        None => Vec::new(),
    };
    let (mut encoders, mut counts) = (Vec::new(), Vec::new());
    for (j, categories) in categories(object, frame)?.iter().enumerate() {
        let (labels, missing_at) = categories.labels()?;
        let count = labels.len() + usize::from(missing_at.is_some());
        let places = grouped(object, j, count)?;
        let dropped = drops.get(j).filter(|drop| !drop.item.is_none()).map(|drop| drop.count()).transpose()?;
        let column = |place: usize| match dropped {
            Some(dropped) if place == dropped => -1.0,
            Some(dropped) if place > dropped => place as f64 - 1.0,
            _ => place as f64,
        };
        let rare = match unknown {
            "infrequent_if_exist" | "warn" => rare_place(object, j, &places)?,
            _ => None,
        };
        let other = rare.map_or(-1.0, column);
        let known = (0..count).filter(|&i| Some(i) != missing_at);
        encoders.push(Encoder {
            values: known.map(|i| column(places[i])).collect(),
            labels,
            unknown: other,
            missing: missing_at.map_or(other, |at| column(places[at])),
            refuses_unknown: unknown == "error",
            refuses_missing: unknown == "error" && missing_at.is_none(),
        });
        let columns = places.iter().max().map_or(0, |&most| most + 1);
        counts.push((columns - usize::from(dropped.is_some())) as u32);
    }
    let value = builder.encode("categories", frame, encoders, &object.path);
    let width = counts.iter().sum::<u32>() as usize;
    let value = builder.add("one-hot", OneHot { categories: counts }, &[value]);
    Ok(builder.made(value, width))
}

fn ordinal(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let refuses_unknown = object.find_text("handle_unknown").unwrap_or("error") == "error";
    let number = |name: &str| object.find(name).map_or(Ok(f64::NAN), |number| number.number());
    // NaN has a number of its own, None is a category like others.
    let is_nan = |column: usize| {
        let known = object.find("_missing_indices").and_then(|columns| columns.item.entries());
        known.is_none_or(|columns| columns.iter().any(|(key, _)| key.as_i64() == Some(column as i64)))
    };
    let (unknown, encoded_missing) = (number("unknown_value")?, number("encoded_missing_value")?);
    let mut encoders = Vec::new();
    for (j, categories) in categories(object, frame)?.iter().enumerate() {
        let (labels, missing_at) = categories.labels()?;
        let count = labels.len() + usize::from(missing_at.is_some());
        let places = grouped(object, j, count)?;
        let known = (0..count).filter(|&i| Some(i) != missing_at);
        encoders.push(Encoder {
            values: known.map(|i| places[i] as f64).collect(),
            labels,
            unknown,
            missing: match missing_at {
                Some(_) if is_nan(j) => encoded_missing,
                Some(at) => places[at] as f64,
                None => unknown,
            },
            refuses_unknown,
            refuses_missing: refuses_unknown && missing_at.is_none(),
        });
    }
    let stays_missing: Vec<bool> = encoders.iter().map(|encoder| encoder.missing.is_nan()).collect();
    let value = builder.encode("ordinal", frame, encoders, &object.path);
    let mut made = builder.made(value, frame.width());
    for ((column, from), stays_missing) in made.columns.iter_mut().zip(&frame.columns).zip(stays_missing) {
        column.missing_from = from.missing_from.filter(|_| stays_missing);
    }
    Ok(made)
}

fn target(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let encodings = object.get("encodings_")?.lists()?;
    let means = object.get("target_mean_")?.numbers()?;
    let categories = categories(object, frame)?;
    // Of several classes, each column is encoded once for each class.
    let each = encodings.len() / frame.width().max(1);
    if each == 0 || encodings.len() != each * frame.width() || means.len() != if each == 1 { 1 } else { each } {
        return Err(object.wrong("an encoding of each column", encodings.len().to_string()));
    }
    let columns: Vec<usize> = (0..encodings.len()).map(|e| e / each).collect();
    let picked = if each == 1 { frame.clone() } else { builder.pick("once for each class", frame, &columns) };
    let mut encoders = Vec::new();
    for (e, encoding) in encodings.iter().enumerate() {
        let (labels, missing_at) = categories[e / each].labels()?;
        if encoding.len() != labels.len() + usize::from(missing_at.is_some()) {
            return Err(object.wrong("a number for each category", encoding.len().to_string()));
        }
        let mean = means[e % each];
        let known = (0..encoding.len()).filter(|&i| Some(i) != missing_at);
        encoders.push(Encoder {
            values: known.map(|i| encoding[i]).collect(),
            labels,
            unknown: mean,
            missing: missing_at.map_or(mean, |at| encoding[at]),
            refuses_unknown: false,
            refuses_missing: false,
        });
    }
    let value = builder.encode("target", &picked, encoders, &object.path);
    Ok(builder.made(value, encodings.len()))
}

/// A label's index, and how many labels there are.
fn labels(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<(Frame, usize)> {
    let (labels, _) = object.get("classes_")?.labels()?;
    let count = labels.len();
    let encoder = Encoder {
        labels,
        values: (0..count).map(|i| i as f64).collect(),
        unknown: -1.0,
        missing: -1.0,
        refuses_unknown: object.name() == "LabelEncoder",
        refuses_missing: true,
    };
    let value = builder.encode("labels", frame, vec![encoder], &object.path);
    Ok((builder.made(value, 1), count))
}

fn indicators(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let (encoded, count) = labels(builder, frame, object)?;
    let number = |name: &str, default: f64| object.find(name).map_or(Ok(default), |number| number.number());
    let (low, high) = (number("neg_label", 0.0)?, number("pos_label", 1.0)?);
    let mut made = builder.add("one-hot", OneHot { categories: vec![count as u32] }, &[encoded.value]);
    let mut width = count;
    if count == 2 {
        made = builder.select("second", made, [1]);
        width = 1;
    }
    if (low, high) != (0.0, 1.0) {
        made = builder.add("scale", Rescale { factors: vec![high - low], offsets: vec![low] }, &[made]);
    }
    Ok(builder.made(made, width))
}
