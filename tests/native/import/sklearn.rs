//! scikit-learn's own files against scikit-learn's own predictions: every estimator, transformer and way to save.

use edgelet::error::{Error, Kind, Result};
use edgelet::format;
use edgelet::import::{Options, import};
use edgelet::model::{Labels, Method, Model, is_near};
use edgelet::native::data;
use edgelet::predict::Predictor;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;

/// The folder with all cases, made once.
static CASES: LazyLock<TempDir> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = TempDir::new().expect("a folder");
    let script = root.join("tests/fixtures/import/make_sklearn.py");
    let made = Command::new(root.join("target/venv/bin/python")).arg(script).arg(folder.path()).output();
    let Output { status, stderr, .. } = made.expect("`cargo xtask setup` has installed Python's packages");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    folder
});

fn cases(with: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(CASES.path()).expect("cases");
    let paths = entries.map(|entry| entry.expect("a case").path());
    let mut cases: Vec<_> = paths.filter(|case| case.join(with).exists()).collect();
    cases.sort();
    cases
}

fn file(case: &Path) -> Vec<u8> {
    let joblib = case.join("model.joblib");
    fs::read(if joblib.exists() { joblib } else { case.join("model.pkl") }).expect("a file")
}

/// An array's numbers, row by row.
fn numbers(path: &Path) -> Vec<f64> {
    let table = data::read(&path.display().to_string(), None).unwrap_or_else(|error| panic!("{error}"));
    let columns: Vec<_> = table.columns.iter().map(|column| column.values.numbers().expect("numbers")).collect();
    (0..table.rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect()
}

/// The case's rows as the model takes them: NDJSON, where infinite numbers are texts.
fn rows(case: &Path, model: &Model) -> Result<Vec<f64>> {
    let path = case.join("rows.ndjson");
    let text = fs::read_to_string(&path).expect("rows");
    if !text.contains("inf\"") {
        let takes_texts = |name: &str| data::takes_texts(model.signature(), name);
        let table = data::read_with_texts(&path.display().to_string(), None, &takes_texts).expect("rows");
        return data::encode(&table, model.signature()).map(|encoded| encoded.rows);
    }
    let number = |value: &serde_json::Value| match value.as_str() {
        Some(text) => text.parse().expect("an infinite number"),
        None => value.as_f64().unwrap_or(f64::NAN),
    };
    let parse = |line: &str| -> serde_json::Value { serde_json::from_str(line).expect("JSON") };
    let row = |line| -> Vec<f64> {
        let names = model.signature().inputs.iter();
        let object = parse(line);
        names.map(|input| number(&object[&input.name])).collect()
    };
    Ok(text.lines().flat_map(row).collect())
}

fn predict(model: &Model, method: Method, rows: &[f64]) -> Vec<f64> {
    let mut predictor = Predictor::new(model);
    let width = predictor.output_width(method).expect("a method of the model");
    let mut out = vec![0.0; rows.len() / predictor.input_width() * width];
    predictor.predict(method, rows, &mut out);
    out
}

/// What differs between a model and a case, if anything does.
fn difference(case: &Path) -> Option<String> {
    let encoded = || {
        let model = format::decode(&format::encode(&import(&file(case), &Options::default())?)?)?;
        let rows = rows(case, &model)?;
        model.signature().check_rows(&rows)?;
        Ok::<_, Error>((model, rows))
    };
    let (model, rows) = match encoded() {
        Ok(encoded) => encoded,
        Err(error) => return Some(error.to_string()),
    };
    let tolerance: f64 =
        fs::read_to_string(case.join("tolerance.txt")).expect("a tolerance").parse().expect("a number");
    let labels = case.join("labels.json");
    if labels.exists() {
        let expected: Vec<serde_json::Value> =
            serde_json::from_str(&fs::read_to_string(&labels).expect("labels")).expect("JSON");
        let found = predict(&model, Method::Predict, &rows);
        for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let label = data::json(data::answer(model.signature(), Method::Predict, *found));
            if label != *expected && label.as_f64() != expected.as_f64()
                || label.as_f64().is_some() != expected.as_f64().is_some()
            {
                return Some(format!("label {i}: {label} for {expected}"));
            }
        }
    }
    for method in Method::ALL {
        let path = case.join(format!("{}.npy", method.name()));
        let answers = model.signature().output(method).is_ok();
        if !path.exists() {
            if answers && !(method == Method::Predict && labels.exists()) {
                return Some(format!("{} is answered, but not by scikit-learn", method.name()));
            }
            continue;
        }
        if !answers {
            // Several targets have probabilities and scores that are no answer of one classifier.
            let is_of_one = model.signature().classes.is_some() || method == Method::Transform;
            if !is_of_one {
                continue;
            }
            return Some(format!("no {}", method.name()));
        }
        let (mut found, expected) = (predict(&model, method, &rows), numbers(&path));
        if let (Method::Predict, Some(Labels::Integers(labels))) = (method, &model.signature().classes) {
            found.iter_mut().for_each(|index| *index = labels[*index as usize] as f64);
        }
        if found.len() != expected.len() {
            return Some(format!("{}: {} numbers for {}", method.name(), found.len(), expected.len()));
        }
        let differs = |&i: &usize| !is_near(expected[i], found[i], tolerance);
        if let Some(i) = (0..found.len()).find(differs) {
            let count = (0..found.len()).filter(differs).count();
            let (name, found, expected) = (method.name(), found[i], expected[i]);
            return Some(format!("{name}[{i}]: {found} for {expected}, and {count} in all"));
        }
    }
    None
}

#[test]
fn scikit_learns_numbers_are_scikit_learns() {
    let cases = cases("rows.ndjson");
    assert!(cases.len() > 230, "{}", cases.len());
    let differences: Vec<String> = (cases.iter())
        .filter_map(|case| difference(case).map(|found| format!("{}: {found}", case.display())))
        .collect();
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_its_path() {
    let refused = cases("refused.txt");
    assert!(refused.len() >= 4);
    for case in refused {
        let error = import(&file(&case), &Options::default()).expect_err("a refusal");
        assert_eq!(error.kind(), Kind::Unsupported, "{error}");
        let expected = fs::read_to_string(case.join("refused.txt")).expect("a text");
        assert!(error.to_string().contains(&expected), "{}: {error}", case.display());
    }
}

#[test]
fn a_file_that_names_strangers_is_refused_before_it_is_read() {
    let error = import(b"\x80\x04cos\nsystem\n\x8c\x02ls\x85R.", &Options::default()).expect_err("a refusal");
    assert_eq!((error.kind(), error.found()), (Kind::Unsupported, "os.system"));
    let error = import(b"\x80\x04]\x94.", &Options::default()).expect_err("a refusal");
    assert_eq!(error.found(), "a list");
}
