//! Estimators that predict with a linear function: `sklearn.linear_model`, linear support vectors, dummies.

use super::boosting::first_largest;
use super::builder::{Builder, Demand, Frame};
use super::logistic;
use super::object::Object;
use super::targets::{are_indicators, by_probabilities, classes_of_targets, indicators};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{
    ArgMax, Binarize, Complement, Function, Labels, Map, Norm, Normalize, Rescale, Sigmoid, Softmax, ValueId,
};

/// The answers of a linear estimator; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "LinearRegression"
        | "Ridge"
        | "RidgeCV"
        | "Lasso"
        | "LassoCV"
        | "ElasticNet"
        | "ElasticNetCV"
        | "MultiTaskLasso"
        | "MultiTaskLassoCV"
        | "MultiTaskElasticNet"
        | "MultiTaskElasticNetCV"
        | "Lars"
        | "LarsCV"
        | "LassoLars"
        | "LassoLarsCV"
        | "LassoLarsIC"
        | "OrthogonalMatchingPursuit"
        | "OrthogonalMatchingPursuitCV"
        | "SGDRegressor"
        | "PassiveAggressiveRegressor"
        | "HuberRegressor"
        | "BayesianRidge"
        | "ARDRegression"
        | "TheilSenRegressor"
        | "QuantileRegressor"
        | "LinearSVR" => {
            let (scores, targets) = scores(builder, frame, object)?;
            Answers::numbers(scores, targets)
        }
        "TweedieRegressor" | "PoissonRegressor" | "GammaRegressor" | "GeneralizedLinearRegressor" => {
            generalized(builder, frame, object)?
        }
        "LogisticRegression" | "LogisticRegressionCV" => logistic_regression(builder, frame, object)?,
        "SGDClassifier" => stochastic_gradient_descent(builder, frame, object)?,
        "Perceptron" | "PassiveAggressiveClassifier" | "RidgeClassifier" | "RidgeClassifierCV" | "LinearSVC" => {
            classifier(builder, frame, object)?
        }
        "LinearDiscriminantAnalysis" => {
            let answers = classifier(builder, frame, object)?;
            let answers = with_probabilities(builder, answers, false);
            super::discriminant::projection(builder, frame, object, answers)?
        }
        "DummyRegressor" => {
            let constants = object.get("constant_")?.numbers()?;
            let count = constants.len();
            Answers::numbers(constant(builder, frame, constants), count)
        }
        "DummyClassifier" => dummy_classifier(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

/// `coef_ · x + intercept_`, and how many outputs it has.
fn scores(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<(ValueId, usize)> {
    let coefficients = object.get("coef_")?.matrix()?;
    if coefficients.columns != frame.width() {
        let found = coefficients.columns.to_string();
        return Err(object.get("coef_")?.wrong(format!("{} coefficients for each output", frame.width()), found));
    }
    let mut intercepts = match object.find("intercept_") {
        Some(intercepts) => intercepts.numbers()?,
        None => vec![0.0],
    };
    if intercepts.len() == 1 {
        intercepts = vec![intercepts[0]; coefficients.rows];
    }
    let value = builder.numbers(frame, Demand::Finite);
    let outputs = coefficients.rows;
    Ok((builder.linear("linear", value, frame.width(), coefficients.values, intercepts), outputs))
}

/// A value that is the same for every row.
pub fn constant(builder: &mut Builder, frame: &Frame, constants: Vec<f64>) -> ValueId {
    // Whatever the row holds is first made 0, since 0 times a missing or infinite number is none.
    let value = builder.numbers(frame, Demand::Anything);
    let first = builder.select("any", value, [0]);
    let present = builder.add("ignore", Map { function: Function::Above, a: f64::INFINITY, b: 0.0 }, &[first]);
    builder.linear("constant", present, 1, vec![0.0; constants.len()], constants)
}

fn generalized(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (scores, targets) = scores(builder, frame, object)?;
    let power = object.find("power").map_or(Ok(0.0), |power| power.number())?;
    let is_log = match (object.name(), object.find_text("link")) {
        ("TweedieRegressor", Some("identity")) => false,
        ("TweedieRegressor", None | Some("auto")) => power > 0.0,
        _ => true,
    };
    let predict = if is_log { builder.map("exp", Function::Exp, scores) } else { scores };
    Ok(Answers::numbers(predict, targets))
}

/// The decision of a classifier with one score for two classes, or one for each class.
pub fn decide(builder: &mut Builder, scores: ValueId, count: usize, classes: Labels) -> Answers {
    let predict = if count == 1 {
        builder.add("decision", Binarize { threshold: 0.0 }, &[scores])
    } else {
        builder.add("decision", ArgMax, &[scores])
    };
    Answers { predict: Some(predict), scores: Some(scores), classes: vec![classes], targets: 1, ..Answers::default() }
}

/// The classes of a classifier with so many scores.
pub fn classes(object: &Object<'_>, scores: usize) -> Result<Labels> {
    // Older ridge classifiers have them only in what makes numbers of them.
    let binarizer = object.find("_label_binarizer").and_then(|binarizer| binarizer.find("classes_"));
    let (classes, _) = object.find("classes_").or(binarizer).map_or_else(|| object.get("classes_"), Ok)?.labels()?;
    match (scores, classes.len()) {
        (1, 2) => Ok(classes),
        (scores, count) if scores == count && count > 1 => Ok(classes),
        (scores, count) => Err(object.refused(format!("{count} classes with {scores} scores: several labels a row"))),
    }
}

fn classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (scores, count) = scores(builder, frame, object)?;
    if object.find("_label_binarizer").is_some_and(|binarizer| are_indicators(&binarizer)) {
        return Ok(Answers { scores: Some(scores), ..indicators(builder, scores, 0.0, count) });
    }
    let classes = classes(object, count)?;
    Ok(decide(builder, scores, count, classes))
}

/// Probabilities of scores: the logistic function of one; of several the softmax, or the logistic function of each,
/// divided by their sum.
pub fn with_probabilities(builder: &mut Builder, answers: Answers, one_against_all: bool) -> Answers {
    let Some(scores) = answers.scores else { return answers };
    let probabilities = if answers.class_count() == 2 {
        builder.add("probabilities", Sigmoid, &[scores])
    } else if one_against_all {
        let each = builder.map("logistic", Function::Sigmoid, scores);
        builder.add("probabilities", Normalize { norm: Norm::Sum }, &[each])
    } else {
        builder.add("probabilities", Softmax, &[scores])
    };
    Answers { probabilities: Some(probabilities), ..answers }
}

fn logistic_regression(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let answers = classifier(builder, frame, object)?;
    let is_binary = answers.class_count() == 2;
    // Up to 1.7 there was an option; since then several classes are always multinomial.
    let option = object.find_text("multi_class");
    let is_liblinear = object.find_text("solver") == Some("liblinear");
    let one_against_all = match option {
        Some("ovr" | "warn") => true,
        Some("auto" | "deprecated") => is_binary || is_liblinear,
        _ => is_binary && option.is_none(),
    };
    if is_binary && !one_against_all {
        // Binary and multinomial: the softmax of the score and its opposite.
        let scores = answers.scores.unwrap_or_default();
        let both = builder.linear("both", scores, 1, vec![-1.0, 1.0], vec![0.0; 2]);
        let probabilities = builder.add("probabilities", Softmax, &[both]);
        return Ok(Answers { probabilities: Some(probabilities), ..answers });
    }
    Ok(with_probabilities(builder, answers, one_against_all))
}

fn stochastic_gradient_descent(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let answers = classifier(builder, frame, object)?;
    match object.find_text("loss") {
        Some("log_loss" | "log") => Ok(with_probabilities(builder, answers, true)),
        Some("modified_huber") => {
            let scores = answers.scores.unwrap_or_default();
            let clipped = builder.add("clip", Map { function: Function::Clip, a: -1.0, b: 1.0 }, &[scores]);
            let shifted = builder.add("shift", Rescale { factors: vec![1.0], offsets: vec![1.0] }, &[clipped]);
            let halved = builder.add("halve", Rescale { factors: vec![0.5], offsets: vec![0.0] }, &[shifted]);
            let probabilities = if answers.class_count() == 2 {
                builder.add("probabilities", Complement, &[halved])
            } else {
                builder.add("probabilities", Normalize { norm: Norm::SumOrEqual }, &[halved])
            };
            Ok(Answers { probabilities: Some(probabilities), ..answers })
        }
        _ => Ok(answers),
    }
}

fn dummy_classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let targets = classes_of_targets(object)?;
    let priors = object.get("class_prior_")?;
    let priors = if targets.len() == 1 { vec![priors.numbers()?] } else { priors.lists()? };
    if !targets.iter().map(Labels::len).eq(priors.iter().map(Vec::len)) {
        return Err(object.wrong("a prior of each class", "others"));
    }
    let mut shares = Vec::with_capacity(targets.len());
    for (i, (classes, prior)) in targets.iter().zip(priors).enumerate() {
        let only = |at: usize| (0..classes.len()).map(|i| f64::from(u8::from(i == at))).collect::<Vec<_>>();
        shares.push(match object.find_text("strategy") {
            Some("prior") => prior,
            Some("most_frequent") => only(first_largest(&prior)),
            Some("constant") => {
                let at = object.get("constant")?.class_at(i, classes);
                only(at.ok_or_else(|| object.wrong("a constant among the classes", "another"))?)
            }
            other => return Err(object.refused(format!("strategy {other:?}: its answers are random"))),
        });
    }
    by_probabilities(builder, targets, object, |builder, i, _| constant(builder, frame, shares[i].clone()))
}

/// The logistic probabilities of a score that is there already.
pub fn binary(builder: &mut Builder, scores: ValueId, factor: f64, threshold: f64, classes: Labels) -> Answers {
    let predict = builder.add("decision", Binarize { threshold }, &[scores]);
    let probabilities = logistic(builder, scores, factor);
    Answers {
        predict: Some(predict),
        probabilities: Some(probabilities),
        scores: Some(scores),
        classes: vec![classes],
        targets: 1,
        ..Answers::default()
    }
}
