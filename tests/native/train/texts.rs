//! Columns of texts: what is taken for one, what is learned from it, and what is refused.

use super::{assert_proves_itself, fit, integers, nodes, only_fit, table, texts};
use edgelet::error::Kind;
use edgelet::model::{Input, InputKind, Method, Missing};
use edgelet::native::data::{Table, Values};
use edgelet::native::train::{self, Estimator, Options, Roles, Unsupervised, unsupervised};
use edgelet::predict::{Explainer, Predictor};

/// 120 reviews of several words, no two the same, some missing; stars from 1 to 2 by what they say, and a shop.
fn reviews() -> Table {
    let says = |i: usize| ["great", "awful"][i * 7 % 11 % 2];
    let review = |i: usize| format!("a {} thing, number{} of {}", says(i), i * 31 % 17, i * 101 % 3001);
    let reviews = Values::Texts((0..120).map(|i| (i % 40 != 39).then(|| review(i))).collect());
    table([
        ("review", reviews),
        ("price", integers((0..120).map(|i| i * 13 % 29))),
        ("shop", texts((0..120).map(|i| ["north", "south"][i % 2]))),
        ("stars", texts((0..120).map(|i| if says(i) == "great" { "five" } else { "one" }))),
    ])
}

#[test]
fn prose_is_taken_as_text_and_said_so() {
    let fitted = fit(&reviews(), &Options { estimator: Some(Estimator::Logistic), ..Options::new("stars") });
    let kinds: Vec<_> = fitted.model.signature().inputs.iter().map(|input| input.kind.clone()).collect();
    assert_eq!((&kinds[0], &kinds[1]), (&InputKind::Text, &InputKind::Numeric));
    assert_eq!(fitted.model.signature().inputs[0].missing, Missing::Accepted);
    let expected = [
        ("numbers", "Select"),
        ("standardize", "Scale"),
        ("categories", "Select"),
        ("one_hot", "OneHot"),
        ("text", "Select"),
        ("terms", "Vectorize"),
        ("idf", "Rescale"),
        ("normalize", "Normalize"),
        ("features", "Concat"),
        ("logistic", "Linear"),
        ("decision", "Binarize"),
        ("probabilities", "Sigmoid"),
    ];
    assert_eq!(nodes(&fitted.model), expected.map(|(name, operator)| (name.to_owned(), operator)));
    let [note] = &fitted.report.notes[..] else { panic!("{:?}", fitted.report.notes) };
    for says in ["\"review\" is taken as text", "117 different texts", "--drop", "--categorical \"review\""] {
        assert!(note.contains(says), "{says:?} is not in {note:?}");
    }
    assert!(fitted.model.tests().texts.iter().any(|text| text.starts_with("a great thing, number")));
    assert_proves_itself(&fitted.model);
    assert!(fitted.report.coefficients[0].weights.iter().any(|(name, weight)| name == "review:awful" && *weight > 1.0));
    let accuracy = fitted.report.metrics.iter().find(|scores| scores.name == "accuracy").expect("a measure");
    assert!(accuracy.test.is_some_and(|share| share > 0.95), "{accuracy:?}");
    // A missing text is an empty one, whatever texts come with the rows.
    let mut predictor = Predictor::new(&fitted.model);
    let mut answers = [0.0; 4];
    predictor.texts().push("an awful thing");
    predictor.texts().push("");
    predictor.predict(Method::PredictProba, &[f64::NAN, 3.0, 1.0, 1.0, 3.0, 1.0], &mut answers);
    assert_eq!(answers[..2], answers[2..]);
}

