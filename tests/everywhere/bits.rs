//! The table of bits (`tests/fixtures/bits`): the files still load, are written alike, and the outputs are the
//! same bits.
//!
//! scikit-learn's linear ones are made by `tests/native/parity.rs`. The others are what `edgelet import` made of cases of
//! `tests/fixtures/import/make_*.py`, with the bits that they predicted on an x86-64 host: `lightgbm_categories` of
//! `categories_binary`, and each `sklearn_…` and `xgboost_…` of the case of that name. `dates` is what pandas makes of some
//! times (`tests/native/train/dates.rs`).
//!
//! Read with `include_bytes!`, since a wasm test has no files. The table is JSON with flat lists of numbers, simple
//! enough to be read here without a JSON library that a wasm test could not have.

use edgelet::format;
use edgelet::model::{Labels, Method};
use edgelet::predict::Predictor;

macro_rules! cases {
    ($($name:ident),*) => {
        $(#[test]
        fn $name() {
            reproduce(
                include_bytes!(concat!("../fixtures/bits/", stringify!($name), ".edgelet")),
                include_str!(concat!("../fixtures/bits/", stringify!($name), ".json")),
            );
        })*
    };
}

cases!(
    diabetes_linear,
    diabetes_ridge,
    diabetes_lasso,
    wine_elastic_net,
    breast_cancer_logistic,
    iris_logistic,
    digits_logistic,
    mixed,
    lightgbm_categories,
    sklearn_svc_probability_three,
    sklearn_process_matern_five,
    sklearn_stacking_two,
    sklearn_knn_distance,
    sklearn_impute_nearest_distance,
    sklearn_splines_linear,
    sklearn_isolation,
    sklearn_voting_soft,
    sklearn_network_tanh,
    sklearn_bayes_gaussian,
    xgboost_dart_softprob,
    sklearn_text_union_hashed,
    dates
);

fn reproduce(file: &[u8], table: &str) {
    let model = format::decode(file).expect("a file of format version 1");
    assert!(format::encode(&model).expect("bytes") == file, "the file is written as it was read");
    let mut predictor = Predictor::new(&model);
    let rows = numbers(table, "rows");
    model.signature().check_rows(&rows).expect("rows that the model accepts");
    // Texts stand in the table for JavaScript; they are the model's own.
    predictor.texts().clone_from(&model.tests().texts);
    for output in &model.signature().outputs {
        let expected = numbers(table, output.method.name());
        let mut found = vec![0.0; expected.len()];
        predictor.predict(output.method, &rows, &mut found);
        if let (Method::Predict, [Labels::Integers(labels)]) = (output.method, &model.signature().classes[..]) {
            found.iter_mut().for_each(|index| *index = labels[*index as usize] as f64);
        }
        assert!(!found.is_empty());
        let bits = |numbers: &[f64]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&found), bits(&expected), "{}", output.method.name());
    }
}

/// The list of numbers under a key.
pub fn numbers(table: &str, key: &str) -> Vec<f64> {
    let start = format!("\"{key}\":[");
    let list = &table[table.find(&start).expect("the key") + start.len()..];
    let list = &list[..list.find(']').expect("the list's end")];
    list.split(',').map(|number| if number == "null" { f64::NAN } else { number.parse().expect("a number") }).collect()
}
