//! LightGBM's files: scores to the bit, answers within what `exp` may differ.

use super::{Cases, assert_agrees, assert_is_refused, imported};
use edgelet::error::Kind;
use edgelet::format;
use edgelet::import::{Options, import};
use edgelet::model::{InputKind, Labels, Unknown};
use std::fs;
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;

static CASES: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_lightgbm.py"));

#[test]
fn scores_are_lightgbms_to_the_bit() {
    let cases = CASES.with("rows.npy");
    for case in &cases {
        assert_agrees(&imported(&case.join("model.txt"), &Options::default()), case, "score.npy", 1e-12);
    }
    assert_eq!(cases.len(), 41);
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_name() {
    let refused = CASES.with("refused.txt");
    refused.iter().for_each(|case| assert_is_refused(case, "model.txt"));
    assert_eq!(refused.len(), 2);
}

#[test]
fn classes_and_names_are_kept() {
    let model = imported(&CASES.case("digits").join("model.txt"), &Options::default());
    assert_eq!(model.signature().classes, [Labels::Integers((0..10).collect())]);
    assert_eq!(model.signature().inputs[63].name, "Column_63");
    assert_eq!(model.provenance().framework, "lightgbm");
    let model = imported(&CASES.case("names_of_categories").join("model.txt"), &Options::default());
    let inputs = &model.signature().inputs;
    let categories = |i: usize| match &inputs[i].kind {
        InputKind::Categorical { categories, unknown: Unknown::Accepted } => categories.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(categories(1), Labels::Integers((2000..2009).collect()));
    assert_eq!(categories(3), Labels::Floats(vec![0.5, 1.5, 2.5]));
    assert_eq!(categories(4), Labels::Booleans(vec![false, true]));
    assert_eq!(categories(5), Labels::Strings(vec!["one".into()]));
    assert_eq!(inputs[2].kind, InputKind::Unbounded);
}

#[test]
fn damaged_files_are_errors() {
    let text = fs::read_to_string(CASES.case("categories").join("model.txt")).expect("a file");
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        import(text.replacen(from, to, 1).as_bytes(), &Options::default()).expect_err("a damaged file")
    };
    assert_eq!(changed("left_child=", "left_child=0 ").kind(), Kind::InvalidModel);
    assert_eq!(changed("num_leaves=15", "num_leaves=18446744073709551615").at(), "Tree=0: leaf_value");
    assert_eq!(changed("max_feature_idx=3", "max_feature_idx=18446744073709551615").at(), "header: max_feature_idx");
    assert_eq!(changed("max_feature_idx=3", "max_feature_idx=0").kind(), Kind::InvalidModel);
    assert_eq!(changed("cat_boundaries=0 ", "cat_boundaries=9 ").kind(), Kind::InvalidModel);
    // Cut anywhere, or with any digit changed, it is a model or an error.
    let header = text.find("\nTree=3\n").expect("four trees");
    for end in 0..header {
        let _ = import(&text.as_bytes()[..end], &Options::default());
    }
    let mut bytes = text.as_bytes()[..header].to_vec();
    for i in (0..bytes.len()).filter(|&i| text.as_bytes()[i].is_ascii_digit()) {
        bytes[i] = b'9';
        let _ = import(&bytes, &Options::default());
        bytes[i] = text.as_bytes()[i];
    }
}

#[test]
fn the_program_writes_only_what_agrees() {
    let case = CASES.case("multiclass");
    let folder = TempDir::new().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        command.current_dir(folder.path()).arg("import").arg(case.join("model.txt")).args(arguments);
        command.output().expect("the program starts")
    };
    let rows = case.join("rows.npy").display().to_string();
    let expect = |name: &str| case.join(name).display().to_string();
    let output = run(&["--verify", &rows, "--expect", &expect("score.npy"), "--method", "predict_proba"]);
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    let output = run(&["--verify", &rows, "--expect", &expect("proba.npy"), "--method", "predict_proba"]);
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.starts_with("lightgbm file v4: multiclass num_class:3, 13 features\n400 rows agree"), "{stdout}");
    let model = format::decode(&fs::read(folder.path().join("model.edgelet")).expect("a file")).expect("a model");
    assert_eq!(model.tests().inputs.len(), 16 * 13);
    let mut verify = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    let seen =
        verify.current_dir(folder.path()).args(["verify", "model.edgelet"]).output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&seen.stdout), "16 test rows agree\n");
    // By name, with a category that training did not see.
    let case = CASES.case("unseen_categories");
    let mut import = Command::new(env!("CARGO_BIN_EXE_edgelet"));
    import.current_dir(folder.path()).arg("import").arg(case.join("model.txt")).arg("--verify");
    let output = import.arg(case.join("rows.csv")).arg("--expect").arg(case.join("predict.npy")).output();
    let Output { status, stderr, .. } = output.expect("the program starts");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
}
