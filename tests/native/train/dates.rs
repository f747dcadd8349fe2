//! Columns of dates: what is taken for one, that its parts are pandas', what is learned from them, and what is refused.

use super::{assert_proves_itself, fit, integers, nodes, only_fit, predict, table, texts};
use edgelet::error::Kind;
use edgelet::format;
use edgelet::kernel::date::text;
use edgelet::model::{
    DatePart, DateParts, Graph, Input, InputKind, Method, Missing, Model, Node, Operator, Output, Parts, Provenance,
    Signature, TestRows,
};
use edgelet::native::data::{self, Table, Values};
use edgelet::native::train::{self, Estimator, Options, Roles, Unsupervised, unsupervised};
use edgelet::predict::{Explainer, Predictor};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

/// How many times are in the table of bits.
const IN_TABLE: usize = 64;

/// Every three hours and seven minutes from the end of 2023 on, some missing.
fn moments(count: usize) -> Vec<Option<String>> {
    let moment = |i: usize| 1_703_980_800_000.0 + i as f64 * 187.0 * 60_000.0;
    (0..count).map(|i| (i % 50 != 49).then(|| text::written(moment(i)).expect("a text"))).collect()
}

/// Rides: many on workday mornings, few at night, more of them as time passes; and a price that says nothing.
fn rides(count: usize) -> Table {
    let when = moments(count);
    let riders = |moment: &Option<String>| {
        let date = text::read(moment.as_deref().unwrap_or("2024-01-01")).expect("a date");
        let [weekday, hour, elapsed] = [DatePart::Weekday, DatePart::Hour, DatePart::Elapsed].map(|part| part.of(date));
        let workday = if weekday < 5.0 { 40.0 } else { 0.0 };
        (elapsed - 19_722.0) / 10.0 + workday + if (7.0..10.0).contains(&hour) { 30.0 } else { 0.0 }
    };
    let riders = when.iter().map(riders).collect();
    table([
        ("price", integers((0..count).map(|i| (i * 7919 % 31) as i64))),
        ("when", Values::Texts(when)),
        ("riders", Values::Numbers(riders)),
    ])
}

fn of(estimator: Estimator) -> Options {
    Options { estimator: Some(estimator), ..Options::new("riders") }
}

