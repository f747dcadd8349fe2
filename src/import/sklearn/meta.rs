//! Estimators made of others that see the same rows: bags, votes, one against the rest, pairs.

use super::boosters::refuse_ambiguous;
use super::boosting::own_classes;
use super::builder::{Builder, Frame};
use super::forests::{average, by_probability, features_of, is_tree};
use super::linear::decide;
use super::object::Object;
use super::targets::{are_indicators, indicators, with_opposites};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::model::{
    ArgMax, Binarize, Combine, Complement, Concat, Labels, LastArgMax, Norm, Normalize, OneHot, Rescale, Scale,
    ValueId, Votes,
};

/// The most numbers that take some classes to all of them.
const MAX_SPREAD: usize = 1 << 22;

/// The answers of an ensemble; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "BaggingClassifier" | "BaggingRegressor" => bag(builder, frame, object)?,
        "VotingClassifier" => vote(builder, frame, object)?,
        "VotingRegressor" => {
            let estimators = object.get("estimators_")?.list()?;
            let predictions = predictions(builder, frame, &estimators)?;
            let weights = weights(object, predictions.len())?;
            let transform = builder.add("transform", Concat, &predictions);
            let answers = Answers::numbers(mean(builder, &predictions, 1, &weights), 1);
            Answers { transform: Some(transform), transform_width: predictions.len(), ..answers }
        }
        "OneVsRestClassifier" => one_against_rest(builder, frame, object)?,
        "OneVsOneClassifier" => pairs(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

/// What each of some estimators predicts.
pub fn predictions(builder: &mut Builder, frame: &Frame, estimators: &[Object<'_>]) -> Result<Vec<ValueId>> {
    let predict = |estimator: &Object<'_>| {
        let answers = super::estimate(builder, frame, estimator)?;
        answers.predict.ok_or_else(|| estimator.refused("an estimator that does not predict"))
    };
    estimators.iter().map(predict).collect()
}

/// The weights of votes: all 1 if there are none.
fn weights(object: &Object<'_>, count: usize) -> Result<Vec<f64>> {
    let Some(weights) = object.find("weights") else { return Ok(vec![1.0; count]) };
    let mut numbers = weights.numbers()?;
    // Estimators that were dropped have weights still.
    if let Some(named) = object.find("estimators")
        && numbers.len() != count
    {
        let dropped: Vec<bool> = (named.list()?.iter())
            .map(|pair| pair.list().ok().and_then(|pair| pair.get(1)?.item.as_str()) == Some("drop"))
            .collect();
        numbers = numbers.into_iter().zip(dropped).filter(|(_, dropped)| !dropped).map(|(weight, _)| weight).collect();
    }
    if numbers.len() == count {
        Ok(numbers)
    } else {
        Err(weights.wrong(format!("{count} weights"), numbers.len().to_string()))
    }
}

/// The weighted sum of values of one width.
fn sum(builder: &mut Builder, values: &[ValueId], weights: &[f64]) -> ValueId {
    let mut weighted = |(&value, &weight): (&ValueId, &f64)| match weight {
        1.0 => value,
        _ => builder.add("weight", Rescale { factors: vec![weight], offsets: vec![0.0] }, &[value]),
    };
    let weighted: Vec<ValueId> = values.iter().zip(weights).map(&mut weighted).collect();
    if let [value] = weighted[..] { value } else { builder.add("sum", Combine { multiplies: false }, &weighted) }
}

/// The weighted mean of values of one width.
pub fn mean(builder: &mut Builder, values: &[ValueId], width: usize, weights: &[f64]) -> ValueId {
    let sum = sum(builder, values, weights);
    let divisors = vec![weights.iter().sum(); width];
    builder.add("mean", Scale { offsets: vec![0.0; width], divisors }, &[sum])
}

/// The classes of an estimator within that was fitted on places among the whole's classes.
fn places(estimator: &Object<'_>, count: usize) -> Result<Vec<usize>> {
    own_classes(estimator, &Labels::Integers((0..count as i64).collect()))
        .or_else(|_| own_classes(estimator, &Labels::Floats((0..count).map(|i| i as f64).collect())))
}

fn bag(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let columns = features_of(object, &estimators)?;
    let is_classifier = object.name() == "BaggingClassifier";
    let knows_all = |estimator: &Object<'_>, count| places(estimator, count).is_ok_and(|places| places.len() == count);
    let classes = if is_classifier { Some(object.get("classes_")?.labels()?.0) } else { None };
    let all_know = classes.as_ref().is_none_or(|classes| estimators.iter().all(|one| knows_all(one, classes.len())));
    if estimators.iter().all(is_tree) && all_know && !estimators.is_empty() {
        return average(builder, frame, object, &estimators, Some(&columns), is_classifier);
    }
    let (mut probabilities, mut predictions, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    let mut width = 1;
    for (estimator, columns) in estimators.iter().zip(&columns) {
        if let Some(&column) = columns.iter().find(|&&column| column >= frame.width()) {
            return Err(object.wrong(format!("columns below {}", frame.width()), column.to_string()));
        }
        let picked = builder.pick("columns", frame, columns);
        let answers = super::estimate(builder, &picked, estimator)?;
        match &classes {
            None => {
                width = answers.targets;
                predictions.extend(answers.predict);
            }
            Some(classes) => {
                let own = places(estimator, classes.len())?;
                probabilities.push(spread(builder, &answers, &own, classes.len(), estimator)?);
                scores.extend(answers.scores.filter(|_| own.len() == classes.len()));
            }
        }
    }
    let equal = vec![1.0; estimators.len()];
    let Some(classes) = classes else { return Ok(Answers::numbers(mean(builder, &predictions, width, &equal), width)) };
    let count = classes.len();
    let shares = mean(builder, &probabilities, count, &equal);
    let answers = by_probability(builder, shares, classes);
    if scores.len() != estimators.len() {
        return Ok(answers);
    }
    let scores = mean(builder, &scores, if count == 2 { 1 } else { count }, &equal);
    Ok(Answers { scores: Some(scores), ..answers })
}

/// The probabilities of all classes from an estimator that knows some, or else its decision as one.
fn spread(
    builder: &mut Builder,
    answers: &Answers,
    own: &[usize],
    count: usize,
    estimator: &Object<'_>,
) -> Result<ValueId> {
    let is_whole = own.len() == count;
    let value = match (answers.probabilities, answers.predict) {
        (Some(probabilities), _) => probabilities,
        (None, Some(predict)) => builder.add("vote", OneHot { categories: vec![own.len() as u32] }, &[predict]),
        (None, None) => return Err(estimator.refused("an estimator that does not predict")),
    };
    if is_whole {
        return Ok(value);
    }
    if own.len().saturating_mul(count) > MAX_SPREAD {
        return Err(estimator.refused("too many classes in bags that lack some"));
    }
    let mut coefficients = vec![0.0; own.len() * count];
    own.iter().enumerate().for_each(|(i, &class)| coefficients[class * own.len() + i] = 1.0);
    Ok(builder.linear("all classes", value, own.len(), coefficients, vec![0.0; count]))
}

fn vote(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let (classes, _) = object.get("classes_")?.labels()?;
    let (count, weights) = (classes.len(), weights(object, estimators.len())?);
    let is_soft = object.find_text("voting") == Some("soft");
    let (mut shares, mut predictions) = (Vec::with_capacity(estimators.len()), Vec::new());
    for estimator in &estimators {
        let answers = super::estimate(builder, frame, estimator)?;
        predictions.extend(answers.predict);
        if answers.class_count() != count {
            return Err(estimator.wrong(format!("{count} classes"), answers.class_count().to_string()));
        }
        shares.push(match (is_soft, answers.probabilities, answers.predict) {
            (true, Some(probabilities), _) => probabilities,
            (false, _, Some(predict)) => builder.add("vote", OneHot { categories: vec![count as u32] }, &[predict]),
            _ => return Err(estimator.refused("an estimator without what is voted by")),
        });
    }
    let (transform, transform_width) = match is_soft {
        true => (builder.add("transform", Concat, &shares), count * shares.len()),
        false => (builder.add("transform", Concat, &predictions), predictions.len()),
    };
    let shares = if is_soft { mean(builder, &shares, count, &weights) } else { sum(builder, &shares, &weights) };
    let answers = by_probability(builder, shares, classes);
    let flattens = !is_soft || object.flag("flatten_transform", true);
    let answers = Answers { transform: Some(transform).filter(|_| flattens), transform_width, ..answers };
    Ok(if is_soft { answers } else { Answers { probabilities: None, ..answers } })
}

/// A binary estimator's score, and above which it decides for its second class: `_predict_binary`.
fn binary_score(builder: &mut Builder, answers: &Answers, estimator: &Object<'_>) -> Result<(ValueId, f64)> {
    refuse_ambiguous(estimator)?;
    match (answers.scores, answers.probabilities, answers.predict) {
        (Some(scores), ..) => Ok((scores, 0.0)),
        (None, Some(probabilities), _) => Ok((builder.select("second", probabilities, [1]), 0.5)),
        (None, None, Some(predict)) if answers.classes.is_empty() => Ok((predict, 0.0)),
        _ => Err(estimator.refused("an estimator without scores")),
    }
}

fn one_against_rest(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let binarizer = object.get("label_binarizer_")?;
    let (classes, _) = binarizer.get("classes_")?.labels()?;
    let (mut scores, mut positives, mut threshold) = (Vec::new(), Vec::new(), 0.0);
    let mut have_decisions = true;
    for estimator in &estimators {
        let answers = super::estimate(builder, frame, estimator)?;
        have_decisions &= answers.scores.is_some();
        let (score, own) = binary_score(builder, &answers, estimator)?;
        scores.push(score);
        threshold = own;
        positives.extend(answers.probabilities.map(|probabilities| builder.select("second", probabilities, [1])));
    }
    let are_indicators = are_indicators(&binarizer);
    let answers = if are_indicators {
        let (labels, scores) = (scores.len(), builder.add("scores", Concat, &scores));
        Answers { scores: Some(scores), ..indicators(builder, scores, threshold, labels) }
    } else {
        let (predict, scores) = if let [score] = scores[..] {
            (builder.add("decision", Binarize { threshold }, &[score]), score)
        } else {
            if scores.len() != classes.len() {
                return Err(object.wrong(format!("{} estimators", classes.len()), scores.len().to_string()));
            }
            let scores = builder.add("scores", Concat, &scores);
            // Of equal scores the last one's class was taken before 1.8, and since then the first one's.
            let predict = match builder.version < (1, 8, 0) {
                true => builder.add("decision", LastArgMax, &[scores]),
                false => builder.add("decision", ArgMax, &[scores]),
            };
            (predict, scores)
        };
        let (predict, scores) = (Some(predict), Some(scores));
        Answers { predict, scores, classes: vec![classes], targets: 1, ..Answers::default() }
    };
    let probabilities = if positives.len() != estimators.len() {
        None
    } else if let [positive] = positives[..] {
        Some(builder.add("probabilities", Complement, &[positive]))
    } else {
        let all = builder.add("positives", Concat, &positives);
        Some(match are_indicators {
            true => with_opposites(builder, all, positives.len()),
            false => builder.add("probabilities", Normalize { norm: Norm::Sum }, &[all]),
        })
    };
    let scores = answers.scores.filter(|_| have_decisions);
    Ok(Answers { probabilities, scores, ..answers })
}

fn pairs(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let (classes, _) = object.get("classes_")?.labels()?;
    if object.has("pairwise_indices_") {
        return Err(object.refused("precomputed kernels"));
    }
    let (mut scores, mut threshold) = (Vec::new(), 0.0);
    for estimator in &estimators {
        let answers = super::estimate(builder, frame, estimator)?;
        let (score, own) = binary_score(builder, &answers, estimator)?;
        scores.push(score);
        threshold = own;
    }
    let scores = builder.add("comparisons", Concat, &scores);
    let votes = Votes { classes: classes.len() as u32, threshold, with_sums: true };
    let scores = builder.add("scores", votes, &[scores]);
    if classes.len() == 2 {
        let score = builder.select("second", scores, [1]);
        let predict = builder.add("decision", Binarize { threshold }, &[score]);
        let answers = Answers { predict: Some(predict), scores: Some(score), ..Answers::default() };
        return Ok(Answers { classes: vec![classes], targets: 1, ..answers });
    }
    let count = classes.len();
    Ok(decide(builder, scores, count, classes))
}
