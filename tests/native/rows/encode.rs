//! Tables to the rows of a model.

use super::{bits, integers, table, texts};
use edgelet::error::Kind;
use edgelet::kernel::text::TextList;
use edgelet::model::{Input, InputKind, Labels, Method, Missing, Output, Signature, Unknown};
use edgelet::native::data::{self, Encoded, Table, Values};

fn signature(inputs: Vec<Input>) -> Signature {
    let outputs = vec![Output { method: Method::Predict, value: 1 }];
    Signature { inputs, targets: vec!["y".into()], classes: vec![], outputs }
}

fn categorical(name: &str, categories: Labels, unknown: Unknown) -> Input {
    Input { name: name.into(), kind: InputKind::Categorical { categories, unknown }, missing: Missing::Accepted }
}

fn strings<const N: usize>(names: [&str; N]) -> Labels {
    Labels::Strings(names.map(str::to_owned).into())
}

/// An age and a plan.
fn customers(unknown: Unknown) -> Signature {
    let plans = strings(["basic", "pro", "team"]);
    signature(vec![Input::numeric("age"), categorical("plan", plans, unknown)])
}

#[track_caller]
fn rows(table: &Table, signature: &Signature) -> Vec<f64> {
    data::encode(table, signature).unwrap_or_else(|error| panic!("{error}")).rows
}

#[track_caller]
fn refused(table: &Table, signature: &Signature, kind: Kind) -> String {
    let error = data::encode(table, signature).expect_err("a refusal");
    assert_eq!(error.kind(), kind, "{error}");
    error.to_string()
}

#[test]
fn columns_are_found_by_name_and_others_are_told() {
    let columns = [
        ("id", integers([7, 8])),
        ("plan", texts(["team", "basic"])),
        ("note", texts(["", ""])),
        ("age", Values::Numbers(vec![31.5, 40.0])),
    ];
    let encoded = data::encode(&table(2, columns), &customers(Unknown::Refused));
    assert_eq!(
        encoded,
        Ok(Encoded {
            rows: vec![31.5, 2.0, 40.0, 0.0],
            texts: TextList::default(),
            unused: vec!["id".into(), "note".into()]
        })
    );
}

#[test]
fn a_missing_feature_is_named_with_the_nearest_column() {
    let customers = customers(Unknown::Refused);
    let say = |names: [&'static str; 2]| {
        refused(&table(1, names.map(|name| (name, integers([1])))), &customers, Kind::MissingFeature)
    };
    assert_eq!(say(["Age", "plan"]), "columns: expected \"age\", found no such column. Is it \"Age\"?");
    assert_eq!(say(["age", "plans"]), "columns: expected \"plan\", found no such column. Is it \"plans\"?");
    assert_eq!(
        say(["zip", "plan"]),
        "columns: expected \"age\", found no such column. `edgelet inspect` lists the features of a model."
    );
    let two = signature(vec![Input::numeric("width_1"), Input::numeric("width_2")]);
    let columns = ["width_1", "width2", "widht"].map(|name| (name, integers([1])));
    let message = refused(&table(1, columns), &two, Kind::MissingFeature);
    assert!(message.ends_with("Is it \"width2\"?"), "the nearest that is not taken: {message}");
}

#[test]
fn numbers_come_from_every_type_but_texts() {
    let one = |missing| signature(vec![Input { missing, ..Input::numeric("age") }]);
    let accepting = one(Missing::Accepted);
    let cases = [
        (Values::Numbers(vec![0.5, f64::NAN]), [0.5, f64::NAN]),
        (Values::Integers(vec![Some(-3), None]), [-3.0, f64::NAN]),
        (Values::Booleans(vec![Some(true), None]), [1.0, f64::NAN]),
        (Values::Texts(vec![None, None]), [f64::NAN; 2]),
    ];
    for (values, expected) in cases {
        let found = rows(&table(2, [("age", values.clone())]), &accepting);
        assert_eq!(bits(&Values::Numbers(found)), expected.map(f64::to_bits), "{values:?}");
        let refusing = data::encode(&table(2, [("age", values)]), &one(Missing::Refused)).expect_err("a refusal");
        assert_eq!(refusing.kind(), Kind::MissingValue, "{refusing}");
        assert!(refusing.at().ends_with(": age"), "{refusing}");
    }
    let message = refused(&table(3, [("age", texts(["31", "4O", "x"]))]), &accepting, Kind::WrongType);
    assert_eq!(message, "row 1: age: expected a number, found \"4O\". The model was trained on numbers here.");
    let message = refused(&table(2, [("age", texts(["31", "32"]))]), &accepting, Kind::WrongType);
    assert!(message.starts_with("row 0: age: expected a number, found \"31\"."), "{message}");
    let infinite = table(2, [("age", Values::Numbers(vec![1.0, f64::INFINITY]))]);
    assert!(refused(&infinite, &accepting, Kind::NotFinite).starts_with("row 1: age: expected a finite number"));
}

