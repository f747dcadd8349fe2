//! What is missing: `SimpleImputer`, `KNNImputer`, `MissingIndicator`.

use super::builder::{Builder, Column, Demand, Frame};
use super::neighbours::by_distance;
use super::object::Object;
use super::scalers::numbers;
use crate::error::Result;
use crate::model::{Concat, Function, Impute, ImputeNearest, Map, Rescale};

/// What an imputer or an indicator makes of columns; `None` if the object is none.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    let frame = match object.name() {
        "SimpleImputer" => impute(builder, frame, object)?,
        "KNNImputer" => impute_nearest(builder, frame, object)?,
        "MissingIndicator" => indicate(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(frame))
}

/// What stands for a missing value: `None` is NaN.
fn marker(object: &Object<'_>) -> Result<Option<f64>> {
    match object.find("missing_values") {
        None => Ok(None),
        Some(marker) if marker.item.as_str().is_some() => Err(marker.refused("a text that stands for missing values")),
        Some(marker) => Ok(Some(marker.number()?).filter(|x| !x.is_nan())),
    }
}

/// The columns as numbers, with what stands for a missing value made NaN.
fn blanked(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    match marker(object)? {
        None => {
            builder.numbers(frame, Demand::MissingAllowed);
            Ok(frame.clone())
        }
        Some(marker) => {
            let blank = Map { function: Function::Blank, a: marker, b: marker };
            Ok(builder.columnwise(frame, Demand::Finite, blank, "blank"))
        }
    }
}

fn impute(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let statistics = object.get("statistics_")?;
    if let Some(fills) = texts(&statistics) {
        return impute_texts(frame, object, fills);
    }
    let fills = numbers(object, "statistics_", frame.width())?;
    let blank = blanked(builder, frame, object)?;
    // A column that had nothing in training is dropped.
    let kept: Vec<usize> = (0..fills.len()).filter(|&i| !fills[i].is_nan()).collect();
    let picked = builder.pick("columns with values", &blank, &kept);
    let impute = Impute { fills: kept.iter().map(|&i| fills[i]).collect() };
    let value = builder.add("impute", impute, &[picked.value]);
    let filled = builder.made(value, kept.len());
    with_indicator(builder, frame, object, filled)
}

/// Columns with the indicators of what was missing in a frame beside them, if an imputer adds those.
fn with_indicator(builder: &mut Builder, frame: &Frame, object: &Object<'_>, filled: Frame) -> Result<Frame> {
    match object.find("indicator_").filter(|_| object.flag("add_indicator", false)) {
        None => Ok(filled),
        Some(indicator) => {
            let marks = indicate(builder, frame, &indicator)?;
            let value = builder.add("beside", Concat, &[filled.value, marks.value]);
            Ok(builder.made(value, filled.width() + marks.width()))
        }
    }
}

fn impute_nearest(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    if !object.has("missing_values") {
        return Err(object.refused("missing values that are None: make them NaN"));
    }
    let metric = object.get("metric")?;
    if metric.item.as_str() != Some("nan_euclidean") {
        return Err(metric.refused("a metric of your own: choose \"nan_euclidean\""));
    }
    let (fitted, mask) = (object.get("_fit_X")?, object.get("_mask_fit_X")?.matrix()?);
    if fitted.item.array().is_some_and(|array| !array.dtype().ends_with("f8")) {
        return Err(fitted.refused("rows of single precision: fit on X.astype(float)"));
    }
    let points = fitted.matrix()?;
    let width = frame.width();
    if points.columns != width || points.rows == 0 || [mask.rows, mask.columns] != [points.rows, width] {
        return Err(fitted.wrong(format!("rows of {width} numbers, and which of them are missing"), "others"));
    }
    let blank = |(x, is_missing): (&f64, &f64)| if *is_missing != 0.0 { f64::NAN } else { *x };
    let points: Vec<f64> = points.values.iter().zip(&mask.values).map(blank).collect();
    let is_known = |column: usize| points.iter().skip(column).step_by(width).any(|x| !x.is_nan());
    let known: Vec<bool> = (0..width).map(is_known).collect();
    let nearest = object.get("n_neighbors")?.count()?.min(points.len() / width) as u32;
    let by_distance = by_distance(object)?;
    let blank = blanked(builder, frame, object)?;
    let impute = ImputeNearest { width, points, nearest, by_distance };
    let filled = builder.add("impute", impute, &[blank.value]);
    // A column that had nothing in training is dropped, or kept as zeros whatever it has.
    let keeps = object.flag("keep_empty_features", false);
    let kept: Vec<usize> = (0..width).filter(|&i| keeps || known[i]).collect();
    let mut value = builder.select("columns", filled, kept.iter().copied());
    if keeps && known.contains(&false) {
        value = builder.add("fill empty columns", Impute { fills: vec![0.0; width] }, &[value]);
        let factors = known.iter().map(|&known| f64::from(u8::from(known))).collect();
        value = builder.add("empty columns", Rescale { factors, offsets: vec![0.0; width] }, &[value]);
    }
    let filled = builder.made(value, kept.len());
    with_indicator(builder, frame, object, filled)
}

/// The fill texts of an imputer of texts.
fn texts(statistics: &Object<'_>) -> Option<Vec<String>> {
    let items = statistics.item.array().filter(|array| array.is_object()).and_then(|_| statistics.item.items())?;
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Texts stay raw until an encoder makes them numbers: it is told what a missing one is.
fn impute_texts(frame: &Frame, object: &Object<'_>, fills: Vec<String>) -> Result<Frame> {
    if object.flag("add_indicator", false) {
        let marks = object.get("indicator_")?;
        return Err(marks.refused("indicators of missing texts"));
    }
    if frame.columns.iter().any(|column| column.raw.is_none()) {
        return Err(object.refused("texts that a step before has made"));
    }
    let columns = frame.columns.iter().zip(fills);
    let columns = columns.map(|(column, fill)| Column {
        missing_from: None,
        fill: Some(column.fill.clone().unwrap_or(fill)),
        ..column.clone()
    });
    Ok(Frame { value: frame.value, columns: columns.collect() })
}

fn indicate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let features: Vec<usize> = object.get("features_")?.numbers()?.into_iter().map(|column| column as usize).collect();
    if let Some(&column) = features.iter().find(|&&column| column >= frame.width()) {
        return Err(object.wrong(format!("columns below {}", frame.width()), column.to_string()));
    }
    let picked = builder.pick("columns", frame, &features);
    let blank = blanked(builder, &picked, object)?;
    let value = builder.map("is missing", Function::IsMissing, blank.value);
    Ok(builder.made(value, features.len()))
}
