//! Parts that do not make a sound model: each is refused, with the path of what is wrong.

use crate::models::{line, linear_trees, node, plans, trees};
use crate::operators::words;
use crate::pets::pets;
use edgelet::error::Kind;
use edgelet::kernel::text::{Becomes, Hashed, Sigma, TextList, Token};
use edgelet::model::forest::{LinearLeaves, NodeKind};
use edgelet::model::*;
use std::sync::Arc;

/// Why the parts are refused: the place and what was found.
fn refusal(parts: Parts) -> (String, String) {
    let error = Model::new(parts).expect_err("an error");
    assert_eq!(error.kind(), Kind::InvalidModel);
    (error.at().to_owned(), error.found().to_owned())
}

fn with_node(operator: impl Into<Operator>, inputs: &[ValueId]) -> Parts {
    let mut parts = line();
    parts.tests = TestRows::default();
    parts.graph.nodes.insert(0, node("bad", operator, inputs));
    parts
}

#[test]
fn trees_must_be_whole() {
    let refused = |change: fn(&mut Forest)| {
        let mut parts = trees();
        if let Operator::Forest(forest) = Arc::make_mut(&mut parts.graph.nodes[0].operator) {
            change(forest);
        }
        let (at, _) = refusal(parts);
        at.strip_prefix("graph.nodes[0] (trees): ").unwrap_or(&at).to_owned()
    };
    assert_eq!(refused(|forest| forest.kinds.truncate(5)), "trees[1]: kinds");
    assert_eq!(refused(|forest| forest.kinds.push(NodeKind::Leaf)), "kinds");
    assert_eq!(refused(|forest| forest.kinds = vec![NodeKind::AtMost { missing_left: true }; 5000]), "trees[0]: kinds");
    assert_eq!(refused(|forest| forest.features[1] = 2), "features");
    assert_eq!(refused(|forest| forest.features.push(0)), "features");
    assert_eq!(refused(|forest| forest.thresholds.tables[0] = f64::NAN), "thresholds: tables[0]");
    assert_eq!(refused(|forest| forest.thresholds.tables.push(1.0)), "thresholds: tables");
    assert_eq!(refused(|forest| forest.thresholds.ends[0] = 9), "thresholds: tables[0]");
    assert_eq!(refused(|forest| forest.thresholds.ends.clear()), "thresholds: ends");
    assert_eq!(refused(|forest| forest.thresholds.places[0] = 1), "thresholds");
    assert_eq!(refused(|forest| forest.thresholds.places.push(0)), "thresholds");
    assert_eq!(refused(|forest| forest.thresholds.places.clear()), "thresholds");
    assert_eq!(refused(|forest| forest.sets.ends.clear()), "sets");
    assert_eq!(refused(|forest| forest.sets.words.clear()), "sets");
    assert_eq!(refused(|forest| forest.leaves[6] = f64::INFINITY), "leaves[6]");
    assert_eq!(refused(|forest| forest.leaves.push(0.0)), "leaves");
    assert_eq!(refused(|forest| forest.targets[1] = Some(2)), "trees[1]: target");
    assert_eq!(refused(|forest| forest.targets.clear()), "targets");
    assert_eq!(refused(|forest| forest.divisor = 0.0), "divisor");
    assert_eq!(refused(|forest| forest.base.clear()), "base");
}

#[test]
fn a_vectorizer_must_be_in_order() {
    let refused = |change: fn(&mut Vectorize)| {
        let mut vectorize = words(&["a", "b"], (1, 2));
        change(&mut vectorize);
        let (at, _) = refusal(with_node(vectorize, &[0]));
        at.strip_prefix("graph.nodes[0] (bad): ").unwrap_or(&at).to_owned()
    };
    fn token(vectorize: &mut Vectorize) -> &mut Token {
        match &mut *vectorize.pieces {
            Pieces::Words { token, .. } => token,
            _ => unreachable!("words"),
        }
    }
    assert_eq!(refused(|it| it.terms = Terms::Known(["b", "a"].into_iter().collect())), "terms");
    assert_eq!(refused(|it| it.terms = Terms::Known(["a", "a"].into_iter().collect())), "terms");
    assert_eq!(refused(|it| it.terms = Terms::Known(TextList::default())), "terms");
    assert_eq!(refused(|it| it.terms = Terms::Hashed(Hashed { width: 0, alternates: true })), "terms");
    assert_eq!(refused(|it| it.terms = Terms::Hashed(Hashed { width: u32::MAX, alternates: true })), "terms");
    assert_eq!(refused(|it| it.least = 0), "pieces");
    assert_eq!(refused(|it| it.most = 1 << 20), "pieces");
    assert_eq!(refused(|it| token(it).least = 0), "token");
    assert_eq!(refused(|it| token(it).most = 1 << 20), "token");
    assert_eq!(refused(|it| it.folds[0].count = 0), "folds");
    assert_eq!(refused(|it| it.folds[0].becomes = Becomes::Text("x".repeat(200))), "folds");
    assert_eq!(refused(|it| it.folds[0].step = u32::MAX), "folds");
    assert_eq!(refused(|it| it.folds.extend(it.folds.clone())), "folds");
    let backwards = || vec![(5, 4)];
    let of_sigma = |ranges| Some(Sigma { cased: ranges, passed: vec![] });
    assert_eq!(refused(|it| *it.pieces = Pieces::Characters { spaces: vec![(5, 4)] }), "spaces");
    let mut vectorize = words(&["a"], (1, 1));
    vectorize.sigma = of_sigma(backwards());
    assert_eq!(refusal(with_node(vectorize, &[0])).0, "graph.nodes[0] (bad): sigma");
}

