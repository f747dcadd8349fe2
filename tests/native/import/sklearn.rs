//! scikit-learn's own files against scikit-learn's own predictions: every estimator, transformer and way to save.

use super::{Cases, assert_is_refused, numbers, predict, predict_with};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use edgelet::error::{Error, Kind, Result};
use edgelet::format;
use edgelet::import::{Options, import};
use edgelet::kernel::text::TextList;
use edgelet::model::{InputKind, Label, Labels, Method, Model, is_near};
use edgelet::native::data;
use flate2::read::ZlibDecoder;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// All cases, made once.
static SKLEARN: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_sklearn.py"));

/// Those that take texts.
static TEXTS: LazyLock<Cases> = LazyLock::new(|| Cases::made_by("make_sklearn_texts.py"));

fn file(case: &Path) -> Vec<u8> {
    let joblib = case.join("model.joblib");
    fs::read(if joblib.exists() { joblib } else { case.join("model.pkl") }).expect("a file")
}

/// The case's rows as the model takes them, with their texts: NDJSON, where infinite numbers are texts.
fn rows(case: &Path, model: &Model) -> Result<(Vec<f64>, TextList)> {
    let path = case.join("rows.ndjson");
    let text = fs::read_to_string(&path).expect("rows");
    if !text.contains("inf\"") {
        let takes_texts = |name: &str| data::takes_texts(model.signature(), name);
        let table = data::read_with_texts(&path.display().to_string(), None, &takes_texts).expect("rows");
        return data::encode(&table, model.signature()).map(|encoded| (encoded.rows, encoded.texts));
    }
    let number = |value: &Value| match value.as_str() {
        Some(text) => text.parse().expect("an infinite number"),
        None => value.as_f64().unwrap_or(f64::NAN),
    };
    let parse = |line: &str| -> Value { serde_json::from_str(line).expect("JSON") };
    let row = |line| -> Vec<f64> {
        let names = model.signature().inputs.iter();
        let object = parse(line);
        names.map(|input| number(&object[&input.name])).collect()
    };
    Ok((text.lines().flat_map(row).collect(), TextList::default()))
}

