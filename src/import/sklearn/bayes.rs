//! Naive Bayes: the logarithm of each class's likelihood, of which the largest decides.

use super::builder::{Builder, Demand, Encoder, Frame};
use super::linear::{decide, with_probabilities};
use super::object::Object;
use crate::error::Result;
use crate::import::answers::Answers;
use crate::math;
use crate::model::{Concat, Function, Labels, Map, Measure, OneHot, Pairwise, Rescale, Scale, ValueId};

/// The answers of a naive Bayes classifier; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let likelihoods = match object.name() {
        "GaussianNB" => gaussian(builder, frame, object)?,
        "MultinomialNB" | "ComplementNB" => multinomial(builder, frame, object)?,
        "BernoulliNB" => bernoulli(builder, frame, object)?,
        "CategoricalNB" => categorical(builder, frame, object)?,
        _ => return Ok(None),
    };
    let (classes, _) = object.get("classes_")?.labels()?;
    if classes.len() < 2 {
        return Err(object.refused("a classifier of fewer than 2 classes"));
    }
    let count = classes.len();
    let answers = decide(builder, likelihoods, count, classes);
    let probabilities = builder.add("probabilities", crate::model::Softmax, &[likelihoods]);
    Ok(Some(Answers { probabilities: Some(probabilities), scores: None, ..answers }))
}

/// The squared lengths of rows after each class's own shift and scale, with the class's factor and constant: the
/// logarithms of Gaussian densities.
fn gaussian(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
    let means = object.get("theta_")?.matrix()?;
    let variances = object.find("var_").map_or_else(|| object.get("sigma_"), Ok)?.matrix()?;
    let priors = object.get("class_prior_")?.numbers()?;
    let fits = means.rows == variances.rows && means.columns == variances.columns && priors.len() == means.rows;
    if !fits || means.columns != frame.width() {
        return Err(
            object.wrong(format!("means and variances of {} columns", frame.width()), means.columns.to_string())
        );
    }
    let value = builder.numbers(frame, Demand::Finite);
    let mut squares = Vec::new();
    let mut constants = Vec::new();
    for (k, prior) in priors.iter().enumerate() {
        let divisors = variances.row(k).iter().map(|variance| variance.sqrt()).collect();
        let scaled = builder.add("standardize", Scale { offsets: means.row(k).to_vec(), divisors }, &[value]);
        squares.push(squared_length(builder, scaled, frame.width()));
        let logs: f64 = variances.row(k).iter().map(|variance| math::ln(2.0 * std::f64::consts::PI * variance)).sum();
        constants.push(math::ln(*prior) - 0.5 * logs);
    }
    let squares = builder.add("squared lengths", Concat, &squares);
    let factors = vec![-0.5; constants.len()];
    Ok(builder.add("log likelihoods", Rescale { factors, offsets: constants }, &[squares]))
}

/// The squared length of a row of so many numbers.
pub fn squared_length(builder: &mut Builder, value: ValueId, width: usize) -> ValueId {
    let origin = Pairwise { width, points: vec![0.0; width], measure: Measure::SquaredEuclidean };
    builder.add("squared length", origin, &[value])
}

fn multinomial(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
    let weights = object.get("feature_log_prob_")?.matrix()?;
    let priors = match object.name() {
        "MultinomialNB" => object.get("class_log_prior_")?.numbers()?,
        _ => vec![0.0; weights.rows],
    };
    let value = builder.numbers(frame, Demand::Finite);
    Ok(builder.linear("log likelihoods", value, weights.columns, weights.values, priors))
}

fn bernoulli(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
    let mut value = builder.numbers(frame, Demand::Finite);
    if let Some(threshold) = object.find("binarize") {
        let above = Map { function: Function::Above, a: threshold.number()?, b: 0.0 };
        value = builder.add("binarize", above, &[value]);
    }
    let logs = object.get("feature_log_prob_")?.matrix()?;
    let opposite = |log: &f64| math::ln(1.0 - math::exp(*log));
    let weights = logs.values.iter().map(|log| log - opposite(log)).collect();
    let priors = object.get("class_log_prior_")?.numbers()?;
    let constant = |(k, prior): (usize, &f64)| prior + logs.row(k).iter().map(opposite).sum::<f64>();
    if priors.len() != logs.rows {
        return Err(object.wrong("a prior for each class", priors.len().to_string()));
    }
    let constants = priors.iter().enumerate().map(constant).collect();
    Ok(builder.linear("log likelihoods", value, logs.columns, weights, constants))
}

fn categorical(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<ValueId> {
    let tables = object.get("feature_log_prob_")?.list()?;
    let priors = object.get("class_log_prior_")?.numbers()?;
    if tables.len() != frame.width() {
        return Err(object.wrong(format!("a table for {} columns", frame.width()), tables.len().to_string()));
    }
    let mut weights = vec![Vec::new(); priors.len()];
    let (mut encoders, mut counts) = (Vec::new(), Vec::new());
    for table in &tables {
        let logs = table.matrix()?;
        if logs.rows != priors.len() {
            return Err(table.wrong(format!("a row for each of {} classes", priors.len()), logs.rows.to_string()));
        }
        (0..logs.rows).for_each(|k| weights[k].extend_from_slice(logs.row(k)));
        counts.push(logs.columns as u32);
        encoders.push(Encoder {
            labels: Labels::Integers((0..logs.columns as i64).collect()),
            values: (0..logs.columns).map(|i| i as f64).collect(),
            unknown: -1.0,
            missing: -1.0,
            refuses_unknown: true,
            refuses_missing: true,
        });
    }
    let encoded = builder.encode("categories", frame, encoders, &object.path);
    let width = counts.iter().sum::<u32>() as usize;
    let value = builder.add("one-hot", OneHot { categories: counts }, &[encoded]);
    Ok(builder.linear("log likelihoods", value, width, weights.concat(), priors))
}

/// The answers of a classifier with a score for each class, of which two are shown as one: the second less the first.
pub fn by_scores(builder: &mut Builder, mut scores: ValueId, classes: Labels) -> Answers {
    let mut outputs = classes.len();
    if outputs == 2 {
        scores = builder.linear("difference", scores, 2, vec![-1.0, 1.0], vec![0.0]);
        outputs = 1;
    }
    let answers = decide(builder, scores, outputs, classes);
    with_probabilities(builder, answers, false)
}
