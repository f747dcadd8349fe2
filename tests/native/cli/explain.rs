//! `edgelet explain`, and what makes models for it.

use super::{Folder, models};
use edgelet::model::Labels;
use serde_json::Value;

const PEOPLE: &[u8] = include_bytes!("../../fixtures/explain/pipeline_classes.edgelet");
const ROWS: &[u8] = b"plan,age,city,income\npro,31,Oslo,20\nbasic,52,Rome,7.5\n";

fn folder() -> Folder {
    Folder::with([
        ("people.edgelet", PEOPLE),
        ("plain.edgelet", &models::codes(Labels::Integers(vec![-1, 0, 7]))),
        ("rows.csv", ROWS),
    ])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_column_for_each_feature_adds_up_with_the_base_to_the_score() {
    let folder = folder();
    let explain = ["explain", "people.edgelet", "rows.csv"];
    let csv = folder.run(&explain).succeeds();
    assert_eq!(csv.lines().next(), Some("class,age,income,plan,city,base"));
    let predicted = folder.run(&["predict", "people.edgelet", "rows.csv"]).succeeds();
    let scores =
        folder.run(&["predict", "people.edgelet", "rows.csv", "--method", "decision_function", "--json"]).succeeds();
    let answers = lines(&folder.run(&[&explain[..], &["--json"]].concat()).succeeds());
    for (i, ((row, label), scores)) in
        csv.lines().skip(1).zip(predicted.lines().skip(1)).zip(lines(&scores)).enumerate()
    {
        let (class, numbers) = row.split_once(',').expect("a class and numbers");
        assert_eq!(class, label);
        let numbers: Vec<f64> = numbers.split(',').map(|number| number.parse().expect("a number")).collect();
        let score = scores[class].as_f64().expect("a score");
        assert!((numbers.iter().sum::<f64>() - score).abs() < 1e-12, "{row}: {score}");
        assert_eq!(
            (answers[i]["margin"].as_f64(), answers[i]["base"].as_f64()),
            (Some(score), numbers.last().copied())
        );
        assert_eq!(answers[i]["values"]["plan"].as_f64(), Some(numbers[2]));
    }
    let low = folder.run(&[&explain[..], &["--class", "low", "-o", "low.csv"]].concat()).succeeds();
    assert_eq!(low, "");
    let low = std::fs::read_to_string(folder.path("low.csv")).expect("what was written");
    assert!(low.lines().skip(1).all(|row| row.starts_with("low,")), "{low}");
}

#[test]
fn what_cannot_be_explained_is_refused_with_the_next_step() {
    let folder = folder();
    let message = folder.run(&["explain", "plain.edgelet", "rows.csv"]).fails(1, "unsupported");
    assert!(message.contains("edgelet import … --explain --background ROWS"), "{message}");
    let message = folder.run(&["explain", "people.edgelet", "rows.csv", "--class", "lo"]).fails(2, "bad_option");
    assert_eq!(message, "--class: expected one of high, low, middle, found lo");
    let message = folder.run(&["import", "people.joblib", "--background", "rows.csv"]).refuses_its_arguments();
    assert!(message.contains("--explain"), "{message}");
}

#[test]
fn trained_models_start_from_the_means_of_their_rows() {
    let rows = (0..40).map(|i| format!("{i},{},{}\n", i % 3, 2 * i + 5 * (i % 3)));
    let rows = "x,z,y\n".to_owned() + &rows.collect::<String>();
    let folder = Folder::with([("rows.csv", rows.as_bytes())]);
    let train = ["train", "rows.csv", "--target", "y", "--model", "linear", "--quiet"];
    folder.run(&[&train[..], &["-o", "plain.edgelet"]].concat()).succeeds();
    folder.run(&[&train[..], &["--explain", "-o", "y.edgelet"]].concat()).succeeds();
    let said = folder.run(&["inspect", "y.edgelet"]).succeeds();
    assert!(said.contains("explains: "), "{said}");
    assert!(!folder.run(&["inspect", "plain.edgelet"]).succeeds().contains("explains: "));
    let answers = lines(&folder.run(&["explain", "y.edgelet", "rows.csv", "--json", "--quiet"]).succeeds());
    let near = |value: &Value, expected: f64| (value.as_f64().expect("a number") - expected).abs() < 1e-9;
    // The mean of x is 19.5, of z 0.975.
    for (i, answer) in (0..40).zip(&answers) {
        let values = &answer["values"];
        assert!(near(&values["x"], 2.0 * (f64::from(i) - 19.5)), "{answer}");
        assert!(near(&values["z"], 5.0 * (f64::from(i % 3) - 0.975)), "{answer}");
        assert!(answer["class"].is_null() && near(&answer["base"], 2.0 * 19.5 + 5.0 * 0.975), "{answer}");
    }
}