#[test]
fn trees_and_the_automatic_choice_take_texts() {
    let set = vec![("min_samples_leaf".to_owned(), "5".to_owned()), ("max_iter".to_owned(), "20".to_owned())];
    let boosting =
        Options { estimator: Some(Estimator::Boosting), set, looks: true, folds: 2, ..Options::new("stars") };
    let fitted = fit(&reviews(), &boosting);
    assert_proves_itself(&fitted.model);
    let insight = fitted.insight.expect("an insight");
    assert_eq!(insight.importance[0].column, "review");
    assert!(insight.dependence.iter().all(|dependence| dependence.column != "review"));
    let mut explainer = Explainer::new(&fitted.model, &fitted.background).expect("trees");
    let mut predictor = Predictor::new(&fitted.model);
    predictor.texts().push("an awful thing");
    predictor.scratch()[..3].copy_from_slice(&[0.0, 3.0, 1.0]);
    let explained = explainer.run(&mut predictor, None);
    let values = explainer.values();
    assert!((explained.base + values.iter().sum::<f64>() - explained.margin).abs() < 1e-9, "{explained:?} {values:?}");
    assert!(values[0] > 1.0 && values[0] > 5.0 * values[1].abs(), "{values:?}");
    let fitted = fit(&reviews(), &Options { folds: 2, ..Options::new("stars") });
    assert!(fitted.report.leaderboard.iter().all(|standing| !standing.model.starts_with("naive-bayes")));
    assert_proves_itself(&fitted.model);
}

/// Each word is in one text of each group: a fold that knew of the rows it is scored by would know words that are in two.
#[test]
fn terms_are_learned_within_each_fold() {
    let review = |i: usize| format!("word{0}a word{0}b word{0}c", i % 20);
    let rows = table([
        ("review", texts((0..40).map(review).collect::<Vec<_>>().iter().map(String::as_str))),
        ("half", integers((0..40).map(|i| i / 20))),
        ("y", Values::Numbers((0..40).map(|i| f64::from(i * 7 % 11)).collect())),
    ]);
    let roles = Roles { group: Some("half".into()), ..Roles::default() };
    let ridge = Options { estimator: Some(Estimator::Ridge), texts: vec!["review".into()], roles, ..only_fit("y") };
    assert_proves_itself(&fit(&rows, &ridge).model);
    let error = train::fit(&rows, &Options { folds: 2, ..ridge }, &()).expect_err("no term");
    assert!(error.kind() == Kind::BadRows && error.to_string().contains("at least 2 of the rows"), "{error}");
}

#[test]
fn what_is_said_of_columns_is_heeded_or_refused_with_the_next_step() {
    let logistic = Options { estimator: Some(Estimator::Logistic), ..only_fit("stars") };
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let categories = Options { categories: named(&["review", "price"]), ..logistic.clone() };
    let inputs = fit(&reviews(), &categories).model.signature().inputs.clone();
    let count = |input: &Input| match &input.kind {
        InputKind::Categorical { categories, .. } => categories.len(),
        _ => 0,
    };
    assert_eq!(inputs.iter().map(count).collect::<Vec<_>>(), [117, 29, 2]);
    let set = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let cases = [
        (Options { texts: named(&["price"]), ..logistic.clone() }, Kind::BadRows, "texts, for --text"),
        (Options { texts: named(&["prize"]), ..logistic.clone() }, Kind::BadTarget, "Did you mean \"price\"?"),
        (Options { texts: named(&["stars"]), ..logistic.clone() }, Kind::BadOption, "--text"),
        (Options { texts: named(&["review"]), ..categories.clone() }, Kind::BadOption, "named by one option"),
        (Options { text_set: set("min_def", "1"), ..logistic.clone() }, Kind::BadOption, "Did you mean min_df?"),
        (
            Options { text_set: set("ngram_range", "2,1"), ..logistic.clone() },
            Kind::BadOption,
            "--text-set ngram_range",
        ),
        (Options { text_set: set("min_df", "1"), ..categories }, Kind::BadOption, "--text COL"),
        (Options { text_set: set("min_df", "500"), ..logistic.clone() }, Kind::BadRows, "--text-set min_df=1"),
        (Options { estimator: Some(Estimator::Bayes), ..only_fit("stars") }, Kind::BadOption, "logistic, boosting"),
        (Options { estimator: Some(Estimator::Neighbours), ..only_fit("stars") }, Kind::BadOption, "--drop \"review\""),
    ];
    for (options, kind, says) in cases {
        let error = train::fit(&reviews(), &options, &()).expect_err(says);
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(says), "{says:?} is not in {error}");
    }
    let groups = unsupervised::fit(&reviews(), Unsupervised::KMeans, &Options::without_target(), &());
    let error = groups.expect_err("texts");
    assert!(error.kind() == Kind::BadRows && error.to_string().contains("--drop \"review\""), "{error}");
}
