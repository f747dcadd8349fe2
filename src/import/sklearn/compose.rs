//! Estimators made of others in a row or side by side: pipelines, column transformers, unions, searches, transformed
//! targets.

use super::answers::Answers;
use super::builder::{Builder, Column, Demand, Frame};
use super::object::Object;
use super::{scalers, selection};
use crate::error::Result;
use crate::model::{Concat, Rescale, ValueId};

/// The answers of a composition; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "Pipeline" => pipeline(builder, frame, object).map(Some),
        "GridSearchCV" | "RandomizedSearchCV" | "HalvingGridSearchCV" | "HalvingRandomSearchCV" => {
            super::estimate(builder, frame, &object.get("best_estimator_")?).map(Some)
        }
        "RFE" | "RFECV" => {
            let Some(kept) = selection::transform(builder, frame, object)? else { return Ok(None) };
            let answers = super::estimate(builder, &kept, &object.get("estimator_")?)?;
            Ok(Some(Answers { transform: Some(kept.value), transform_width: kept.width(), ..answers }))
        }
        "TransformedTargetRegressor" => transformed_target(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// The columns that a composition of transformers makes; `None` if the object is none.
pub fn transform(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Frame>> {
    match object.name() {
        "ColumnTransformer" => columns(builder, frame, object).map(Some),
        "FeatureUnion" => union(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// The estimators within that take the very rows an estimator takes, to ask them for what it does not say itself.
pub fn that_take_the_same_rows<'a>(object: &Object<'a>) -> Vec<Object<'a>> {
    let of_list = |name: &str| object.find(name).and_then(|list| list.list().ok()).unwrap_or_default();
    let alone = ["best_estimator_", "regressor_", "estimator_"].into_iter().filter_map(|name| object.find(name));
    let steps = of_list("steps").into_iter().chain(of_list("transformer_list"));
    let named = steps.filter_map(|step| second(&step));
    let calibrated = of_list("calibrated_classifiers_").into_iter().filter_map(|one| estimator_of(&one));
    alone.chain(named).chain(of_list("estimators_")).chain(calibrated).collect()
}

/// The estimator that a calibrated classifier holds: it was called otherwise before 1.2.
pub fn estimator_of<'a>(object: &Object<'a>) -> Option<Object<'a>> {
    object.find("estimator").filter(|found| found.item.as_str().is_none()).or_else(|| object.find("base_estimator"))
}

/// The name of the one column that an object takes, if it never takes others.
pub fn only_column(object: &Object<'_>) -> Option<&'static str> {
    match object.name() {
        "LabelEncoder" | "LabelBinarizer" => Some("label"),
        "IsotonicRegression" => Some("x0"),
        _ => None,
    }
}

/// The estimator of a pair of a name and an estimator.
fn second<'a>(pair: &Object<'a>) -> Option<Object<'a>> {
    pair.list().ok()?.into_iter().nth(1)
}

/// The steps of a pipeline that do something, with the paths that people write.
fn steps<'a>(object: &Object<'a>) -> Result<Vec<Object<'a>>> {
    let pairs = object.get("steps")?.list()?;
    let mut steps = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Some(step) = second(&pair) else { return Err(pair.wrong("a name and an estimator", pair.item.kind())) };
        let is_nothing = step.item.is_none() || step.item.as_str() == Some("passthrough");
        if !is_nothing {
            steps.push(Object { path: pair.path, ..step });
        }
    }
    Ok(steps)
}

fn pipeline(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let steps = steps(object)?;
    let Some((last, before)) = steps.split_last() else {
        return Ok(Answers { transform: Some(frame.value), transform_width: frame.width(), ..Answers::default() });
    };
    let mut frame = frame.clone();
    for (step, next) in before.iter().zip(&steps[1..]) {
        let made = super::transform(builder, &frame, step);
        frame = match builder.tolerate(made)? {
            Some(made) if builder.blockers.is_empty() => made,
            // Refused already: look on for more, with as many columns as the next step takes.
            _ => match next.find("n_features_in_").map(|count| count.count()).transpose()? {
                Some(width) => builder.placeholder(&frame, width.clamp(1, 1 << 16)),
                None => return Ok(Answers::default()),
            },
        };
    }
    super::estimate(builder, &frame, last)
}

/// The columns of a column transformer.
pub fn columns(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let mut parts = Vec::new();
    let weights = object.find("transformer_weights");
    for entry in object.get("transformers_")?.list()? {
        let parts_of_entry = entry.list()?;
        let [name, transformer, wanted] = &parts_of_entry[..] else {
            return Err(entry.wrong("a name, a transformer and columns", entry.item.kind()));
        };
        let transformer = Object { path: entry.path.clone(), ..transformer.clone() };
        if transformer.item.as_str() == Some("drop") {
            continue;
        }
        let wanted = places(frame, object, wanted)?;
        if wanted.is_empty() {
            continue;
        }
        let label = name.item.as_str().unwrap_or("columns");
        let picked = builder.pick(&format!("{label}: columns"), frame, &wanted);
        let made = match transformer.item.as_str() {
            Some("passthrough") => Ok(picked.clone()),
            _ => super::transform(builder, &picked, &transformer),
        };
        let made = match builder.tolerate(made)? {
            Some(made) => made,
            None => builder.placeholder(&picked, 1),
        };
        parts.push(weighted(builder, made, weights.as_ref(), label)?);
    }
    side_by_side(builder, object, parts)
}

