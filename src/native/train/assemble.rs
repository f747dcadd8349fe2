//! From a preparation and a linear function to a whole model.

use super::options::Task;
use super::prepare::Preparation;
use super::problem::Problem;
use crate::error::Result;
use crate::kernel::text::TextList;
use crate::model::{
    ArgMax, Background, Binarize, Expected, Linear, Method, Model, Output, Parts, Provenance, Sigmoid, Signature,
    Softmax, TestRows,
};
use crate::predict::{self, Predictor};

/// The most rows a model carries to prove itself with.
const TEST_ROWS: usize = 8;

/// The model that prepares rows and applies `linear`, with its decision and probabilities where there are classes.
///
/// # Errors
/// If the parts make no sound model: coefficients that are not finite.
pub fn model(problem: &Problem, mut preparation: Preparation, linear: Linear, provenance: Provenance) -> Result<Model> {
    let is_binary = linear.intercepts.len() == 1;
    let name = if problem.target.task == Task::Classification { "logistic" } else { "linear" };
    let scores = preparation.push(name, linear, vec![preparation.value]);
    let outputs = match &problem.target.classes {
        None => vec![Output { method: Method::Predict, value: scores }],
        Some(_) => {
            let (decision, probabilities) = if is_binary {
                let decision = preparation.push("decision", Binarize { threshold: 0.0 }, vec![scores]);
                (decision, preparation.push("probabilities", Sigmoid, vec![scores]))
            } else {
                let decision = preparation.push("decision", ArgMax, vec![scores]);
                (decision, preparation.push("probabilities", Softmax, vec![scores]))
            };
            vec![
                Output { method: Method::Predict, value: decision },
                Output { method: Method::PredictProba, value: probabilities },
                Output { method: Method::DecisionFunction, value: scores },
            ]
        }
    };
    let signature = Signature {
        inputs: problem.features.inputs.clone(),
        targets: vec![problem.target_name.clone()],
        classes: problem.target.classes.clone().into_iter().collect(),
        outputs,
    };
    Model::new(Parts { signature, graph: preparation.graph, provenance, tests: TestRows::default() })
}

/// The model with a few of the rows it was fitted on and its own outputs for them.
///
/// # Errors
/// None for a model that was made from these rows.
pub fn with_test_rows(model: Model, problem: &Problem) -> Result<Model> {
    let rows = &problem.features.rows;
    let mut predictor = Predictor::new(&model);
    let mut predictions = vec![0.0; rows.len()];
    predictor.predict(Method::Predict, &rows.values, &mut predictions);
    let inputs = rows.pick(&spread(&predictions)).values;
    let expected = |output: &Output| {
        let mut values = vec![0.0; inputs.len() / rows.width * model.width(output.value)];
        predictor.predict(output.method, &inputs, &mut values);
        Expected { method: output.method, values }
    };
    let expected = model.signature().outputs.iter().map(expected).collect();
    let mut parts = model.into_parts();
    parts.tests = TestRows { inputs, texts: TextList::default(), expected, tolerance: 0.0 };
    Model::new(parts)
}

/// The means of the rows that a model was fitted on, which its explanations start from.
///
/// # Errors
/// None for a model that was made from these rows.
pub fn background(model: &Model, problem: &Problem) -> Result<Background> {
    let rows = &problem.features.rows.values;
    Background::new(model, predict::means(model, rows, &TextList::default())?)
}

/// A few rows whose predictions are spread over all of them: every class, or from the smallest to the largest number.
fn spread(predictions: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..predictions.len()).collect();
    order.sort_by(|&a, &b| predictions[a].total_cmp(&predictions[b]));
    let (mut picks, mut others) = (Vec::new(), Vec::<usize>::new());
    for equal in order.chunk_by(|&a, &b| predictions[a] == predictions[b]) {
        picks.push(equal[0]);
        others.extend(equal[1..].iter().take(TEST_ROWS));
    }
    if picks.len() <= TEST_ROWS {
        picks.extend(others);
        picks.truncate(TEST_ROWS);
        return picks;
    }
    (0..TEST_ROWS).map(|i| picks[i * (picks.len() - 1) / (TEST_ROWS - 1)]).collect()
}
