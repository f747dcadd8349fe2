//! From a preparation and what was learned to a whole model.

use super::bayes::Likelihoods;
use super::matrix::Matrix;
use super::options::Task;
use super::prepare::Preparation;
use super::problem::{Learned, Problem};
use super::trees::Link;
use super::{mlp, svm};
use crate::error::Result;
use crate::kernel::text::TextList;
use crate::model::{
    ArgMax, Background, Binarize, Concat, Expected, Function, Known, Map, Measure, Method, Model, Output, Pairwise,
    Parts, Provenance, Scale, Sigmoid, Signature, Softmax, TestRows, ValueId,
};
use crate::predict::{self, Predictor};

/// The most rows a model carries to prove itself with.
const TEST_ROWS: usize = 8;

/// The model that prepares rows and does what was learned, with its decision and probabilities where there are classes.
///
/// # Errors
/// If the parts make no sound model: coefficients that are not finite.
pub fn model(
    problem: &Problem,
    mut preparation: Preparation,
    learned: &Learned,
    provenance: Provenance,
) -> Result<Model> {
    let outputs = lay(&mut preparation, learned, problem.target.task);
    let signature = Signature {
        inputs: problem.features.inputs.clone(),
        targets: vec![problem.target_name.clone()],
        classes: problem.target.classes.clone().into_iter().collect(),
        outputs,
    };
    Model::new(Parts { signature, graph: preparation.graph, provenance, tests: TestRows::default() })
}

/// The steps from a prepared row to the answers.
fn lay(preparation: &mut Preparation, learned: &Learned, task: Task) -> Vec<Output> {
    let (value, link) = match learned {
        Learned::Linear(linear) => {
            let name = if task == Task::Regression { "linear" } else { "logistic" };
            (preparation.push(name, linear.clone(), vec![preparation.value]), link(task, linear.intercepts.len()))
        }
        Learned::Trees(grown) => (preparation.push("trees", grown.forest.clone(), vec![preparation.value]), grown.link),
        Learned::Neighbours(rows, known) => {
            let distances = preparation.push("distances", rows.clone(), vec![preparation.value]);
            let link = if known.classes == 0 { Link::Identity } else { Link::Shares };
            (preparation.push("neighbours", known.clone(), vec![distances]), link)
        }
        Learned::Likelihoods(likelihoods) => (lay_likelihoods(preparation, likelihoods), Link::Softmax),
        Learned::Network(network) => (mlp::lay(preparation, network), link(task, network.outputs())),
        Learned::Support(machine) => return svm::lay(preparation, machine),
    };
    let output = |method, value| Output { method, value };
    let decided =
        |decision, probabilities| vec![output(Method::Predict, decision), output(Method::PredictProba, probabilities)];
    match link {
        Link::Identity => vec![output(Method::Predict, value)],
        Link::Exp => vec![output(Method::Predict, preparation.push("exp", Map::of(Function::Exp), vec![value]))],
        Link::Shares => decided(preparation.push("decision", ArgMax, vec![value]), value),
        Link::Sigmoid | Link::Softmax => {
            let (decision, probabilities) = if link == Link::Sigmoid {
                let decision = preparation.push("decision", Binarize { threshold: 0.0 }, vec![value]);
                (decision, preparation.push("probabilities", Sigmoid, vec![value]))
            } else {
                let decision = preparation.push("decision", ArgMax, vec![value]);
                (decision, preparation.push("probabilities", Softmax, vec![value]))
            };
            let mut outputs = decided(decision, probabilities);
            outputs.push(output(Method::DecisionFunction, value));
            outputs
        }
    }
}

/// What scores are to a task: the answer itself, or the log-odds of classes.
fn link(task: Task, scores: usize) -> Link {
    match task {
        Task::Regression => Link::Identity,
        Task::Classification if scores == 1 => Link::Sigmoid,
        Task::Classification => Link::Softmax,
    }
}

/// The steps from a prepared row to the logarithm of each class's likelihood.
fn lay_likelihoods(preparation: &mut Preparation, likelihoods: &Likelihoods) -> ValueId {
    let of_class = |scale: &Scale| {
        let width = scale.offsets.len();
        let scaled = preparation.push("standardize", scale.clone(), vec![preparation.value]);
        let origin = Pairwise { width, points: vec![0.0; width], measure: Measure::SquaredEuclidean };
        preparation.push("squared length", origin, vec![scaled])
    };
    let squares = likelihoods.classes.iter().map(of_class).collect();
    let squares = preparation.push("squared lengths", Concat, squares);
    preparation.push("log likelihoods", likelihoods.rescale.clone(), vec![squares])
}

/// The model with a few of the rows it was fitted on and its own outputs for them.
///
/// # Errors
/// None for a model that was made from these rows.
pub fn with_test_rows(model: Model, rows: &Matrix) -> Result<Model> {
    let mut predictor = Predictor::new(&model);
    // Where nothing is predicted, all rows are alike.
    let mut predictions = vec![0.0; rows.len()];
    if predictor.output_width(Method::Predict).is_some() {
        predictor.predict(Method::Predict, &rows.values, &mut predictions);
    }
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

/// What explanations of a model start from: the means of the rows that it was fitted on, or their weights in the leaves.
///
/// # Errors
/// None for a model that was made from these rows.
pub fn background(model: &Model, problem: &Problem, learned: &Learned) -> Result<Background> {
    let known = match learned {
        Learned::Linear(_) => predict::means(model, &problem.features.rows.values, &TextList::default())?,
        Learned::Trees(grown) => vec![Known { node: 0, numbers: grown.weights.clone() }],
        _ => Vec::new(),
    };
    Background::new(model, known)
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
