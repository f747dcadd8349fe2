//! Support vectors: `SVC`, `NuSVC`, `SVR`, `NuSVR`, `OneClassSVM`, as libsvm computes them.

use super::builder::{Builder, Demand, Frame};
use super::forests::BELOW_ZERO;
use super::object::{Matrix, Object};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{ArgMax, Binarize, Couple, Function, Labels, Measure, Pairwise, Rescale, ValueId, Votes};

/// The most coefficients of all pairs of classes.
const MAX_COEFFICIENTS: usize = 1 << 25;

/// The answers of support vectors; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    match object.name() {
        "SVR" | "NuSVR" => {
            let scores = score(builder, frame, object)?;
            Ok(Some(Answers::numbers(scores, 1)))
        }
        "OneClassSVM" => {
            let scores = score(builder, frame, object)?;
            let predict = builder.add("decision", Binarize { threshold: 0.0 }, &[scores]);
            Ok(Some(Answers {
                predict: Some(predict),
                scores: Some(scores),
                classes: vec![Labels::Integers(vec![-1, 1])],
                targets: 1,
                ..Answers::default()
            }))
        }
        "SVC" | "NuSVC" => classifier(builder, frame, object).map(Some),
        _ => Ok(None),
    }
}

/// The kernel of a row with each support vector, and how many those are.
fn kernel(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<(ValueId, usize)> {
    let vectors = object.get("support_vectors_")?.matrix()?;
    if vectors.columns != frame.width() || vectors.rows == 0 {
        return Err(object
            .get("support_vectors_")?
            .wrong(format!("rows of {}", frame.width()), vectors.columns.to_string()));
    }
    let count = vectors.rows;
    let number = |name: &str, default: f64| object.find(name).map_or(Ok(default), |number| number.number());
    let (gamma, constant) = (number("_gamma", 1.0)?, number("coef0", 0.0)?);
    let value = builder.numbers(frame, Demand::Finite);
    let kind = object.find_text("kernel").unwrap_or_default();
    let measure = if kind == "rbf" { Measure::SquaredEuclidean } else { Measure::Dot };
    let pairwise = Pairwise { width: vectors.columns, points: vectors.values, measure };
    let mut kernel = builder.add("support vectors", pairwise, &[value]);
    let mut rescale = |factor: f64, offset: f64, value| {
        builder.add("scale", Rescale { factors: vec![factor], offsets: vec![offset] }, &[value])
    };
    match kind {
        "linear" => {}
        "rbf" => {
            kernel = rescale(-gamma, 0.0, kernel);
            kernel = builder.map("kernel", Function::Exp, kernel);
        }
        "poly" => {
            kernel = rescale(gamma, constant, kernel);
            kernel = builder.map_with("kernel", Function::Power, number("degree", 3.0)?, kernel);
        }
        "sigmoid" => {
            kernel = rescale(gamma, constant, kernel);
            kernel = builder.map("kernel", Function::Tanh, kernel);
        }
        other => return Err(object.refused(format!("the kernel {other:?}: linear, poly, rbf and sigmoid are known"))),
    }
    Ok((kernel, count))
}

fn score(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
    let (kernel, count) = kernel(builder, frame, object)?;
    let coefficients = object.get("dual_coef_")?.matrix()?;
    let intercept = object.get("intercept_")?.numbers()?;
    if coefficients.values.len() != count || intercept.len() != 1 {
        return Err(object
            .get("dual_coef_")?
            .wrong(format!("{count} coefficients"), coefficients.values.len().to_string()));
    }
    Ok(builder.linear("decision function", kernel, count, coefficients.values, intercept))
}

fn classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (classes, _) = object.get("classes_")?.labels()?;
    let (kernel, count) = kernel(builder, frame, object)?;
    let dual = object.get("_dual_coef_")?.matrix()?;
    let intercepts = object.get("_intercept_")?.numbers()?;
    let sizes = object.find("_n_support").map_or_else(|| object.get("n_support_"), Ok)?.numbers()?;
    let sizes: Vec<usize> = sizes.into_iter().map(|size| size as usize).collect();
    let k = classes.len();
    if k < 2 {
        return Err(object.refused("a classifier of fewer than 2 classes"));
    }
    let pairs = k * (k - 1) / 2;
    if pairs.saturating_mul(count) > MAX_COEFFICIENTS {
        let expected = format!("at most {MAX_COEFFICIENTS} coefficients of pairs of classes");
        return Err(object.wrong(expected, format!("{pairs} pairs of {count}")));
    }
    let fits = dual.rows == k - 1 && dual.columns == count && sizes.len() == k && intercepts.len() == pairs;
    if !fits || sizes.iter().sum::<usize>() != count {
        return Err(object.wrong(format!("coefficients of {count} support vectors and {k} classes"), "others"));
    }
    // libsvm's numbers speak for the earlier class of a pair, and ours for the later one.
    let (coefficients, intercepts) = (for_later(&dual, &sizes), intercepts.iter().map(|x| -x).collect());
    let scores = builder.linear("decision function", kernel, count, coefficients, intercepts);
    let probabilities = probabilities(builder, object, scores, k)?;
    let is_by_pairs = object.find_text("decision_function_shape") == Some("ovo");
    let answers = Answers { probabilities, classes: vec![classes], targets: 1, ..Answers::default() };
    if k == 2 {
        let predict = builder.add("decision", Binarize { threshold: BELOW_ZERO }, &[scores]);
        return Ok(Answers { predict: Some(predict), scores: Some(scores), ..answers });
    }
    let classes = k as u32;
    let by_class = builder.add("scores", Votes { classes, threshold: 0.0, with_sums: true }, &[scores]);
    let decided = match object.flag("break_ties", false) && !is_by_pairs {
        true => by_class,
        false => builder.add("votes", Votes { classes, threshold: BELOW_ZERO, with_sums: false }, &[scores]),
    };
    let predict = builder.add("decision", ArgMax, &[decided]);
    let shown = if is_by_pairs { builder.map("pairs", Function::Negative, scores) } else { by_class };
    Ok(Answers { predict: Some(predict), scores: Some(shown), ..answers })
}

