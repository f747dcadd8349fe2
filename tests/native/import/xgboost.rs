//! XGBoost's files: margins to the f32 bit, answers within what the C library's `expf` may differ.

use super::{Cases, assert_agrees, assert_is_refused, imported, predict};
use edgelet::error::Kind;
use edgelet::import::{Framework, Options, import};
use edgelet::model::{InputKind, Labels, Method, is_near};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use tempfile::TempDir;

/// XGBoost takes exponentials in f32, edgelet in f64 before it rounds: some units in the last place of an f32; for the
/// logistic function, whose other steps are the same, hardly one.
const TOLERANCE: f64 = 1e-6;

static CASES: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_xgboost.py"));

fn options(case: &Path) -> Options {
    let missing = fs::read_to_string(case.join("missing.txt")).ok();
    Options { missing: missing.map(|text| text.parse().expect("a number")), from: None }
}

#[test]
fn margins_are_xgboosts_to_the_bit() {
    let cases = CASES.with("rows.npy");
    for case in &cases {
        let model = imported(&case.join("model.json"), &options(case));
        assert_eq!(imported(&case.join("model.ubj"), &options(case)), model, "{}", case.display());
        let is_logistic = model.provenance().estimator.ends_with(":logistic");
        assert_agrees(&model, case, "margin.npy", if is_logistic { 1e-7 } else { TOLERANCE });
        assert_eq!(model.provenance().version, "3.2.0");
    }
    assert_eq!(cases.len(), 57);
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_name() {
    assert_is_refused(&CASES.case("refused"), "model.json");
    let by_name = CASES.case("names_of_categories").join("model.ubj");
    let options = Options { missing: Some(0.0), from: Some(Framework::XGBoost) };
    let error = import(&fs::read(by_name).expect("a file"), &options).expect_err("a refusal");
    assert!(error.found().starts_with("--missing: "), "{error}");
    let options = Options { from: Some(Framework::LightGBM), missing: None };
    let error =
        import(&fs::read(CASES.case("dart").join("model.ubj")).expect("a file"), &options).expect_err("another");
    assert_eq!((error.expected(), error.found()), ("a model of lightgbm", "one of xgboost"));
}

#[test]
fn names_and_categories_are_kept() {
    let model = imported(&CASES.case("names").join("model.ubj"), &Options::default());
    assert_eq!(model.signature().inputs[9].name, "feature 9");
    let model = imported(&CASES.case("names_of_categories").join("model.json"), &Options::default());
    let inputs = &model.signature().inputs;
    let InputKind::Categorical { categories: plans, .. } = &inputs[0].kind else { panic!("{:?}", inputs[0]) };
    assert_eq!(*plans, Labels::Strings(["a", "b", "c", "d", "e", "f", "g", "h"].map(String::from).into()));
    let InputKind::Categorical { categories: years, .. } = &inputs[2].kind else { panic!("{:?}", inputs[2]) };
    assert_eq!(*years, Labels::Integers((2000..2009).collect()));
    assert_eq!(inputs[1].kind, InputKind::Numeric);
}

#[test]
fn damaged_files_are_errors_where_they_are_damaged() {
    let text = fs::read_to_string(CASES.case("categories").join("model.json")).expect("a file");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let tree = "/learner/gradient_booster/model/trees/1";
    let parameters = "/learner/learner_model_param";
    let cases = [
        (format!("{tree}/left_children"), "0", serde_json::json!(0), "node 0"),
        (format!("{tree}/right_children"), "0", serde_json::json!(1), "node 1"),
        (format!("{tree}/left_children"), "0", serde_json::json!(1e300), "node 18446744073709551615"),
        (format!("{tree}/split_indices"), "0", serde_json::json!(4), "node 0"),
        (format!("{tree}/categories"), "0", serde_json::json!(1 << 24), "categories"),
        (format!("{tree}/categories_nodes"), "0", serde_json::json!(-1), "categories_nodes"),
        (format!("{tree}/categories_segments"), "0", serde_json::json!(1 << 20), "categories_segments"),
        (format!("{tree}/split_conditions"), "0", serde_json::json!("x"), "split_conditions"),
        (tree.to_string(), "default_left", serde_json::json!([0]), "default_left"),
        (format!("{tree}/tree_param"), "size_leaf_vector", serde_json::json!("7"), "size_leaf_vector"),
        (parameters.to_string(), "num_feature", serde_json::json!("0"), "num_feature"),
        (parameters.to_string(), "num_feature", serde_json::json!("99999999"), "num_feature"),
        (parameters.to_string(), "num_class", serde_json::json!("-3"), "num_class"),
        (parameters.to_string(), "base_score", serde_json::json!("[1,2]"), "base_score"),
        ("/learner/gradient_booster/model/tree_info".into(), "1", serde_json::json!(1), "tree_info"),
    ];
    for (at, part, value, place) in cases {
        let mut file = file.clone();
        let parent = file.pointer_mut(&at).unwrap_or_else(|| panic!("{at}"));
        match parent {
            Value::Array(values) => values[part.parse::<usize>().expect("an index")] = value.clone(),
            parent => parent[part] = value.clone(),
        }
        let error = import(file.to_string().as_bytes(), &Options::default()).expect_err("a damaged file");
        assert_eq!(error.kind(), Kind::InvalidModel, "{error}");
        let expected = if at.starts_with(tree) { "learner.gradient_booster.model.trees[1]: " } else { "" };
        assert!(error.at().starts_with(expected) && error.at().ends_with(place), "{at}: {error}");
    }
    // Cut anywhere, or with any byte changed, it is a model or an error.
    for (file, step) in [("model.json", 61), ("model.ubj", 17)] {
        let bytes = fs::read(CASES.case("classes_in_leaves").join(file)).expect("a file");
        for end in (0..bytes.len()).step_by(step) {
            assert!(import(&bytes[..end], &Options::default()).is_err());
        }
        for i in (0..bytes.len()).step_by(step) {
            let mut bytes = bytes.clone();
            bytes[i] = bytes[i].wrapping_add(1);
            let _ = import(&bytes, &Options::default());
        }
    }
}

#[test]
fn files_of_old_versions_are_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    let mut compared = 0;
    for version in ["1.2.1", "1.7.6", "2.1.4"] {
        let text = fs::read_to_string(folder.join(format!("xgboost_{version}.json"))).expect("a fixture");
        let cases: Value = serde_json::from_str(&text).expect("JSON");
        for case in cases.as_array().expect("cases") {
            let place = format!("{version}: {}", case["name"]);
            let bytes = case["model"].as_str().expect("a file").as_bytes();
            let model = import(bytes, &Options::default()).unwrap_or_else(|error| panic!("{place}: {error}"));
            let numbers = |value: &Value| -> Vec<f64> {
                let rows = value.as_array().expect("rows").iter().flat_map(|row| row.as_array().expect("a row"));
                rows.map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
            };
            let has_scores = model.signature().output(Method::DecisionFunction).is_ok();
            let method = if has_scores { Method::DecisionFunction } else { Method::Predict };
            let (found, expected) = (predict(&model, method, &numbers(&case["rows"])), numbers(&case["margins"]));
            assert!(!expected.is_empty() && found.len() == expected.len(), "{place}");
            for (found, expected) in found.iter().zip(&expected) {
                // Before 1.3 the base score was added last.
                let agrees = found == expected || version == "1.2.1" && is_near(*expected, *found, TOLERANCE);
                assert!(agrees, "{place}: {found} for {expected}");
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 18);
}

fn edgelet(folder: &TempDir, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    let output = command.current_dir(folder.path()).args(arguments).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_program_takes_names_of_categories_and_a_missing_number() {
    let folder = TempDir::new().expect("a folder");
    let path = |case: &str, file: &str| CASES.case(case).join(file).display().to_string();
    let verified = |case: &str, rows: &str, more: &[&str]| {
        let (model, rows, expect) = (path(case, "model.ubj"), path(case, rows), path(case, "predict.npy"));
        let tolerance = ["--verify", &rows, "--expect", &expect, "--tolerance", "1e-6"];
        edgelet(&folder, &[&["import", &model], &tolerance[..], more].concat())
    };
    let (code, stdout, stderr) = verified("names_of_categories", "rows.csv", &["--from", "xgboost"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.starts_with("xgboost 3.2.0: reg:squarederror, 3 features\n300 rows agree"), "{stdout}");
    assert_eq!(verified("missing_tenth", "rows.npy", &[]).0, Some(4));
    let (code, _, stderr) = verified("missing_tenth", "rows.npy", &["--missing", "0.1"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let (code, _, stderr) = verified("names", "rows.npy", &["--from", "lightgbm"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("expected a model of lightgbm, found one of xgboost"), "{stderr}");
}