#[test]
fn linear_leaves_must_fit_their_trees() {
    let refused = |change: fn(&mut LinearLeaves)| {
        let mut parts = linear_trees();
        if let Operator::Forest(Forest { linear: Some(linear), .. }) = Arc::make_mut(&mut parts.graph.nodes[0].operator)
        {
            change(linear);
        }
        let (at, _) = refusal(parts);
        at.strip_prefix("graph.nodes[0] (trees): linear: ").unwrap_or(&at).to_owned()
    };
    assert_eq!(refused(|linear| linear.constants.push(0.0)), "constants");
    assert_eq!(refused(|linear| linear.constants[1] = f64::NAN), "constants[1]");
    assert_eq!(refused(|linear| linear.counts.truncate(3)), "counts");
    assert_eq!(refused(|linear| linear.counts[3] = u32::MAX), "features");
    assert_eq!(refused(|linear| linear.features[2] = 2), "features");
    assert_eq!(refused(|linear| linear.coefficients.clear()), "coefficients");
    assert_eq!(refused(|linear| linear.coefficients[0] = f64::INFINITY), "coefficients[0]");
    let mut parts = linear_trees();
    if let Operator::Forest(forest) = Arc::make_mut(&mut parts.graph.nodes[0].operator) {
        forest.targets[1] = None;
        forest.leaves.push(0.0);
    }
    assert_eq!(refusal(parts).0, "graph.nodes[0] (trees): linear");
}

#[test]
fn operators_must_fit_their_inputs() {
    let cases = [
        (with_node(Select { columns: vec![1] }, &[0]), "columns", "1"),
        (with_node(Select { columns: vec![] }, &[0]), "columns", "0"),
        (with_node(Concat, &[]), "inputs", "0"),
        (with_node(Concat, &[0, 1]), "inputs", "1"),
        (with_node(Impute { fills: vec![0.0, 1.0] }, &[0]), "inputs", "1"),
        (with_node(Impute { fills: vec![f64::NAN] }, &[0]), "fills[0]", "NaN"),
        (with_node(Scale { offsets: vec![0.0], divisors: vec![0.0] }, &[0]), "divisors", "0"),
        (with_node(Scale { offsets: vec![0.0], divisors: vec![] }, &[0]), "divisors", "0"),
        (with_node(OneHot { categories: vec![0] }, &[0]), "categories", "0"),
        (with_node(Linear { width: 1, coefficients: vec![], intercepts: vec![] }, &[0]), "intercepts", "0"),
        (with_node(Linear { width: 1, coefficients: vec![1.0; 2], intercepts: vec![0.0] }, &[0]), "coefficients", "2"),
        (with_node(Linear { width: 2, coefficients: vec![1.0; 2], intercepts: vec![0.0] }, &[0]), "inputs", "1"),
        (with_node(Sigmoid, &[0, 0]), "inputs", "2"),
        (with_node(Softmax, &[]), "inputs", "0"),
        (with_node(Binarize { threshold: f64::NAN }, &[0]), "threshold[0]", "NaN"),
        (with_node(donors(1, vec![f64::INFINITY], 1), &[0]), "points", "inf"),
        (with_node(donors(1, vec![], 1), &[0]), "points", "0"),
        (with_node(donors(0, vec![0.0], 1), &[0]), "width", "0"),
        (with_node(donors(2, vec![0.0; 2], 1), &[0]), "inputs", "1"),
        (with_node(donors(1, vec![0.0], 0), &[0]), "nearest", "0"),
        (with_node(DateParts { parts: vec![(1, DatePart::Day)] }, &[0]), "parts", "1"),
        (with_node(DateParts { parts: vec![] }, &[0]), "parts", "0"),
        (with_node(DateParts { parts: vec![(0, DatePart::Day)] }, &[0, 0]), "inputs", "2"),
    ];
    for (parts, at, found) in cases {
        let name = parts.graph.nodes[0].operator.name();
        assert_eq!(refusal(parts), (format!("graph.nodes[0] (bad): {at}"), found.to_owned()), "{name}");
    }
}