/// For each pair of classes the coefficients of all support vectors, which lie class after class; turned to speak for the
/// later class.
fn for_later(dual: &Matrix, sizes: &[usize]) -> Vec<f64> {
    let starts: Vec<usize> = sizes.iter().scan(0, |sum, size| Some(std::mem::replace(sum, *sum + size))).collect();
    let mut coefficients = Vec::new();
    for i in 0..sizes.len() {
        for j in i + 1..sizes.len() {
            // A class's coefficients against another one lie in that one's row, which leaves out the class itself.
            let mut row = vec![0.0; dual.columns];
            for (class, other) in [(i, j - 1), (j, i)] {
                let own = starts[class]..starts[class] + sizes[class];
                row[own.clone()].iter_mut().zip(&dual.row(other)[own]).for_each(|(to, from)| *to = -from);
            }
            coefficients.extend(row);
        }
    }
    coefficients
}

/// Platt's probabilities of pairs, coupled.
fn probabilities(builder: &mut Builder, object: &Object<'_>, scores: ValueId, k: usize) -> Result<Option<ValueId>> {
    let of = |name: &str, older: &str| object.find(name).or_else(|| object.find(older)).map(|list| list.numbers());
    let (a, b) = (of("_probA", "probA_").transpose()?, of("_probB", "probB_").transpose()?);
    let (Some(a), Some(b)) = (a, b) else { return Ok(None) };
    if a.is_empty() {
        return Ok(None);
    }
    if a.len() != b.len() || a.len() != k * (k - 1) / 2 {
        return Err(object.wrong("two numbers for each pair of classes", a.len().to_string()));
    }
    // 1 / (1 + exp(A d + B)) of the decision d for the earlier class, which is the opposite of ours.
    let offsets = b.iter().map(|b| -b).collect();
    let score = builder.add("Platt's scale", Rescale { factors: a, offsets }, &[scores]);
    let earlier = builder.map("logistic", Function::Sigmoid, score);
    let coupled = builder.add("coupled", Couple { classes: k as u32 }, &[earlier]);
    Ok(Some(builder.select("probabilities", coupled, 0..k)))
}
