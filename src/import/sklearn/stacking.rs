//! Estimators on top of others: `Stacking…`, `CalibratedClassifierCV`.

use super::boosters::refuse_ambiguous;
use super::builder::{Builder, Frame};
use super::compose::estimator_of;
use super::forests::by_probability;
use super::meta::mean;
use super::object::Object;
use super::projections::isotonic;
use super::targets::labelled;
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{Complement, Concat, Function, Map, Norm, Normalize, Rescale, ValueId};

/// The answers of a stack; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "StackingClassifier" | "StackingRegressor" => stack(builder, frame, object).map(Some),
        "CalibratedClassifierCV" => calibrated(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

fn stack(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    if object.find("classes_").is_some_and(|classes| classes.item.array().is_none()) {
        return Err(object.refused("a stack of several labels a row"));
    }
    let estimators = object.get("estimators_")?.list()?;
    let methods = object.get("stack_method_")?.list()?;
    if methods.len() != estimators.len() {
        return Err(object.wrong("a method for each estimator", methods.len().to_string()));
    }
    let (mut values, mut width) = (Vec::new(), 0);
    for (estimator, method) in estimators.iter().zip(&methods) {
        let answers = super::estimate(builder, frame, estimator)?;
        let (value, columns) = match (method.text()?, answers.class_count()) {
            ("predict_proba", count) => {
                let probabilities = answers.probabilities.ok_or_else(|| estimator.refused("no probabilities"))?;
                // Of two classes the first one's probability says nothing more.
                if count == 2 { (builder.select("second", probabilities, [1]), 1) } else { (probabilities, count) }
            }
            ("decision_function", count) => {
                let scores = answers.scores.ok_or_else(|| estimator.refused("no decision function"))?;
                (scores, if count == 2 { 1 } else { count })
            }
            (_, _) => {
                let predict = answers.predict.ok_or_else(|| estimator.refused("no predictions"))?;
                match &answers.classes[..] {
                    [] => (predict, answers.targets),
                    [classes] => (labelled(builder, predict, classes, estimator)?, 1),
                    _ => return Err(estimator.refused("a classifier of several targets")),
                }
            }
        };
        values.push(value);
        width += columns;
    }
    let mut columns = builder.made(0, width).columns;
    if object.flag("passthrough", false) {
        values.push(frame.value);
        let raw_no_more = frame.columns.iter().map(|column| super::builder::Column { raw: None, ..column.clone() });
        columns.extend(raw_no_more);
    }
    let value = if values.len() == 1 { values[0] } else { builder.add("predictions", Concat, &values) };
    let stacked = Frame { value, columns };
    let answers = super::estimate(builder, &stacked, &object.get("final_estimator_")?)?;
    let answers = Answers { transform: Some(value), transform_width: stacked.width(), ..answers };
    if object.name() == "StackingRegressor" {
        return Ok(answers);
    }
    // The last estimator was fitted on the labels' places.
    let (classes, _) = match object.find("_label_encoder") {
        Some(encoder) if encoder.has("classes_") => encoder.get("classes_")?.labels()?,
        _ => object.get("classes_")?.labels()?,
    };
    if classes.len() != answers.class_count() {
        return Err(object.wrong(format!("{} classes", answers.class_count()), classes.len().to_string()));
    }
    Ok(Answers { classes: vec![classes], ..answers })
}

fn calibrated(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (classes, _) = object.get("classes_")?.labels()?;
    let mut each = Vec::new();
    for one in object.get("calibrated_classifiers_")?.list()? {
        each.push(calibrate(builder, frame, &one, classes.len())?);
    }
    if each.is_empty() {
        return Err(object.wrong("a calibrated classifier", "none"));
    }
    let equal = vec![1.0; each.len()];
    let probabilities = if each.len() == 1 { each[0] } else { mean(builder, &each, classes.len(), &equal) };
    Ok(by_probability(builder, probabilities, classes))
}

fn calibrate(builder: &mut Builder, frame: &Frame, object: &Object<'_>, count: usize) -> Result<ValueId> {
    let estimator = estimator_of(object).ok_or_else(|| object.wrong("an estimator", "none"))?;
    refuse_ambiguous(&estimator)?;
    let answers = super::estimate(builder, frame, &estimator)?;
    if answers.class_count() != count {
        return Err(estimator.refused("a fold that lacks a class"));
    }
    let scores = match (answers.scores, answers.probabilities) {
        (Some(scores), _) => scores,
        (None, Some(probabilities)) if count == 2 => builder.select("second", probabilities, [1]),
        (None, Some(probabilities)) => probabilities,
        (None, None) => return Err(estimator.refused("an estimator without scores")),
    };
    let calibrators = object.find("calibrators").map_or_else(|| object.get("calibrators_"), Ok)?.list()?;
    let outputs = if count == 2 { 1 } else { count };
    if calibrators.len() != outputs {
        return Err(object.wrong(format!("{outputs} calibrators"), calibrators.len().to_string()));
    }
    let mut values = Vec::new();
    for (k, calibrator) in calibrators.iter().enumerate() {
        let score = if outputs == 1 { scores } else { builder.select("score", scores, [k]) };
        values.push(match calibrator.name() {
            "_SigmoidCalibration" => {
                let (a, b) = (calibrator.get("a_")?.number()?, calibrator.get("b_")?.number()?);
                let scaled = builder.add("scale", Rescale { factors: vec![-a], offsets: vec![-b] }, &[score]);
                builder.map("logistic", Function::Sigmoid, scaled)
            }
            "IsotonicRegression" => isotonic(builder, score, calibrator)?,
            other => return Err(calibrator.refused(format!("the calibrator {other}"))),
        });
    }
    if let [positive] = values[..] {
        return Ok(builder.add("probabilities", Complement, &[positive]));
    }
    let all = builder.add("calibrated", Concat, &values);
    let shares = builder.add("probabilities", Normalize { norm: Norm::SumOrEqual }, &[all]);
    // Sums are at most a rounding above 1.
    let clip = Map { function: Function::Clip, a: 0.0, b: 1.0 };
    Ok(builder.add("at most 1", clip, &[shares]))
}