#[test]
fn texts_that_are_dates_are_learned_from_by_the_parts_that_vary() {
    let fitted = fit(&rides(600), &of(Estimator::Ridge));
    let inputs = &fitted.model.signature().inputs;
    assert_eq!((&inputs[1].kind, inputs[1].missing), (&InputKind::Date, Missing::Accepted));
    let expected = [
        ("dates", "DateParts"),
        ("columns", "Select"),
        ("columns", "Concat"),
        ("fill_numbers", "Impute"),
        ("standardize", "Scale"),
        ("linear", "Linear"),
    ];
    assert_eq!(nodes(&fitted.model), expected.map(|(name, operator)| (name.to_owned(), operator)));
    let names: Vec<&str> = fitted.report.coefficients[0].weights.iter().map(|(name, _)| &name[..]).collect();
    let parts = ["elapsed", "year", "month", "day", "day_of_week", "day_of_year", "hour", "minute"];
    for name in parts.map(|part| format!("when:{part}")).iter().map(String::as_str).chain(["price"]) {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let [note] = &fitted.report.notes[..] else { panic!("{:?}", fitted.report.notes) };
    for says in ["\"when\" is taken as dates, in UTC: 2023-12-31 to 2024-03-", "--drop", "--categorical \"when\""] {
        assert!(note.contains(says), "{says:?} is not in {note:?}");
    }
    assert_proves_itself(&fitted.model);
    let file = format::encode(&fitted.model).expect("a file");
    assert_eq!(format::decode(&file).expect("the model"), fitted.model);
}

#[test]
fn days_alone_have_no_hours_and_equal_days_only_their_trend() {
    let parts = |when: Values| {
        let rows = table([("when", when), ("riders", Values::Numbers((0..40).map(|i| f64::from(i % 7)).collect()))]);
        let model = fit(&rows, &Options { folds: 0, test_size: 0.0, ..of(Estimator::Tree) }).model;
        let node = &model.graph().nodes[0];
        let Operator::DateParts(DateParts { parts }) = &*node.operator else { panic!("{node:?}") };
        assert!(parts.iter().all(|&(column, _)| column == 0));
        parts.iter().map(|&(_, part)| part).collect::<Vec<_>>()
    };
    let days = |step: i64| Values::Dates((0..40).map(|i| (i * step * 86_400_000) as f64).collect());
    use DatePart::{Day, DayOfYear, Elapsed, Month, Weekday, Year};
    assert_eq!(parts(days(1)), [Elapsed, Month, Day, Weekday, DayOfYear]);
    assert_eq!(parts(days(7)), [Elapsed, Month, Day, DayOfYear]);
    assert_eq!(parts(days(0)), [Elapsed]);
    assert_eq!(parts(days(146_097)), [Elapsed, Year]);
}

#[test]
fn what_depends_on_weekday_hour_and_trend_is_predicted_for_rows_held_out() {
    let table = rides(2000);
    for estimator in [Estimator::Boosting, Estimator::RandomForest] {
        let fitted = fit(&table, &Options { folds: 0, looks: true, ..of(estimator) });
        let r2 = fitted.report.metrics.iter().find(|scores| scores.name == "r2").and_then(|scores| scores.test);
        assert!(r2.is_some_and(|r2| r2 > 0.97), "{estimator:?}: {r2:?}");
        assert_proves_itself(&fitted.model);
        let insight = fitted.insight.expect("an insight");
        assert_eq!(insight.importance[0].column, "when");
        assert!(insight.dependence.iter().all(|dependence| dependence.column != "when"));
    }
    // What is left out of the date is nothing that a straight line could know.
    let ridge = fit(&table, &Options { folds: 0, ..of(Estimator::Ridge) });
    let r2 = ridge.report.metrics.iter().find(|scores| scores.name == "r2").and_then(|scores| scores.test);
    assert!(r2.is_some_and(|r2| (0.5..0.97).contains(&r2)), "{r2:?}");
    let fitted = fit(&table, &Options { folds: 2, ..Options::new("riders") });
    assert!(fitted.report.leaderboard.len() > 3);
    assert_proves_itself(&fitted.model);
}

#[test]
fn every_family_takes_dates() {
    let table = rides(200);
    for &estimator in Estimator::ALL.iter().filter(|estimator| estimator.does(train::Task::Regression)) {
        let set = match estimator {
            Estimator::Network => vec![("max_iter".to_owned(), "5".to_owned())],
            _ => Vec::new(),
        };
        assert_proves_itself(&fit(&table, &Options { folds: 0, set, ..of(estimator) }).model);
    }
    let groups = Options { drop: vec!["riders".into()], ..Options::without_target() };
    let groups = unsupervised::fit(&table, Unsupervised::KMeans, &groups, &()).expect("groups");
    assert_eq!(groups.model.signature().inputs[1].kind, InputKind::Date);
    assert_proves_itself(&groups.model);
}

#[test]
fn a_model_explains_dates_as_one_feature() {
    let fitted = fit(&rides(400), &Options { folds: 0, ..of(Estimator::Boosting) });
    let mut explainer = Explainer::new(&fitted.model, &fitted.background).expect("trees");
    let mut predictor = Predictor::new(&fitted.model);
    predictor.scratch()[..2].copy_from_slice(&[3.0, text::read("2024-02-06T08:15").expect("a date")]);
    let explained = explainer.run(&mut predictor, None);
    let values = explainer.values();
    assert!((explained.base + values.iter().sum::<f64>() - explained.margin).abs() < 1e-9, "{explained:?} {values:?}");
    assert!(values.len() == 2 && values[1] > 10.0 && values[1] > 10.0 * values[0].abs(), "{values:?}");
}

/// Texts before and after a date keep their places.
#[test]
fn dates_and_texts_go_together() {
    let count = 120;
    let says = |i: usize| ["great", "awful"][i * 7 % 11 % 2];
    let review = |i: usize| Some(format!("a {} thing, number{} of {}", says(i), i * 31 % 17, i * 101 % 3001));
    let rows = table([
        ("when", Values::Texts(moments(count))),
        ("review", Values::Texts((0..count).map(review).collect())),
        ("shop", texts((0..count).map(|i| ["north", "south"][i % 2]))),
        ("riders", Values::Numbers((0..count).map(|i| if says(i) == "great" { 5.0 } else { 1.0 }).collect())),
    ]);
    for estimator in [Estimator::Ridge, Estimator::Boosting] {
        let fitted = fit(&rows, &Options { folds: 0, ..of(estimator) });
        let r2 = fitted.report.metrics.iter().find(|scores| scores.name == "r2").and_then(|scores| scores.train);
        assert!(r2.is_some_and(|r2| r2 > 0.9), "{estimator:?} {r2:?}");
        assert_proves_itself(&fitted.model);
    }
}

#[test]
fn what_is_said_of_columns_is_heeded_or_refused_with_the_next_step() {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let days: Vec<String> = (0..60).map(|i| format!("2024-01-{:02}", i % 20 + 1)).collect();
    let rows = table([
        ("day", texts(days.iter().map(String::as_str))),
        ("year", integers((0..60).map(|i| 2000 + i % 9))),
        ("loose", texts((0..60).map(|i| if i == 7 { "2024-02-30" } else { "2024-02-28" }))),
        ("riders", Values::Numbers((0..60).map(|i| f64::from(i * 7 % 11)).collect())),
    ]);
    let kinds = |options: &Options| {
        let fitted = fit(&rows, options);
        fitted.model.signature().inputs.iter().map(|input| format!("{:?}", input.kind)).collect::<Vec<_>>()
    };
    let ridge = Options { estimator: Some(Estimator::Ridge), ..only_fit("riders") };
    let [day, year, loose] = &kinds(&ridge)[..] else { panic!("three inputs") };
    assert_eq!((&day[..], &year[..]), ("Date", "Numeric"));
    assert!(loose.starts_with("Categorical"), "{loose}");
    let categories = kinds(&Options { categories: named(&["day"]), ..ridge.clone() });
    assert!(categories[0].starts_with("Categorical"), "{categories:?}");
    assert_eq!(kinds(&Options { texts: named(&["day"]), ..ridge.clone() })[0], "Text");
    // Numbers are milliseconds where one says that they are dates, and the report says when that is.
    let said = Options { dates: named(&["year"]), ..ridge.clone() };
    assert_eq!(kinds(&said)[1], "Date");
    let notes = fit(&rows, &said).report.notes;
    let says = "column \"year\" are milliseconds since 1970: 1970-01-01T00:00:02Z to 1970-01-01T00:00:02.008Z";
    assert!(notes.iter().any(|note| note.contains(says)), "{notes:?}");
    let cases = [
        (Options { dates: named(&["loose"]), ..ridge.clone() }, Kind::BadRows, "row 7: column \"loose\""),
        (Options { dates: named(&["riders"]), ..ridge.clone() }, Kind::BadOption, "--date"),
        (Options { dates: named(&["dayy"]), ..ridge.clone() }, Kind::BadTarget, "Did you mean \"day\"?"),
        (
            Options { dates: named(&["day"]), categories: named(&["day"]), ..ridge.clone() },
            Kind::BadOption,
            "named by one option",
        ),
    ];
    for (options, kind, says) in cases {
        let error = train::fit(&rows, &options, &()).expect_err(says);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(says), "{says:?} is not in {error}");
    }
    let dates = Values::Dates(vec![0.0; 60]);
    let rows = table([("x", integers(0..60)), ("until", dates)]);
    let error = train::fit(&rows, &only_fit("until"), &()).expect_err("a target of dates");
    assert!(error.kind() == Kind::BadTarget && error.to_string().contains("as a number"), "{error}");
}

