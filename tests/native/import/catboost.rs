//! CatBoost's files: scores to the bit, answers within what `exp` may differ.

use super::{Cases, assert_agrees, assert_is_refused, imported};
use edgelet::error::Kind;
use edgelet::import::{Options, import};
use edgelet::model::{InputKind, Labels};
use serde_json::{Value, json};
use std::fs;
use std::sync::LazyLock;

static CASES: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_catboost.py"));

#[test]
fn scores_are_catboosts_to_the_bit() {
    let cases = CASES.with("rows.npy");
    for case in &cases {
        assert_agrees(&imported(&case.join("model.json"), &Options::default()), case, "score.npy", 1e-12);
    }
    assert_eq!(cases.len(), 36);
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_name() {
    let refused = CASES.with("refused.txt");
    refused.iter().for_each(|case| assert_is_refused(case, "model.json"));
    assert_eq!(refused.len(), 2);
    let bytes = fs::read(CASES.case("names").join("model.json")).expect("a file");
    let options = Options { missing: Some(0.0), from: None };
    assert_eq!(import(&bytes, &options).expect_err("an option of xgboost").kind(), Kind::BadOption);
}

#[test]
fn classes_and_names_are_kept() {
    let classes = |name: &str| {
        let model = imported(&CASES.case(name).join("model.json"), &Options::default());
        model.signature().classes.first().cloned().expect("classes")
    };
    assert_eq!(classes("binary_words"), Labels::Strings(vec!["less".into(), "more".into()]));
    assert_eq!(classes("binary_truths"), Labels::Booleans(vec![false, true]));
    assert_eq!(classes("multiclass_floats"), Labels::Floats(vec![0.5, 1.5, 2.5]));
    assert_eq!(classes("digits"), Labels::Integers((0..10).collect()));
    let model = imported(&CASES.case("names").join("model.json"), &Options::default());
    assert_eq!(model.signature().inputs[9].name, "feature 9");
    assert_eq!(model.signature().inputs[9].kind, InputKind::Unbounded);
    assert_eq!((model.provenance().version.as_str(), model.provenance().estimator.as_str()), ("1.2.10", "RMSE"));
}

#[test]
fn damaged_files_are_errors_where_they_are_damaged() {
    for (case, changes) in [
        (
            "rmse",
            vec![
                ("/oblivious_trees/2", "leaf_values", json!([1.0]), "oblivious_trees[2]: leaf_values"),
                ("/oblivious_trees/2/splits/0", "float_feature_index", json!(10), "splits[0]: float_feature_index"),
                ("/oblivious_trees/2/splits/0", "border", json!("x"), "splits[0]: border"),
                ("/oblivious_trees/2", "splits", json!(vec![json!({}); 200]), "oblivious_trees[2]: leaf_values"),
                ("/features_info/float_features/3", "flat_feature_index", json!(-1), "flat_feature_index"),
                ("/features_info/float_features/3", "nan_value_treatment", json!(""), "nan_value_treatment"),
                ("", "scale_and_bias", json!([1, []]), "scale_and_bias"),
            ],
        ),
        (
            "leaf_by_leaf",
            vec![
                ("/trees/1", "left", json!({}), "trees[1]: value"),
                ("/trees/1", "right", json!({"value": [1, 2]}), "trees[1]: value"),
            ],
        ),
        ("multiclass", vec![("/model_info/class_params", "class_names", json!([1, 2]), "class_params: class_names")]),
    ] {
        let text = fs::read_to_string(CASES.case(case).join("model.json")).expect("a file");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        for (at, part, value, place) in changes {
            let mut file = file.clone();
            file.pointer_mut(at).unwrap_or_else(|| panic!("{at}"))[part] = value;
            let error = import(file.to_string().as_bytes(), &Options::default()).expect_err("a damaged file");
            assert_eq!(error.kind(), Kind::InvalidModel, "{error}");
            assert!(error.at().ends_with(place), "{at}: {error}");
        }
        let bytes = text.as_bytes();
        for end in (0..bytes.len()).step_by(97) {
            assert!(import(&bytes[..end], &Options::default()).is_err());
        }
    }
}
