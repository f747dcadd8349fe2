//! `edgelet import` of the frameworks' own files, against the frameworks' own predictions.

use edgelet::error::Kind;
use edgelet::import::import;
use edgelet::model::{Method, Model, is_near};
use edgelet::native::data;
use edgelet::predict::Predictor;
use edgelet::{format, model::Labels};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The folder with LightGBM's cases, made once.
static LIGHTGBM: LazyLock<TempDir> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = TempDir::new().expect("a folder");
    let script = root.join("tests/fixtures/import/make_lightgbm.py");
    let made = Command::new(root.join("target/venv/bin/python")).arg(script).arg(folder.path()).output();
    let Output { status, stderr, .. } = made.expect("`cargo xtask setup` has installed Python's packages");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    folder
});

fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(LIGHTGBM.path()).expect("cases");
    let mut cases: Vec<_> = entries.map(|entry| entry.expect("a case").path()).collect();
    cases.sort();
    cases
}

fn case(name: &str) -> PathBuf {
    LIGHTGBM.path().join(name)
}

/// An array's numbers, row by row.
fn numbers(path: &Path) -> Vec<f64> {
    let table = data::read(&path.display().to_string(), None).unwrap_or_else(|error| panic!("{error}"));
    let columns: Vec<_> = table.columns.iter().map(|column| column.values.numbers().expect("numbers")).collect();
    (0..table.rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

fn predict(model: &Model, method: Method, rows: &[f64]) -> Vec<f64> {
    let mut predictor = Predictor::new(model);
    let width = predictor.output_width(method).unwrap_or_else(|| panic!("no {method:?}"));
    let mut out = vec![0.0; rows.len() / predictor.input_width() * width];
    predictor.predict(method, rows, &mut out);
    out
}

#[test]
fn lightgbms_numbers_are_lightgbms() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.join("rows.npy").exists()) {
        let bytes = fs::read(case.join("model.txt")).expect("a file");
        let imported = import(&bytes).unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        let model = format::decode(&format::encode(&imported).expect("bytes")).expect("a model");
        assert_eq!(model, imported, "{}", case.display());
        let rows = numbers(&case.join("rows.npy"));
        let classifies = case.join("proba.npy").exists();
        let score = if classifies { Method::DecisionFunction } else { Method::Predict };
        let (scores, expected) = (predict(&model, score, &rows), numbers(&case.join("score.npy")));
        for (i, (score, expected)) in scores.iter().zip(&expected).enumerate() {
            assert_eq!(score.to_bits(), expected.to_bits(), "{}: {i}: {score} for {expected}", case.display());
        }
        assert_eq!(predict(&model, Method::Predict, &rows), numbers(&case.join("predict.npy")), "{}", case.display());
        if classifies {
            let probabilities = predict(&model, Method::PredictProba, &rows);
            let expected = numbers(&case.join("proba.npy"));
            assert_eq!(probabilities.len(), expected.len());
            for (found, expected) in probabilities.iter().zip(&expected) {
                assert!(is_near(*expected, *found, 1e-12), "{}: {found} for {expected}", case.display());
            }
        }
        // One row alone goes another way through the trees than a block does.
        let width = model.signature().inputs.len();
        let alone: Vec<f64> = rows.chunks(width).flat_map(|row| predict(&model, score, row)).collect();
        assert!(alone.iter().zip(&scores).all(|(a, b)| a.to_bits() == b.to_bits()), "{}", case.display());
        compared += 1;
    }
    assert_eq!(compared, 18);
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_name() {
    let refused: Vec<_> = cases().into_iter().filter(|case| case.join("refused.txt").exists()).collect();
    assert_eq!(refused.len(), 6);
    for case in refused {
        let error = import(&fs::read(case.join("model.txt")).expect("a file")).expect_err("a refusal");
        assert_eq!(error.kind(), Kind::Unsupported);
        let expected = fs::read_to_string(case.join("refused.txt")).expect("a text");
        assert!(error.to_string().contains(&expected), "{}: {error}", case.display());
    }
    let error = import(&fs::read(case("refused_twice").join("model.txt")).expect("a file")).expect_err("a refusal");
    assert!(error.found().contains("poisson") && error.found().contains("average_output"), "{error}");
    for (bytes, found) in [(&b"\x80\x04."[..], "a pickle"), (b"PK\x03\x04", "a zip archive"), (b"", "no bytes")] {
        assert_eq!(import(bytes).expect_err("a refusal").found(), found);
    }
}

#[test]
fn classes_and_names_are_kept() {
    let model = import(&fs::read(case("digits").join("model.txt")).expect("a file")).expect("a model");
    assert_eq!(model.signature().classes, Some(Labels::Integers((0..10).collect())));
    assert_eq!(model.signature().inputs[63].name, "Column_63");
    assert_eq!(model.provenance().framework, "lightgbm");
}

#[test]
fn damaged_files_are_errors() {
    let text = fs::read_to_string(case("categories").join("model.txt")).expect("a file");
    let changed = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        import(text.replacen(from, to, 1).as_bytes()).expect_err("a damaged file")
    };
    assert_eq!(changed("left_child=", "left_child=0 ").kind(), Kind::InvalidModel);
    assert_eq!(changed("num_leaves=15", "num_leaves=18446744073709551615").at(), "Tree=0: leaf_value");
    assert_eq!(changed("max_feature_idx=3", "max_feature_idx=18446744073709551615").at(), "header: max_feature_idx");
    assert_eq!(changed("max_feature_idx=3", "max_feature_idx=0").kind(), Kind::InvalidModel);
    assert_eq!(changed("cat_boundaries=0 ", "cat_boundaries=9 ").kind(), Kind::InvalidModel);
    // Cut anywhere, or with any digit changed, it is a model or an error.
    let header = text.find("\nTree=3\n").expect("four trees");
    for end in 0..header {
        let _ = import(&text.as_bytes()[..end]);
    }
    let mut bytes = text.as_bytes()[..header].to_vec();
    for i in (0..bytes.len()).filter(|&i| text.as_bytes()[i].is_ascii_digit()) {
        bytes[i] = b'9';
        let _ = import(&bytes);
        bytes[i] = text.as_bytes()[i];
    }
}

#[test]
fn the_program_writes_only_what_agrees() {
    let case = case("multiclass");
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
}