/// The letters of these dates are in another order than the dates.
#[test]
fn time_is_ordered_by_dates_however_they_are_written() {
    let moment = |i: usize| match i % 2 {
        0 => format!("2024-01-{:02} 12:00", i / 2 + 1),
        _ => format!("2024-01-{:02}T23:30-05:00", i / 2 + 1),
    };
    let count = 40;
    let place = |i: usize| i * 17 % count;
    let rows = table([
        ("x", integers((0..count).map(|i| place(i) as i64))),
        ("at", Values::Texts((0..count).map(|i| Some(moment(place(i)))).collect())),
        ("y", Values::Numbers((0..count).map(|i| if place(i) < 32 { 1.0 } else { 2.0 }).collect())),
    ]);
    let roles = Roles { time: Some("at".into()), ..Roles::default() };
    let fitted = fit(&rows, &Options { estimator: Some(Estimator::Linear), roles, folds: 0, ..Options::new("y") });
    // The last fifth is held out, and only it is 2.
    let mse = fitted.report.metrics.iter().find(|scores| scores.name == "mse").expect("a measure");
    assert_eq!(mse.test, Some(1.0));
}

/// 4000 times of eight centuries, the first and last days of years among them, as pandas takes them apart. The first of
/// them are the case `dates` of the table of bits, which `EDGELET_BLESS=1` writes anew.
#[test]
fn parts_are_pandas() {
    let script = r#"
import json, numpy as np, pandas as pd
low, high = (int(np.datetime64(year, "ms").astype("int64")) for year in ("1600", "2400"))
times = np.random.default_rng(0).integers(low, high, 4000)
days = pd.Series([np.datetime64(f"{year}-{day}", "ms") for year in range(1600, 2400)
                  for day in ("01-01", "02-28", "03-01", "12-31")]).astype("int64").to_numpy()
leap = pd.Series([np.datetime64(f"{year}-02-29T23:59:59.999", "ms") for year in range(1600, 2400, 4)
                  if year % 100 or year % 400 == 0]).astype("int64").to_numpy()
times = np.concatenate([times, days, days - 1, leap])
dates = pd.Series(times.astype("datetime64[ms]"))
parts = [getattr(dates.dt, name) for name in ("year", "month", "day", "day_of_week", "day_of_year", "hour", "minute")]
elapsed = times / 86_400_000
print(json.dumps({"times": times.tolist(), "parts": np.column_stack([elapsed, *parts]).tolist()}))
"#;
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python");
    assert!(python.exists(), "{} is missing: run `cargo xtask setup`", python.display());
    let run = Command::new(python).arg("-c").arg(script).output().expect("Python");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let told: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let numbers = |value: &Value| {
        value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect::<Vec<_>>()
    };
    let times = numbers(&told["times"]);
    let expected: Vec<f64> = told["parts"].as_array().expect("rows").iter().flat_map(numbers).collect();
    assert!(times.len() > 10_000);
    let model = taken_apart();
    assert_eq!(predict(&model, Method::Transform, &times), expected);
    let bits = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/bits");
    let file = format::encode(&model).expect("a file");
    let outputs = json!({ "transform": expected[..IN_TABLE * DatePart::ALL.len()] });
    let table = format!("{}\n", json!({ "outputs": outputs, "rows": times[..IN_TABLE] }));
    if env::var_os("EDGELET_BLESS").is_some() {
        fs::write(bits.join("dates.edgelet"), &file).expect("a written model");
        fs::write(bits.join("dates.json"), &table).expect("a written table");
    }
    assert_eq!(fs::read(bits.join("dates.edgelet")).expect("the model of the table"), file);
    assert_eq!(fs::read_to_string(bits.join("dates.json")).expect("the table"), table);
}

