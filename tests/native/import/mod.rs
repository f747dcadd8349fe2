//! `edgelet import` of the frameworks' own files, against the frameworks' own predictions.

mod catboost;
mod explain;
mod lightgbm;
mod sklearn;
mod xgboost;

use edgelet::error::Kind;
use edgelet::format;
use edgelet::import::{Options, import};
use edgelet::kernel::text::TextList;
use edgelet::model::{Method, Model, is_near};
use edgelet::native::data;
use edgelet::predict::Predictor;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A framework's cases: a folder for each.
struct Cases(TempDir);

impl Cases {
    /// Lets a script of `tests/fixtures/import` make them.
    fn made_by(script: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = TempDir::new().expect("a folder");
        let script = root.join("tests/fixtures/import").join(script);
        let mut command = Command::new(root.join("target/venv/bin/python"));
        let made = command.args(["-W", "ignore"]).arg(script).arg(folder.path()).output();
        let Output { status, stderr, .. } = made.expect("`cargo xtask setup` has installed Python's packages");
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
        Self(folder)
    }

    /// The cases that have a file of that name, sorted.
    fn with(&self, name: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.0.path()).expect("cases");
        let cases = entries.map(|entry| entry.expect("a case").path());
        let mut cases: Vec<_> = cases.filter(|case| case.join(name).exists()).collect();
        cases.sort();
        cases
    }

    fn case(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

/// An array's numbers, row by row.
fn numbers(path: &Path) -> Vec<f64> {
    let table = data::read(&path.display().to_string(), None).unwrap_or_else(|error| panic!("{error}"));
    let columns: Vec<_> = table.columns.iter().map(|column| column.values.numbers().expect("numbers")).collect();
    (0..table.rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

fn predict(model: &Model, method: Method, rows: &[f64]) -> Vec<f64> {
    predict_with(model, method, rows, &TextList::default())
}

fn predict_with(model: &Model, method: Method, rows: &[f64], texts: &TextList) -> Vec<f64> {
    let mut predictor = Predictor::new(model);
    predictor.texts().clone_from(texts);
    let width = predictor.output_width(method).unwrap_or_else(|| panic!("no {method:?}"));
    let mut out = vec![0.0; rows.len() / predictor.input_width() * width];
    predictor.predict(method, rows, &mut out);
    out
}

/// The model of a file, which the format keeps as it is.
fn imported(path: &Path, options: &Options) -> Model {
    let bytes = fs::read(path).expect("a file");
    let model = import(&bytes, options).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = format::decode(&format::encode(&model).expect("bytes")).expect("a model");
    assert_eq!(read, model, "{}", path.display());
    read
}

/// Asserts that scores are what `scores` holds to the bit, in blocks and row by row, and answers what predict.npy and
/// proba.npy hold; numbers that are not the scores themselves may differ by the tolerance.
fn assert_agrees(model: &Model, case: &Path, scores: &str, tolerance: f64) {
    let place = case.display();
    let rows = numbers(&case.join("rows.npy"));
    model.signature().check_rows(&rows).unwrap_or_else(|error| panic!("{place}: {error}"));
    let has_scores = model.signature().output(Method::DecisionFunction).is_ok();
    let method = if has_scores { Method::DecisionFunction } else { Method::Predict };
    let (found, expected) = (predict(model, method, &rows), numbers(&case.join(scores)));
    assert_eq!(found.len(), expected.len(), "{place}");
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert!(found.to_bits() == expected.to_bits(), "{place}: score {i}: {found:?} for {expected:?}");
    }
    // One row alone goes another way through the trees than a block does.
    let alone = rows.chunks(model.signature().inputs.len()).flat_map(|row| predict(model, method, row));
    assert!(alone.zip(&found).all(|(a, b)| a.to_bits() == b.to_bits()), "{place}");
    let is_label = !model.signature().classes.is_empty();
    let answers = [(Method::Predict, "predict.npy", is_label), (Method::PredictProba, "proba.npy", false)];
    assert_eq!(model.signature().output(Method::PredictProba).is_ok(), case.join("proba.npy").exists(), "{place}");
    for (method, file, is_exact) in answers {
        if !case.join(file).exists() {
            continue;
        }
        let (found, expected) = (predict(model, method, &rows), numbers(&case.join(file)));
        assert_eq!(found.len(), expected.len(), "{place}");
        for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let agrees = if is_exact { found == expected } else { is_near(*expected, *found, tolerance) };
            assert!(agrees, "{place}: {file} {i}: {found:?} for {expected:?}");
        }
    }
}

/// Asserts that a file is refused with all that its refused.txt names.
fn assert_is_refused(case: &Path, file: &str) {
    let Err(error) = import(&fs::read(case.join(file)).expect("a file"), &Options::default()) else {
        panic!("{} is not refused", case.display())
    };
    assert_eq!(error.kind(), Kind::Unsupported, "{error}");
    let expected = fs::read_to_string(case.join("refused.txt")).expect("a text");
    assert!(error.to_string().contains(&expected), "{}: {error}", case.display());
}

#[test]
fn files_of_nothing_known_are_named() {
    let cases = [
        (&b"binf"[..], "XGBoost's old binary format"),
        (b"CBM1", "CatBoost's binary format"),
        (b"{\"a\": 1}", "an object of other parts"),
        (b"", "no bytes"),
        (b"solver L2R_LR", "other bytes"),
    ];
    for (bytes, found) in cases {
        let error = import(bytes, &Options::default()).expect_err("a refusal");
        assert_eq!((error.kind(), error.found()), (Kind::Unsupported, found));
    }
}