/// What differs between a model and a case, if anything does.
fn difference(case: &Path) -> Option<String> {
    let encoded = || {
        let model = format::decode(&format::encode(&import(&file(case), &Options::default())?)?)?;
        let (rows, texts) = rows(case, &model)?;
        model.signature().check_rows(&rows)?;
        Ok::<_, Error>((model, rows, texts))
    };
    let (model, rows, texts) = match encoded() {
        Ok(encoded) => encoded,
        Err(error) => return Some(error.to_string()),
    };
    let tolerance: f64 =
        fs::read_to_string(case.join("tolerance.txt")).expect("a tolerance").parse().expect("a number");
    let labels = case.join("labels.json");
    if labels.exists() {
        let expected: Vec<Value> = serde_json::from_str(&fs::read_to_string(&labels).expect("labels")).expect("JSON");
        let found = predict_with(&model, Method::Predict, &rows, &texts);
        let targets = model.signature().classes.len();
        if found.len() != expected.len() || targets == 0 {
            return Some(format!("{} labels of {targets} targets for {}", found.len(), expected.len()));
        }
        for (i, (expected, found)) in expected.iter().zip(&found).enumerate() {
            let label = data::json(data::answer(model.signature(), Method::Predict, i % targets, *found));
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
            return Some(format!("no {}", method.name()));
        }
        let (found, expected) = (labelled(&model, method, &rows, &texts), numbers(&path));
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
    let cases = SKLEARN.with("rows.ndjson");
    assert!(cases.len() > 260, "{}", cases.len());
    assert_none_differs(&cases);
}

#[test]
fn texts_are_counted_as_scikit_learn_counts_them() {
    let cases = TEXTS.with("rows.ndjson");
    assert!(cases.len() > 30, "{}", cases.len());
    assert_none_differs(&cases);
    TEXTS.with("refused.txt").iter().for_each(|case| assert_is_refused(case, "model.pkl"));
}

fn assert_none_differs(cases: &[PathBuf]) {
    let differences: Vec<String> = (cases.iter())
        .filter_map(|case| difference(case).map(|found| format!("{}: {found}", case.display())))
        .collect();
    assert!(differences.is_empty(), "{} of {}:\n{}", differences.len(), cases.len(), differences.join("\n"));
}

#[test]
fn what_cannot_be_reproduced_is_refused_by_its_path() {
    let refused = SKLEARN.with("refused.txt");
    assert!(refused.len() >= 4);
    refused.iter().for_each(|case| assert_is_refused(case, "model.pkl"));
}

#[test]
fn a_file_that_names_strangers_is_refused_before_it_is_read() {
    let error = import(b"\x80\x04cos\nsystem\n\x8c\x02ls\x85R.", &Options::default()).expect_err("a refusal");
    assert_eq!((error.kind(), error.found()), (Kind::Unsupported, "os.system"));
    let error = import(b"\x80\x04]\x94.", &Options::default()).expect_err("a refusal");
    assert_eq!(error.found(), "a list");
}

#[test]
fn an_estimator_many_times_over_ends_in_bounded_time() {
    let error = import(&file(&SKLEARN.case("many_times_over")), &Options::default()).expect_err("too many estimators");
    assert_eq!((error.kind(), error.found()), (Kind::LimitExceeded, "more"));
}

#[test]
fn sparse_matrices_keep_within_their_bounds() {
    let error = |name| import(&file(&SKLEARN.case(name)), &Options::default()).expect_err("an error");
    for name in ["sparse_claims", "sparse_claims_rows"] {
        let claims = error(name);
        assert_eq!((claims.kind(), claims.at()), (Kind::LimitExceeded, "logisticRegression.coef_"), "{name}");
    }
    for name in ["sparse_outside", "sparse_ends"] {
        let broken = error(name);
        assert_eq!((broken.kind(), broken.at()), (Kind::InvalidModel, "logisticRegression.coef_"), "{name}");
    }
}

#[test]
fn older_files_predict_as_their_version_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    for version in ["1.0.2", "1.1.3", "1.3.2"] {
        let text = fs::read_to_string(folder.join(format!("sklearn_{version}.json"))).expect("a fixture");
        let fixture: Value = serde_json::from_str(&text).expect("JSON");
        let cases = fixture["cases"].as_object().expect("cases");
        assert_eq!(cases.len(), 30);
        for (name, case) in cases {
            let bytes = BASE64_STANDARD.decode(case["model"].as_str().expect("a text")).expect("base64");
            let model = import(&bytes, &Options::default()).unwrap_or_else(|error| panic!("{version} {name}: {error}"));
            assert_eq!(model.provenance().version, version);
            let rows = flat(&case["rows"]);
            let texts = case["texts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            // A number that is a category is its place among those.
            let inputs = &model.signature().inputs;
            let encoded = |(i, &x): (usize, &f64)| match &inputs[i % inputs.len()].kind {
                InputKind::Categorical { categories, .. } if !x.is_nan() => {
                    categories.position(Label::Float(x)).map_or(-1.0, |place| place as f64)
                }
                _ => x,
            };
            let rows: Vec<f64> = rows.iter().enumerate().map(encoded).collect();
            for method in Method::ALL.into_iter().filter(|method| !case[method.name()].is_null()) {
                let (found, expected) = (labelled(&model, method, &rows, &texts), flat(&case[method.name()]));
                assert_eq!(found.len(), expected.len(), "{version} {name} {}", method.name());
                for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    assert!(
                        is_near(*expected, *found, 1e-9),
                        "{version} {name} {}[{i}]: {found} for {expected}",
                        method.name()
                    );
                }
            }
        }
    }
}

/// The numbers in nested lists, in order; null is NaN.
fn flat(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(flat).collect(),
        number => vec![number.as_f64().unwrap_or(f64::NAN)],
    }
}

/// What a model predicts, with labels that are whole numbers instead of their places.
fn labelled(model: &Model, method: Method, rows: &[f64], texts: &TextList) -> Vec<f64> {
    let mut found = predict_with(model, method, rows, texts);
    let targets = model.signature().classes.iter().enumerate();
    for (target, classes) in targets.filter(|_| method == Method::Predict) {
        if let Labels::Integers(labels) = classes {
            let column = found.iter_mut().skip(target).step_by(model.signature().classes.len());
            column.for_each(|index| *index = labels[*index as usize] as f64);
        }
    }
    found
}

/// How often each file is changed: 6,000 times found nothing more.
const CHANGES: usize = 200;

#[test]
fn changed_files_are_models_or_errors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import/sklearn_1.3.2.json");
    let fixture: Value = serde_json::from_str(&fs::read_to_string(path).expect("a fixture")).expect("JSON");
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        // Marsaglia's xorshift.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    for case in fixture["cases"].as_object().expect("cases").values() {
        let packed = BASE64_STANDARD.decode(case["model"].as_str().expect("a text")).expect("base64");
        let mut bytes = Vec::new();
        ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("a pickle");
        for _ in 0..CHANGES {
            let mut changed = bytes.clone();
            for _ in 0..=next(3) {
                let at = next(changed.len());
                changed[at] = match next(4) {
                    0 => changed[at].wrapping_add(1),
                    1 => 0,
                    2 => 0xff,
                    _ => next(256) as u8,
                };
            }
            if let Ok(model) = import(&changed, &Options::default()) {
                let width = model.signature().inputs.len();
                for output in &model.signature().outputs {
                    predict(&model, output.method, &vec![0.5; width]);
                }
            }
        }
    }
}