/// A model that gives all parts of a date.
fn taken_apart() -> Model {
    let operator = DateParts { parts: DatePart::ALL.map(|part| (0, part)).to_vec() };
    let node = Node { name: "dates".into(), operator: Arc::new(operator.into()), inputs: vec![0] };
    let signature = Signature {
        inputs: vec![Input { name: "when".into(), kind: InputKind::Date, missing: Missing::Refused }],
        targets: Vec::new(),
        classes: Vec::new(),
        outputs: vec![Output { method: Method::Transform, value: 1 }],
    };
    let (provenance, tests) = (Provenance::default(), TestRows::default());
    Model::new(Parts { signature, graph: Graph { nodes: vec![node] }, provenance, tests }).expect("a model")
}

#[test]
fn the_table_of_texts_is_read_as_it_says_and_rows_are_refused_as_it_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/dates/texts.json");
    let cases: Value = serde_json::from_slice(&fs::read(path).expect("the table")).expect("JSON");
    let dates = cases["dates"].as_array().expect("dates");
    assert!(dates.len() >= 30);
    for case in dates {
        assert_eq!(text::read(case[0].as_str().expect("a text")), case[1].as_f64(), "{case}");
    }
    let refused = cases["refused"].as_array().expect("texts");
    assert!(refused.len() >= 50);
    let model = taken_apart();
    let encoded = |values: Values| data::encode(&table([("when", values)]), model.signature());
    for case in refused {
        let case = case.as_str().expect("a text");
        assert_eq!(text::read(case), None, "{case:?}");
        let error = encoded(Values::Texts(vec![Some("2026-11-27".into()), Some(case.into())])).expect_err(case);
        assert_eq!((error.kind(), error.at()), (Kind::WrongType, "row 1: when"), "{error}");
    }
    // Milliseconds, but no fractions of them, and none that JavaScript has no date for.
    let most = 8_640_000_000_000_000;
    assert_eq!(encoded(integers([most, -most])).expect("dates").rows, [8.64e15, -8.64e15]);
    let wrong = [
        Values::Numbers(vec![0.5]),
        Values::Numbers(vec![f64::INFINITY]),
        integers([most + 1]),
        Values::Booleans(vec![Some(true)]),
    ];
    for wrong in wrong {
        assert_eq!(encoded(wrong).map_err(|error| error.kind()), Err(Kind::WrongType));
    }
    assert_eq!(encoded(Values::Dates(vec![f64::NAN])).map_err(|error| error.kind()), Err(Kind::MissingValue));
    for wrong in [0.5, 8.64e15 + 2.0, f64::INFINITY] {
        assert_eq!(model.signature().check_rows(&[wrong]).map_err(|error| error.kind()), Err(Kind::WrongType));
    }
}