#[test]
fn an_unknown_category_is_refused_with_a_suggestion_or_counts_as_none() {
    let columns = |plan: &str| table(2, [("age", integers([1, 2])), ("plan", texts(["pro", plan]))]);
    let message = refused(&columns("Teams"), &customers(Unknown::Refused), Kind::UnknownCategory);
    assert_eq!(
        message,
        "row 1: plan: expected one of \"basic\", \"pro\", \"team\", found \"Teams\". Did you mean \"team\"?"
    );
    let message = refused(&columns("gold"), &customers(Unknown::Refused), Kind::UnknownCategory);
    assert!(message.ends_with("found \"gold\""), "{message}");
    assert_eq!(rows(&columns("gold"), &customers(Unknown::Accepted)), [1.0, 1.0, 2.0, -1.0]);
    let many = Labels::Integers((0..20).collect());
    let message = refused(
        &table(1, [("code", integers([99]))]),
        &signature(vec![categorical("code", many, Unknown::Refused)]),
        Kind::UnknownCategory,
    );
    assert!(message.contains("\"6\", \"7\", …, found \"99\""), "{message}");
}

#[test]
fn labels_match_across_types() {
    let cases = [
        (strings(["1", "2"]), integers([2, 1]), [1.0, 0.0]),
        (Labels::Integers(vec![1, 2]), texts(["2", "1"]), [1.0, 0.0]),
        (Labels::Integers(vec![1, 2]), Values::Numbers(vec![2.0, f64::NAN]), [1.0, f64::NAN]),
        (Labels::Floats(vec![0.5, 2.0]), integers([2, 2]), [1.0, 1.0]),
        (Labels::Floats(vec![-0.0, 2.0]), Values::Numbers(vec![0.0, -0.0]), [0.0, 0.0]),
        (Labels::Booleans(vec![false, true]), Values::Booleans(vec![Some(true), None]), [1.0, f64::NAN]),
        (Labels::Booleans(vec![false, true]), texts(["true", "false"]), [1.0, 0.0]),
        (strings(["false", "true"]), Values::Booleans(vec![Some(true), Some(false)]), [1.0, 0.0]),
    ];
    for (categories, values, expected) in cases {
        let signature = signature(vec![categorical("code", categories.clone(), Unknown::Refused)]);
        let found = rows(&table(2, [("code", values.clone())]), &signature);
        assert_eq!(bits(&Values::Numbers(found)), expected.map(f64::to_bits), "{categories:?} {values:?}");
    }
}

#[test]
fn arrays_without_names_are_taken_in_order() {
    let two = signature(vec![Input::numeric("age"), Input::numeric("height")]);
    let array = |names: &[&'static str]| Table {
        columns: names.iter().zip(1..).flat_map(|(name, x)| table(1, [(name, integers([x]))]).columns).collect(),
        rows: 1,
    };
    assert_eq!(rows(&array(&["x0", "x1"]), &two), [1.0, 2.0]);
    let message = refused(&array(&["x0", "x1", "x2"]), &two, Kind::WrongShape);
    assert_eq!(message, "columns: expected 2, one for each feature, found 3");
    refused(&array(&["x1", "x0"]), &two, Kind::MissingFeature);
    refused(&array(&["a", "b"]), &two, Kind::MissingFeature);
    // A model of such names takes them by name, wherever they stand.
    let named = signature(vec![Input::numeric("x2"), Input::numeric("x0")]);
    assert_eq!(rows(&array(&["x0", "x1", "x2"]), &named), [3.0, 1.0]);
    let swapped = signature(vec![Input::numeric("x1"), Input::numeric("x0")]);
    assert_eq!(rows(&array(&["x0", "x1"]), &swapped), [2.0, 1.0]);
}
