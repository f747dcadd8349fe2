//! Multi-layer perceptrons: `MLPClassifier`, `MLPRegressor`.

use super::builder::{Builder, Demand, Frame};
use super::object::Object;
use super::targets::{are_indicators, indicators, with_opposites};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{ArgMax, Binarize, Complement, Function, Softmax, ValueId};

/// The answers of a multi-layer perceptron; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "MLPRegressor" => {
            let (value, width) = layers(builder, frame, object)?;
            let value = match object.find_text("out_activation_") {
                Some("identity") | None => value,
                // Poisson's loss.
                Some("exp") => builder.map("exp", Function::Exp, value),
                Some(other) => return Err(object.refused(format!("out_activation_ {other:?}"))),
            };
            Ok(Some(Answers::numbers(value, width)))
        }
        "MLPClassifier" => classifier(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// The layers, without the last one's activation.
fn layers(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<(ValueId, usize)> {
    let (weights, intercepts) = (object.get("coefs_")?.list()?, object.get("intercepts_")?.list()?);
    if weights.len() != intercepts.len() || weights.is_empty() {
        return Err(object.wrong("weights and intercepts of each layer", weights.len().to_string()));
    }
    let activation = match object.find_text("activation").unwrap_or("relu") {
        "identity" => None,
        "relu" => Some(Function::Relu),
        "tanh" => Some(Function::Tanh),
        "logistic" => Some(Function::Sigmoid),
        other => return Err(object.refused(format!("the activation {other:?}"))),
    };
    let (mut value, mut width) = (builder.numbers(frame, Demand::Finite), frame.width());
    for (i, (weights, intercepts)) in weights.iter().zip(&intercepts).enumerate() {
        if i > 0
            && let Some(activation) = activation
        {
            value = builder.map("activation", activation, value);
        }
        let matrix = weights.matrix()?;
        let intercepts = intercepts.numbers()?;
        if matrix.rows != width || matrix.columns != intercepts.len() {
            return Err(weights.wrong(format!("{width} rows"), matrix.rows.to_string()));
        }
        value = builder.linear("layer", value, width, matrix.transposed().values, intercepts);
        width = matrix.columns;
    }
    Ok((value, width))
}

fn classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (scores, width) = layers(builder, frame, object)?;
    let (classes, _) = object.get("classes_")?.labels()?;
    let (predict, probabilities) = match (object.find_text("out_activation_"), width) {
        (Some("logistic"), 1) if classes.len() == 2 => {
            let positive = builder.map("logistic", Function::Sigmoid, scores);
            let predict = builder.add("decision", Binarize { threshold: 0.5 }, &[positive]);
            (predict, builder.add("probabilities", Complement, &[positive]))
        }
        (Some("softmax"), count) if count == classes.len() => {
            let probabilities = builder.add("probabilities", Softmax, &[scores]);
            (builder.add("decision", ArgMax, &[probabilities]), probabilities)
        }
        (Some("logistic"), count)
            if count == classes.len()
                && object.find("_label_binarizer").is_some_and(|binarizer| are_indicators(&binarizer)) =>
        {
            let positives = builder.map("logistic", Function::Sigmoid, scores);
            let probabilities = with_opposites(builder, positives, count);
            return Ok(Answers { probabilities: Some(probabilities), ..indicators(builder, positives, 0.5, count) });
        }
        (_, count) => return Err(object.wrong(format!("outputs for {} classes", classes.len()), count.to_string())),
    };
    Ok(Answers {
        predict: Some(predict),
        probabilities: Some(probabilities),
        classes: vec![classes],
        targets: 1,
        ..Answers::default()
    })
}
