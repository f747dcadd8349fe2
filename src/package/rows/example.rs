//! A row of the model's, and what it predicts for it.

use crate::kernel::date::text;
use crate::model::{InputKind, Method, Model};
use crate::package::labels::{label, labels, number};
use crate::predict::Predictor;
use serde_json::{Map, Value, json};

/// An example.
pub struct Example {
    /// The row, as a package takes it.
    pub row: Value,
    /// The method that is asked, in JavaScript's spelling.
    pub method: &'static str,
    /// What it gives.
    pub answer: Value,
}

/// A test row of the model's; without any a row of zeros, first categories and an empty text.
pub fn of(model: &Model) -> Example {
    let signature = model.signature();
    let width = signature.inputs.len();
    let mut predictor = Predictor::new(model);
    let tests = model.tests();
    // A category that the model does not know has no name to write down, an infinite number none in JSON.
    let is_written = |row: &&[f64]| {
        let mut values = signature.inputs.iter().zip(*row);
        values.all(|(input, x)| {
            !x.is_infinite() && (*x >= 0.0 || !matches!(input.kind, InputKind::Categorical { .. })) || x.is_nan()
        })
    };
    let row = match tests.inputs.chunks_exact(width).find(is_written) {
        Some(row) => {
            predictor.texts().clone_from(&tests.texts);
            row.to_vec()
        }
        None => {
            predictor.texts().push("");
            vec![0.0; width]
        }
    };
    let mut named = Map::new();
    for (input, &x) in signature.inputs.iter().zip(&row) {
        let value = match &input.kind {
            _ if x.is_nan() => Value::Null,
            InputKind::Text => tests.texts.get(x as usize).unwrap_or_default().into(),
            InputKind::Categorical { categories, .. } => categories.get(x as usize).map_or(Value::Null, label),
            InputKind::Numeric | InputKind::Unbounded => number(x),
            InputKind::Date => date(x),
        };
        named.insert(input.name.clone(), value);
    }
    let output =
        signature.outputs.iter().find(|output| output.method == Method::Predict).unwrap_or(&signature.outputs[0]);
    let mut answer = vec![0.0; model.width(output.value)];
    predictor.predict(output.method, &row, &mut answer);
    let (method, answer) = match (output.method, &signature.classes[..], &answer[..]) {
        (Method::Predict, [], [x]) => ("predict", number(*x)),
        (Method::Predict, [], xs) => ("predict", xs.iter().copied().map(number).collect()),
        (Method::Predict, [classes], [x]) => ("predict", labels(classes)[*x as usize].clone()),
        (Method::Predict, targets, xs) => {
            ("predict", targets.iter().zip(xs).map(|(classes, x)| labels(classes)[*x as usize].clone()).collect())
        }
        (method, _, xs) => (spelled(method), json!({ "values": xs, "shape": [xs.len()] })),
    };
    Example { row: named.into(), method, answer }
}

/// A method's name in JavaScript.
pub fn spelled(method: Method) -> &'static str {
    match method {
        Method::Predict => "predict",
        Method::PredictProba => "predictProba",
        Method::DecisionFunction => "decisionFunction",
        Method::Transform => "transform",
    }
}

/// A date as its text; as its milliseconds where it has none.
pub fn date(x: f64) -> Value {
    text::written(x).map_or_else(|| number(x), Value::from)
}
