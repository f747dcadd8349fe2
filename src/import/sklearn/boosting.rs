//! Boosted trees: `GradientBoosting…`, `HistGradientBoosting…`, `AdaBoost…`.

use super::builder::{Builder, Demand, Frame};
use super::forests::{self, BELOW_ZERO, side_by_side};
use super::linear::{binary, decide, with_probabilities};
use super::meta::predictions;
use super::object::Object;
use super::tree::Tree;
use super::{compose, estimate as estimate_any};
use crate::error::Result;
use crate::import::answers::Answers;
use crate::import::trees::{self, Node, Rule};
use crate::math;
use crate::model::forest::Precision;
use crate::model::{
    Combine, Complement, Concat, Function, Labels, Map, OneHot, Recode, Rescale, Softmax, Table, ValueId,
    WeightedMedian,
};

/// The answers of boosted trees; `None` if the object is none.
pub fn estimate(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Option<Answers>> {
    let answers = match object.name() {
        "GradientBoostingClassifier" | "GradientBoostingRegressor" => gradient(builder, frame, object)?,
        "HistGradientBoostingClassifier" | "HistGradientBoostingRegressor" => histogram(builder, frame, object)?,
        "AdaBoostRegressor" => adaptive_regressor(builder, frame, object)?,
        "AdaBoostClassifier" => adaptive_classifier(builder, frame, object)?,
        _ => return Ok(None),
    };
    Ok(Some(answers))
}

fn gradient(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let stages = object.get("estimators_")?;
    let Some(&[_, outputs]) = stages.item.array().map(|array| array.shape()) else {
        return Err(stages.wrong("an array of stages × outputs", stages.item.kind()));
    };
    let rate = object.get("learning_rate")?.number()?;
    let loss = object.find_text("loss").unwrap_or_default();
    let classes = match object.name() {
        "GradientBoostingClassifier" => Some(object.get("classes_")?.labels()?.0),
        _ => None,
    };
    let base = start(builder, object, outputs, classes.is_some(), loss)?;
    let value = builder.numbers(frame, Demand::Finite);
    let mut forest = trees::forest(frame.width(), Precision::F32, Precision::F64, base);
    for (i, estimator) in stages.list()?.iter().enumerate() {
        let tree = Tree::of(estimator)?;
        let nodes = tree.nodes(|i| vec![rate * tree.values.row(i)[0]], |j| j);
        let target = Some((i % outputs.max(1)) as u32);
        trees::add(&mut forest, nodes, &tree.weights, target).map_err(|error| error.within(&estimator.path))?;
    }
    let scores = builder.add("trees", forest, &[value]);
    Ok(match classes {
        None => Answers::numbers(scores, 1),
        Some(classes) if outputs == 1 => {
            let factor = if loss == "exponential" { 2.0 } else { 1.0 };
            // Since 1.4 a score of 0 is the second class's.
            let threshold = if builder.version >= (1, 4, 0) { BELOW_ZERO } else { 0.0 };
            binary(builder, scores, factor, threshold, classes)
        }
        Some(classes) => {
            let answers = decide(builder, scores, outputs, classes);
            with_probabilities(builder, answers, false)
        }
    })
}

/// What the scores of gradient boosting begin with.
fn start(builder: &Builder, object: &Object<'_>, outputs: usize, classifies: bool, loss: &str) -> Result<Vec<f64>> {
    let initial = object.get("init_")?;
    if initial.item.as_str() == Some("zero") {
        return Ok(vec![0.0; outputs]);
    }
    match initial.name() {
        "DummyRegressor" if !classifies => initial.get("constant_")?.numbers(),
        "DummyClassifier" if classifies => {
            let least = f64::from(f32::EPSILON);
            let clip = |share: &f64| share.clamp(least, 1.0 - least);
            let prior: Vec<f64> = initial.get("class_prior_")?.numbers()?.iter().map(clip).collect();
            if let [_, positive] = prior[..] {
                let log_odds = math::ln(positive / (1.0 - positive));
                return Ok(vec![if loss == "exponential" { 0.5 * log_odds } else { log_odds }]);
            }
            let logs: Vec<f64> = prior.iter().map(|&share| math::ln(share)).collect();
            // Since 1.4 the logarithms are centred.
            let mean = logs.iter().sum::<f64>() / logs.len() as f64;
            let shift = if builder.version >= (1, 4, 0) { mean } else { 0.0 };
            Ok(logs.iter().map(|log| log - shift).collect())
        }
        name => Err(initial.refused(format!("{name} as init: train without it, or with \"zero\""))),
    }
}

fn histogram(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let base = object.get("_baseline_prediction")?.numbers()?;
    let categorical = match object.find("is_categorical_") {
        Some(flags) => flags.numbers()?.iter().map(|&flag| flag != 0.0).collect(),
        None => vec![false; frame.width()],
    };
    let prepared = match object.find("_preprocessor") {
        Some(preprocessor) => compose::columns(builder, frame, &preprocessor)?,
        None if categorical.contains(&true) => known_categories(builder, frame, object, &categorical)?,
        None => frame.clone(),
    };
    let value = builder.numbers(&prepared, Demand::Anything);
    let outputs = base.len();
    let mut forest = trees::forest(prepared.width(), Precision::F64, Precision::F64, base);
    for stage in object.get("_predictors")?.list()? {
        for (k, predictor) in stage.list()?.iter().enumerate() {
            let (nodes, counts) = histogram_tree(predictor)?;
            trees::add(&mut forest, nodes, &counts, Some(k as u32)).map_err(|error| error.within(&predictor.path))?;
        }
    }
    let scores = builder.add("trees", forest, &[value]);
    if object.name() == "HistGradientBoostingRegressor" {
        let is_log = matches!(object.find_text("loss"), Some("poisson" | "gamma"));
        let predict = if is_log { builder.map("exp", Function::Exp, scores) } else { scores };
        return Ok(Answers::numbers(predict, 1));
    }
    let (classes, _) = object.get("classes_")?.labels()?;
    Ok(if outputs == 1 {
        binary(builder, scores, 1.0, 0.0, classes)
    } else {
        let answers = decide(builder, scores, outputs, classes);
        with_probabilities(builder, answers, false)
    })
}

/// The nodes, and how many training rows came to each.
fn histogram_tree(predictor: &Object<'_>) -> Result<(Vec<Node>, Vec<f64>)> {
    let nodes = predictor.get("nodes")?;
    let Some(array) = nodes.item.array() else { return Err(nodes.wrong("an array", nodes.item.kind())) };
    let column = |name: &str| array.field(name).ok_or_else(|| nodes.wrong(format!("a column {name}"), "none"));
    let integers = |name: &str| column(name)?.integers().ok_or_else(|| nodes.wrong("integers", name));
    let floats = |name: &str| column(name)?.floats().ok_or_else(|| nodes.wrong("numbers", name));
    let (values, thresholds) = (floats("value")?, floats("num_threshold")?);
    let (features, left, right) = (integers("feature_idx")?, integers("left")?, integers("right")?);
    let (is_leaf, missing_left) = (integers("is_leaf")?, integers("missing_go_to_left")?);
    let (is_categorical, set_at) = (integers("is_categorical")?, integers("bitset_idx")?);
    let sets = match predictor.find("raw_left_cat_bitsets") {
        Some(sets) => sets.lists()?,
        None => Vec::new(),
    };
    let set = |i: usize| -> Result<Vec<u32>> {
        let set =
            sets.get(set_at[i] as usize).ok_or_else(|| nodes.wrong("the index of a set", set_at[i].to_string()))?;
        Ok(set.iter().map(|&word| word as u32).collect())
    };
    let place = |child: i64| usize::try_from(child).unwrap_or(usize::MAX);
    let node = |i: usize| {
        if is_leaf[i] != 0 {
            return Ok(Node::Leaf(vec![values[i]]));
        }
        let rule = if is_categorical[i] != 0 { Rule::In(set(i)?) } else { Rule::AtMost(thresholds[i]) };
        Ok(Node::Split {
            feature: place(features[i]),
            rule,
            left: place(left[i]),
            right: place(right[i]),
            missing_left: missing_left[i] != 0,
        })
    };
    let nodes = (0..values.len()).map(node).collect::<Result<_>>()?;
    Ok((nodes, floats("count")?))
}

/// Versions without a preprocessor: categories are numbers, and one that was not there in training counts as missing.
fn known_categories(builder: &mut Builder, frame: &Frame, object: &Object<'_>, categorical: &[bool]) -> Result<Frame> {
    let thresholds = object.get("_bin_mapper")?.get("bin_thresholds_")?.lists()?;
    let meant: Vec<usize> = (0..frame.width()).filter(|&i| categorical.get(i) == Some(&true)).collect();
    let picked = builder.pick("categories", frame, &meant);
    let value = builder.numbers(&picked, Demand::Anything);
    let table = |&i: &usize| Table {
        keys: thresholds[i].clone(),
        values: thresholds[i].clone(),
        unknown: f64::NAN,
        missing: f64::NAN,
    };
    if meant.iter().any(|&i| i >= thresholds.len()) {
        return Err(object.wrong("categories of each feature", thresholds.len().to_string()));
    }
    let known = builder.add("known categories", Recode { tables: meant.iter().map(table).collect() }, &[value]);
    let whole = builder.numbers(frame, Demand::Anything);
    let both = builder.add("beside", Concat, &[whole, known]);
    let place = |i: usize| meant.iter().position(|&column| column == i).map_or(i, |at| frame.width() + at);
    let value = builder.select("in place", both, (0..frame.width()).map(place));
    Ok(builder.changed(frame, value, Demand::Anything))
}

fn adaptive_regressor(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let estimators = object.get("estimators_")?.list()?;
    let mut weights = object.get("estimator_weights_")?.numbers()?;
    weights.truncate(estimators.len());
    let predictions = if estimators.iter().all(forests::is_tree) {
        let value = builder.numbers(frame, Demand::Finite);
        builder.add("trees", side_by_side(frame, &estimators)?, &[value])
    } else {
        let predictions = predictions(builder, frame, &estimators)?;
        builder.add("predictions", Concat, &predictions)
    };
    Ok(Answers::numbers(builder.add("weighted median", WeightedMedian { weights }, &[predictions]), 1))
}

fn adaptive_classifier(builder: &mut Builder, frame: &Frame, object: &Object<'_>) -> Result<Answers> {
    let (classes, _) = object.get("classes_")?.labels()?;
    let estimators = object.get("estimators_")?.list()?;
    let mut weights = object.get("estimator_weights_")?.numbers()?;
    weights.truncate(estimators.len());
    let votes = Votes {
        classes: classes.len(),
        total: weights.iter().sum(),
        // The algorithm that was the only one to use probabilities, and the usual one before 1.6.
        by_probability: object.find_text("algorithm") == Some("SAMME.R"),
        // Since 1.3.1 a vote for one class is also one against the others.
        against: if builder.version >= (1, 3, 1) { -1.0 / (classes.len() as f64 - 1.0) } else { 0.0 },
    };
    let scores = if estimators.iter().all(forests::is_tree) {
        let value = builder.numbers(frame, Demand::Finite);
        let mut forest = trees::forest(frame.width(), Precision::F32, Precision::F64, vec![0.0; votes.outputs()]);
        forest.forest.divisor = votes.total;
        for (estimator, &weight) in estimators.iter().zip(&weights) {
            let tree = Tree::of(estimator)?;
            let known = own_classes(estimator, &classes)?;
            let leaf = |i: usize| match votes.by_probability {
                true => votes.scored(votes.of_shares(&tree.shares(i, tree.values.columns))),
                false => {
                    votes.scored(votes.of_class(known[first_largest(&tree.shares(i, tree.values.columns))], weight))
                }
            };
            let target = if votes.outputs() == 1 { Some(0) } else { None };
            trees::add(&mut forest, tree.nodes(leaf, |j| j), &tree.weights, target)
                .map_err(|error| error.within(&estimator.path))?;
        }
        builder.add("trees", forest, &[value])
    } else if votes.by_probability {
        votes.of_probabilities(builder, frame, &estimators)?
    } else {
        votes.of_predictions(builder, frame, &estimators, &weights, &classes)?
    };
    let count = classes.len();
    let answers = decide(builder, scores, votes.outputs(), classes);
    // The softmax of the scores over the number of classes less 1, or of half the score and its opposite.
    let probabilities = if count == 2 {
        let positive = builder.map("logistic", Function::Sigmoid, scores);
        builder.add("probabilities", Complement, &[positive])
    } else {
        let factors = vec![1.0 / (count as f64 - 1.0)];
        let scaled = builder.add("scale", Rescale { factors, offsets: vec![0.0] }, &[scores]);
        builder.add("probabilities", Softmax, &[scaled])
    };
    Ok(Answers { probabilities: Some(probabilities), ..answers })
}

/// How the estimators of `AdaBoostClassifier` vote.
struct Votes {
    classes: usize,
    total: f64,
    by_probability: bool,
    against: f64,
}

impl Votes {
    /// How many scores there are: of two classes one, the second's votes less the first's.
    fn outputs(&self) -> usize {
        if self.classes == 2 { 1 } else { self.classes }
    }

    fn scored(&self, votes: Vec<f64>) -> Vec<f64> {
        if self.classes == 2 { vec![votes[1] - votes[0]] } else { votes }
    }

    /// The votes of an estimator that decides for a class.
    fn of_class(&self, class: usize, weight: f64) -> Vec<f64> {
        (0..self.classes).map(|k| if k == class { weight } else { self.against * weight }).collect()
    }

    /// The votes of an estimator by its probabilities: `_samme_proba`.
    fn of_shares(&self, shares: &[f64]) -> Vec<f64> {
        let logs: Vec<f64> = shares.iter().map(|share| math::ln(share.max(f64::EPSILON))).collect();
        let mean = logs.iter().sum::<f64>() / self.classes as f64;
        logs.iter().map(|log| (self.classes as f64 - 1.0) * (log - mean)).collect()
    }

    fn of_probabilities(&self, builder: &mut Builder, frame: &Frame, estimators: &[Object<'_>]) -> Result<ValueId> {
        let mut logs = Vec::with_capacity(estimators.len());
        for estimator in estimators {
            let answers = estimate_any(builder, frame, estimator)?;
            let shares = answers.probabilities.filter(|_| answers.class_count() == self.classes);
            let shares =
                shares.ok_or_else(|| estimator.refused("an estimator without a probability for each class"))?;
            let clip = Map { function: Function::Clip, a: f64::EPSILON, b: f64::INFINITY };
            let clipped = builder.add("clip", clip, &[shares]);
            logs.push(builder.map("log", Function::Log, clipped));
        }
        let sums = builder.add("sums", Combine { multiplies: false }, &logs);
        let count = self.classes as f64;
        let centred = |class: usize| {
            let votes = (0..self.classes).map(|k| f64::from(u8::from(k == class)) - 1.0 / count);
            votes.map(|vote| (count - 1.0) * vote / self.total).collect::<Vec<_>>()
        };
        // The numbers for each class's logarithm; a linear function takes them by output.
        let columns: Vec<Vec<f64>> = (0..self.classes).map(|class| self.scored(centred(class))).collect();
        let coefficients = (0..self.outputs()).flat_map(|k| columns.iter().map(move |column| column[k])).collect();
        Ok(builder.linear("votes", sums, self.classes, coefficients, vec![0.0; self.outputs()]))
    }

    fn of_predictions(
        &self,
        builder: &mut Builder,
        frame: &Frame,
        estimators: &[Object<'_>],
        weights: &[f64],
        classes: &Labels,
    ) -> Result<ValueId> {
        let mut coefficients = vec![Vec::new(); self.outputs()];
        let mut sizes = Vec::new();
        for (estimator, &weight) in estimators.iter().zip(weights) {
            let known = own_classes(estimator, classes)?;
            sizes.push(known.len() as u32);
            for &class in &known {
                let votes = self.scored(self.of_class(class, weight));
                coefficients.iter_mut().zip(votes).for_each(|(list, vote)| list.push(vote / self.total));
            }
        }
        let predictions = predictions(builder, frame, estimators)?;
        let predictions = builder.add("predictions", Concat, &predictions);
        let width = sizes.iter().sum::<u32>() as usize;
        let votes = builder.add("votes", OneHot { categories: sizes }, &[predictions]);
        Ok(builder.linear("weights", votes, width, coefficients.concat(), vec![0.0; self.outputs()]))
    }
}

/// Which of the classes each class of an estimator within is.
pub fn own_classes(estimator: &Object<'_>, classes: &Labels) -> Result<Vec<usize>> {
    let (own, _) = estimator.get("classes_")?.labels()?;
    let place = |label| classes.position(label).ok_or_else(|| estimator.wrong("classes of the whole", "others"));
    own.iter().map(place).collect()
}

/// The index of the largest number, of equal ones the first.
pub fn first_largest(numbers: &[f64]) -> usize {
    numbers.iter().enumerate().fold(0, |best, (i, &x)| if x > numbers[best] { i } else { best })
}
