//! Several targets: `MultiOutput…`, `…Chain`, and what any classifier answers that knows several targets, or several labels
//! a row.

use super::builder::{Builder, Column, Frame};
use super::forests::by_probability;
use super::object::Object;
use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_LABELS;
use crate::import::answers::Answers;
use crate::model::{Concat, Function, Label, Labels, Map, Recode, Rescale, Table, ValueId};

/// The answers of estimators for a target each; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "MultiOutputRegressor" | "MultiOutputClassifier" => {
            let estimators = object.get("estimators_")?.list()?;
            let each = estimators.iter().map(|estimator| of_one_target(builder, frame, estimator));
            let each = each.collect::<Result<_>>()?;
            beside(builder, each, object)?
        }
        "RegressorChain" | "ClassifierChain" => chain(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

/// What an estimator answers that predicts one thing.
fn of_one_target(builder: &mut Builder, frame: &Frame, estimator: &Object<'_>) -> Result<Answers> {
    let answers = super::estimate(builder, frame, estimator)?;
    match answers.predict {
        None => Err(estimator.refused("an estimator that does not predict")),
        Some(_) if answers.targets != 1 => Err(estimator.refused("several targets within several")),
        Some(_) => Ok(answers),
    }
}

/// Answers for one target each as those for all of them. Probabilities are there if each has some; scores are not.
pub fn beside(builder: &mut Builder, each: Vec<Answers>, object: &Object<'_>) -> Result<Answers> {
    let (targets, classes) = (each.len(), each.iter().flat_map(|answers| answers.classes.clone()).collect::<Vec<_>>());
    if !classes.is_empty() && classes.len() != targets {
        return Err(object.refused("classes of some targets and numbers of others"));
    }
    let predictions: Option<Vec<ValueId>> = each.iter().map(|answers| answers.predict).collect();
    let probabilities: Option<Vec<ValueId>> = each.iter().map(|answers| answers.probabilities).collect();
    Ok(Answers {
        predict: predictions.map(|all| builder.add("targets", Concat, &all)),
        probabilities: probabilities.map(|all| builder.add("probabilities", Concat, &all)),
        classes,
        targets,
        ..Answers::default()
    })
}

/// The answers of a classifier that decides on each target by its probabilities, which are given by the target's place and
/// its number of classes.
pub fn by_probabilities(
    builder: &mut Builder,
    targets: Vec<Labels>,
    object: &Object<'_>,
    mut probabilities: impl FnMut(&mut Builder, usize, usize) -> ValueId,
) -> Result<Answers> {
    let answers = |(i, classes): (usize, Labels)| {
        let probabilities = probabilities(builder, i, classes.len());
        by_probability(builder, probabilities, classes)
    };
    let mut each: Vec<Answers> = targets.into_iter().enumerate().map(answers).collect();
    if each.len() == 1 { Ok(each.remove(0)) } else { beside(builder, each, object) }
}

/// The classes of each target of a classifier, which lie in a list if there are several targets.
pub fn classes_of_targets(object: &Object<'_>) -> Result<Vec<Labels>> {
    let classes = object.get("classes_")?;
    if classes.item.array().is_some() {
        let (classes, _) = classes.labels()?;
        if classes.len() < 2 {
            return Err(object.refused("a classifier of fewer than 2 classes"));
        }
        return Ok(vec![classes]);
    }
    let (mut targets, mut count) = (Vec::new(), 0);
    for classes in classes.list()? {
        let (classes, _) = classes.labels()?;
        count += classes.len();
        if count > MAX_LABELS {
            let expected = format!("at most {MAX_LABELS} classes of all targets");
            return Err(Error::new(Kind::LimitExceeded, object.path.clone(), expected, "more"));
        }
        targets.push(classes);
    }
    if targets.len() < 2 || targets.iter().any(Labels::is_empty) {
        return Err(object.wrong("classes of several targets", "none"));
    }
    Ok(targets)
}

/// Whether what makes numbers of labels has seen several labels a row: a column of 0 and 1 for each label.
pub fn are_indicators(binarizer: &Object<'_>) -> bool {
    binarizer.find_text("y_type_").is_some_and(|kind| kind.starts_with("multilabel"))
}

/// The answers of a classifier that knows several labels a row: a target for each label, 1 where a row's score is above the
/// threshold, else 0.
pub fn indicators(builder: &mut Builder, scores: ValueId, threshold: f64, labels: usize) -> Answers {
    let predict = builder.add("decisions", Map { function: Function::Above, a: threshold, b: 0.0 }, &[scores]);
    let classes = vec![Labels::Integers(vec![0, 1]); labels];
    Answers { predict: Some(predict), classes, targets: labels, ..Answers::default() }
}

/// Of each label's probability p both that a row lacks it and that it has it: 1 - p and p, label after label.
pub fn with_opposites(builder: &mut Builder, positives: ValueId, labels: usize) -> ValueId {
    let opposites = Rescale { factors: vec![-1.0], offsets: vec![1.0] };
    let negatives = builder.add("opposites", opposites, &[positives]);
    let all = builder.add("both", Concat, &[negatives, positives]);
    builder.select("probabilities", all, (0..labels).flat_map(|label| [label, labels + label]))
}

/// The label of a class's index, if labels are numbers.
pub fn labelled(builder: &mut Builder, index: ValueId, classes: &Labels, object: &Object<'_>) -> Result<ValueId> {
    let number = |label| match label {
        Label::Integer(label) => Some(label as f64),
        Label::Float(label) => Some(label),
        Label::Boolean(label) => Some(f64::from(u8::from(label))),
        Label::String(_) => None,
    };
    let values: Option<Vec<f64>> = classes.iter().map(number).collect();
    let Some(values) = values else {
        return Err(object.refused("labels that are texts, where the next step takes numbers"));
    };
    if values.iter().enumerate().all(|(i, &label)| label == i as f64) {
        return Ok(index);
    }
    let table = Table { keys: Vec::new(), values, unknown: 0.0, missing: 0.0 };
    Ok(builder.add("label", Recode { tables: vec![table] }, &[index]))
}

/// Each estimator sees what those before it predict. What it answers is by those predictions, its probabilities too.
fn chain(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let order: Vec<usize> = object.get("order_")?.numbers()?.into_iter().map(|place| place as usize).collect();
    if object.find_text("chain_method_").or(object.find_text("chain_method")).is_some_and(|method| method != "predict")
    {
        return Err(object.refused("a chain_method other than \"predict\""));
    }
    let mut known = frame.clone();
    let mut each: Vec<Answers> = Vec::with_capacity(estimators.len());
    for (i, estimator) in estimators.iter().enumerate() {
        if let Some(Answers { predict: Some(predict), classes, .. }) = each.last() {
            let value = match classes.first() {
                Some(classes) => labelled(builder, *predict, classes, &estimators[i - 1])?,
                None => *predict,
            };
            let beside = builder.add("chain", Concat, &[known.value, value]);
            // What was raw is so no more: its place in the rows is another.
            let columns = known.columns.iter().map(|column| Column { raw: None, ..column.clone() });
            known = Frame { value: beside, columns: columns.chain([Column::default()]).collect() };
        }
        each.push(of_one_target(builder, &known, estimator)?);
    }
    let place = |target: usize| order.iter().position(|&place| place == target);
    let places: Option<Vec<usize>> = (0..each.len()).map(place).collect();
    let Some(places) = places else { return Err(object.wrong("an order of all targets", format!("{order:?}"))) };
    let ordered: Vec<Answers> = places.into_iter().map(|place| each[place].clone()).collect();
    // One score for each target, as there is where it has two classes.
    let scores: Option<Vec<ValueId>> =
        ordered.iter().map(|answers| answers.scores.filter(|_| answers.class_count() == 2)).collect();
    let answers = beside(builder, ordered, object)?;
    Ok(Answers { scores: scores.map(|all| builder.add("scores", Concat, &all)), ..answers })
}
