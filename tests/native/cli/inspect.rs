//! `edgelet inspect`.

use super::{Folder, models};
use edgelet::model::Labels;
use serde_json::{Value, json};

fn folder() -> Folder {
    Folder::with([
        ("codes.edgelet", &models::codes(Labels::Integers(vec![-1, 0, 7]))),
        ("texts.edgelet", &models::codes(models::texts())),
        ("page.edgelet", b"<!doctype html>"),
    ])
}

const SHOWN: &str = "\
codes.edgelet
scikit-learn 1.9.1 · LogisticRegression, 1000 rows

inputs (2)
  age   number
  code  one of 01, True, 1,5

steps
  1  number         Select    → 1     of 0; columns [0]
  2  category       Select    → 1     of 0; columns [1]
  3  one-hot        OneHot    → 3     of 2; categories [3]
  4  features       Concat    → 4     of 1, 3
  5  scores         Linear    → 3     of 4; coefficients [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0], \
intercepts [0.0, 0.0, 0.0]
  6  probabilities  Softmax   → 3     of 5
  7  decide         ArgMax    → 1     of 5

outputs
  predict            prediction
  predict_proba      -1, 0, 7
  decision_function  -1, 0, 7

metrics
  cv     accuracy   0.875000

test rows: 0
";

#[test]
fn shows_what_a_model_takes_does_and_gives() {
    assert_eq!(folder().run(&["inspect", "codes.edgelet"]).succeeds(), SHOWN);
}

#[test]
fn json_holds_what_the_text_shows() {
    let shown = folder().run(&["inspect", "codes.edgelet", "--json"]).succeeds();
    let found: Value = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(found["model"], "codes.edgelet");
    let age = json!({ "name": "age", "type": "numeric", "categories": null, "missing": false, "unknown": false });
    let code = json!({
        "name": "code", "type": "categorical", "categories": ["01", "True", "1,5"], "missing": false, "unknown": false,
    });
    assert_eq!(found["inputs"], json!([age, code]));
    assert_eq!((&found["targets"], &found["classes"]), (&json!(["outcome"]), &json!([-1, 0, 7])));
    assert_eq!(
        found["outputs"],
        json!([
            { "method": "predict", "width": 1, "columns": ["prediction"] },
            { "method": "predict_proba", "width": 3, "columns": ["-1", "0", "7"] },
            { "method": "decision_function", "width": 3, "columns": ["-1", "0", "7"] },
        ])
    );
    let steps = found["steps"].as_array().expect("steps");
    let lines: Vec<&str> = SHOWN.lines().filter(|line| line.contains('→')).collect();
    assert_eq!(steps.len(), lines.len());
    for (step, line) in steps.iter().zip(lines) {
        for part in ["name", "operator", "detail"] {
            assert!(line.contains(step[part].as_str().expect("a text")), "{step}: {line}");
        }
        assert!(line.contains(&format!("→ {}", step["width"])), "{step}: {line}");
    }
    assert_eq!(
        found["provenance"],
        json!({
            "framework": "scikit-learn",
            "version": "1.9.1",
            "estimator": "LogisticRegression",
            "trained_at": 1_780_000_000,
            "rows": 1000,
            "metrics": [{ "name": "accuracy", "split": "cv", "value": 0.875 }],
        })
    );
    assert_eq!(found["test_rows"], 0);
}

#[test]
fn a_strangers_names_do_not_steer_the_terminal() {
    let shown = folder().run(&["inspect", "texts.edgelet"]).succeeds();
    assert!(shown.contains("naïve, ☂, 007, \\u{1b}[31mred") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = folder();
    assert!(folder.run(&["inspect", "page.edgelet"]).fails(1, "not_a_model").starts_with("page.edgelet: "));
    folder.run(&["inspect", "none.edgelet"]).fails(1, "io");
    folder.run(&["inspect", "ftp://example.com/a.edgelet"]).fails(2, "bad_option");
    folder.run(&["inspect"]).refuses_its_arguments();
}