fn union(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Frame> {
    let mut parts = Vec::new();
    let weights = object.find("transformer_weights");
    for pair in object.get("transformer_list")?.list()? {
        let pair_of = pair.list()?;
        let [name, transformer] = &pair_of[..] else {
            return Err(pair.wrong("a name and a transformer", pair.item.kind()));
        };
        let transformer = Object { path: pair.path.clone(), ..transformer.clone() };
        let made = match transformer.item.as_str() {
            Some("drop") => continue,
            Some("passthrough") => Ok(frame.clone()),
            _ => super::transform(builder, frame, &transformer),
        };
        let made = match builder.tolerate(made)? {
            Some(made) => made,
            None => builder.placeholder(frame, 1),
        };
        parts.push(weighted(builder, made, weights.as_ref(), name.item.as_str().unwrap_or_default())?);
    }
    side_by_side(builder, object, parts)
}

fn weighted(builder: &mut Builder, frame: Frame, weights: Option<&Object<'_>>, name: &str) -> Result<Frame> {
    let Some(weight) = weights.and_then(|weights| weights.item.get(name)) else { return Ok(frame) };
    let Some(weight) = weight.as_f64() else { return Ok(frame) };
    let rescale = Rescale { factors: vec![weight], offsets: vec![0.0] };
    Ok(builder.columnwise(&frame, Demand::MissingAllowed, rescale, "weight"))
}

fn side_by_side(builder: &mut Builder, object: &Object<'_>, mut parts: Vec<Frame>) -> Result<Frame> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    if parts.is_empty() {
        return Err(object.refused("a composition that keeps no column"));
    }
    let values: Vec<ValueId> = parts.iter().map(|part| part.value).collect();
    let value = builder.add("features", Concat, &values);
    Ok(Frame { value, columns: parts.into_iter().flat_map(|part| part.columns).collect::<Vec<Column>>() })
}

/// The places of the columns that a column transformer names: by index, name, slice or truths.
fn places(frame: &Frame, object: &Object<'_>, wanted: &Object<'_>) -> Result<Vec<usize>> {
    let width = frame.width();
    let names = object.find("feature_names_in_").and_then(|names| names.item.array()?.texts());
    let of_name = |name: &str| {
        let place = names.as_ref().and_then(|names| names.iter().position(|known| known == name));
        place.ok_or_else(|| wanted.wrong("the name of a column", format!("{name:?}")))
    };
    let of_index = |index: i64| {
        let place = if index < 0 { index + width as i64 } else { index };
        let place = usize::try_from(place).ok().filter(|&place| place < width);
        place.ok_or_else(|| wanted.wrong(format!("an index below {width}"), index.to_string()))
    };
    if let Some(name) = wanted.item.as_str() {
        return Ok(vec![of_name(name)?]);
    }
    if wanted.name() == "slice" {
        let bounds = wanted.item.arguments();
        let bound = |i: usize| bounds.get(i).filter(|bound| !bound.is_none());
        let end_of = |i: usize, default: usize, is_end: bool| match bound(i) {
            None => Ok(default),
            // By name a slice includes its end.
            Some(item) => match (item.as_str(), item.as_i64()) {
                (Some(name), _) => of_name(name).map(|place| place + usize::from(is_end)),
                (_, Some(index)) => {
                    Ok((if index < 0 { index + width as i64 } else { index }).clamp(0, width as i64) as usize)
                }
                _ => Err(wanted.wrong("an index or a name", item.kind())),
            },
        };
        let (start, end) = (end_of(0, 0, false)?, end_of(1, width, true)?);
        let step = bound(2).and_then(|step| step.as_i64()).unwrap_or(1);
        let step = usize::try_from(step).ok().filter(|&step| step > 0);
        let step = step.ok_or_else(|| wanted.refused("a slice that goes backwards"))?;
        return Ok((start..end).step_by(step).collect());
    }
    if let Some(index) = wanted.item.as_i64().filter(|_| wanted.item.as_bool().is_none()) {
        return Ok(vec![of_index(index)?]);
    }
    // A remainder may lie in a list of scikit-learn's own.
    let wanted = wanted.find("data").unwrap_or_else(|| wanted.clone());
    let items = match wanted.item.array().filter(|array| !array.is_object()) {
        Some(array) if array.dtype().ends_with("b1") => {
            let flags = array.integers().unwrap_or_default();
            return Ok((0..width).filter(|&i| flags.get(i).is_some_and(|&flag| flag != 0)).collect());
        }
        Some(array) => match (array.integers(), array.texts()) {
            (Some(indices), _) => return indices.into_iter().map(of_index).collect(),
            (None, Some(names)) => return names.iter().map(|name| of_name(name)).collect(),
            (None, None) => return Err(wanted.wrong("indices or names", array.dtype())),
        },
        None => wanted.list()?,
    };
    if !items.is_empty() && items.iter().all(|item| item.item.as_bool().is_some()) {
        return Ok((0..width).filter(|&i| items.get(i).and_then(|item| item.item.as_bool()) == Some(true)).collect());
    }
    let place = |item: &Object<'_>| match (item.item.as_str(), item.item.as_i64()) {
        (Some(name), _) => of_name(name),
        (None, Some(index)) => of_index(index),
        _ => Err(item.wrong("an index or a name", item.item.kind())),
    };
    items.iter().map(place).collect()
}

fn transformed_target(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let answers = super::estimate(builder, frame, &object.get("regressor_")?)?;
    let Some(predict) = answers.predict else { return Ok(Answers::default()) };
    let targets = builder.made(predict, answers.targets);
    let transformer = object.get("transformer_")?;
    let inverse = match transformer.name() {
        "FunctionTransformer" => selection::function(builder, &targets, &transformer, "inverse_func")?,
        _ => scalers::inverse(builder, &targets, &transformer)?,
    };
    Ok(Answers::numbers(inverse.value, answers.targets))
}