fn donors(width: usize, points: Vec<f64>, nearest: u32) -> ImputeNearest {
    ImputeNearest { width, points, nearest, by_distance: false }
}

#[test]
fn values_cannot_outgrow_memory() {
    let huge = with_node(OneHot { categories: vec![u32::MAX] }, &[0]);
    assert_eq!(refusal(huge), ("graph.nodes[0] (bad): output".into(), u32::MAX.to_string()));
}

#[test]
fn signatures_must_be_consistent() {
    let mut twice = line();
    twice.signature.inputs.push(Input::numeric("x"));
    assert_eq!(refusal(twice), ("signature.inputs".into(), "\"x\" twice".into()));

    let mut none = line();
    none.signature.inputs.clear();
    assert_eq!(refusal(none).0, "signature.inputs");

    let mut dangling = line();
    dangling.signature.outputs[0].value = 2;
    assert_eq!(refusal(dangling), ("signature.outputs: predict".into(), "2".into()));

    let mut single = plans();
    single.signature.classes = vec![Labels::Integers(vec![1])];
    assert_eq!(refusal(single), ("signature.classes".into(), "1".into()));

    let mut same = plans();
    same.signature.classes = vec![Labels::Strings(vec!["a".into(), "a".into(), "b".into()])];
    assert_eq!(refusal(same), ("signature.classes".into(), "a label twice".into()));
}

/// Each target has its classes, and its column of decisions among them.
#[test]
fn targets_must_have_their_classes() {
    let refused = |change: fn(&mut Parts)| {
        let mut parts = pets();
        change(&mut parts);
        refusal(parts)
    };
    let at = |at: &str, found: &str| (at.to_owned(), found.to_owned());
    assert_eq!(refused(|it| it.signature.classes.truncate(2)), at("signature.classes", "2"));
    assert_eq!(refused(|it| it.signature.classes[0] = Labels::Integers(vec![])), at("signature.classes", "0"));
    assert_eq!(refused(|it| it.signature.outputs[0].value = 9), at("signature.outputs: predict", "1"));
    let scores = "signature.outputs: predict_proba";
    assert_eq!(refused(|it| it.signature.outputs[1].value = 2), at(scores, "3"));
    assert_eq!(refused(|it| it.signature.classes[2] = Labels::Integers(vec![0, 4, 8])), at(scores, "7"));
    let decides = "signature.outputs: predict";
    assert_eq!(refused(|it| it.graph.nodes[9].inputs = vec![6, 3, 9]), at(decides, "Concat"));
    assert_eq!(refused(|it| it.graph.nodes[9].inputs = vec![3, 6, 4]), at(decides, "Concat"));
    assert_eq!(refused(|it| it.signature.outputs[0].value = 1), at(decides, "Linear"));
    assert_eq!(refused(|it| it.signature.outputs[0].value = 0), at(decides, "2"));
}

/// One threshold decides on several targets if each has two classes.
#[test]
fn several_targets_can_share_a_threshold() {
    let mut parts = pets();
    parts.graph.nodes[9] = node("decisions", Map { function: Function::Above, a: 0.5, b: 0.0 }, &[1]);
    assert_eq!(refusal(parts.clone()), ("signature.outputs: predict".into(), "Map".into()));
    parts.signature.classes = vec![Labels::Integers(vec![0, 1]); 3];
    parts.signature.outputs.truncate(1);
    parts.tests = TestRows::default();
    Model::new(parts).expect("a sound model");
}

/// A class index always has a class: `predict` must come from an operator that decides among them.
#[test]
fn decisions_must_be_among_the_classes() {
    let mut parts = plans();
    parts.graph.nodes[8] = node("decide", Select { columns: vec![0] }, &[7]);
    assert_eq!(refusal(parts), ("signature.outputs: predict".into(), "Select".into()));
}

#[test]
fn test_rows_must_fit_the_model() {
    let mut ragged = line();
    ragged.tests.expected[0].values.push(0.0);
    assert_eq!(refusal(ragged), ("tests".into(), "2 numbers".into()));

    let mut infinite = line();
    infinite.tests.inputs[0] = f64::INFINITY;
    assert_eq!(refusal(infinite), ("row 0: x: tests".into(), "inf".into()));

    let mut lax = line();
    lax.tests.tolerance = f64::NAN;
    assert_eq!(refusal(lax), ("tests".into(), "NaN".into()));
}
