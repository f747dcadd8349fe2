//! Every operator beyond those of the other tests, once: it survives the format, and gives the numbers that its kernel's
//! own tests know.

use edgelet::format;
use edgelet::kernel::text::{Becomes, Fold, Hashed, Sigma, TextList, Token};
use edgelet::model::{
    Beyond, Bins, Combine, Complement, Couple, DatePart, DateParts, Function, Graph, ImputeNearest, Input, InputKind,
    Interpolate, LastArgMax, LinearF32, Map, Measure, Method, Missing, Model, Neighbours, Node, Norm, Normalize,
    Operator, Output, Pairwise, Parts, Pieces, Polynomial, PowerTransform, Provenance, Quantile, Reach, Recode,
    Rescale, Signature, Spline, Table, Terms, TestRows, Vectorize, Votes, WeightedMedian,
};
use edgelet::predict::Predictor;
use std::sync::Arc;

/// The model of one operator on a row of `width` numbers, taken `inputs` times.
fn model(operator: impl Into<Operator>, width: usize, inputs: usize) -> Model {
    let input = |i| Input { name: format!("x{i}"), kind: InputKind::Unbounded, missing: Missing::Accepted };
    let node = Node { name: "it".into(), operator: Arc::new(operator.into()), inputs: vec![0; inputs] };
    let signature = Signature {
        inputs: (0..width).map(input).collect(),
        targets: vec!["y".into()],
        classes: vec![],
        outputs: vec![Output { method: Method::Transform, value: 1 }],
    };
    let parts = Parts {
        signature,
        graph: Graph { nodes: vec![node] },
        provenance: Provenance::default(),
        tests: TestRows::default(),
    };
    Model::new(parts).expect("a sound model")
}

fn check(operator: impl Into<Operator>, row: &[f64], inputs: usize, expected: &[f64]) {
    let made = model(operator, row.len(), inputs);
    let read = format::decode(&format::encode(&made).expect("bytes")).expect("a model");
    assert_eq!(read, made);
    let mut found = vec![9.0; read.width(1)];
    Predictor::new(&read).predict(Method::Transform, row, &mut found);
    found.truncate(expected.len());
    assert_eq!(found, expected, "{:?}", read.graph().nodes[0].operator);
}

#[test]
fn numbers_alike() {
    check(Map::of(Function::Square), &[3.0, -2.0], 1, &[9.0, 4.0]);
    check(Map { function: Function::Clip, a: 0.0, b: f64::INFINITY }, &[-1.0, 7.0], 1, &[0.0, 7.0]);
    check(Rescale { factors: vec![2.0], offsets: vec![1.0] }, &[3.0, 4.0], 1, &[7.0, 9.0]);
    check(Combine { multiplies: true }, &[3.0, -1.0], 3, &[27.0, -1.0]);
    check(Combine { multiplies: false }, &[3.0], 2, &[6.0]);
    check(Complement, &[0.25], 1, &[0.75, 0.25]);
    let linear = LinearF32 { width: 2, coefficients: vec![1.0, 3.0, 0.5, -1.0], intercepts: vec![1e8, 0.25] };
    check(linear, &[4.0, f64::NAN], 1, &[1e8, 2.25]);
}

#[test]
fn columns_of_other_shapes() {
    let tables = vec![
        Table { keys: vec![2.0, 5.0], values: vec![1.0, 0.0], unknown: -1.0, missing: 3.0 },
        Table { keys: vec![], values: vec![7.0], unknown: -1.0, missing: 4.0 },
    ];
    check(Recode { tables }, &[5.0, f64::NAN], 1, &[0.0, 4.0]);
    check(Bins { edges: vec![vec![1.0, 2.0], vec![]] }, &[2.0, 8.0], 1, &[2.0, 0.0]);
    check(Normalize { norm: Norm::Max }, &[2.0, -4.0], 1, &[0.5, -1.0]);
    check(PowerTransform { lambdas: vec![2.0], is_box_cox: false }, &[1.0], 1, &[1.5]);
    check(PowerTransform { lambdas: vec![0.0], is_box_cox: true }, &[1.0], 1, &[0.0]);
    check(Interpolate { xs: vec![vec![0.0, 2.0]], ys: vec![vec![1.0, 3.0]] }, &[1.0], 1, &[2.0]);
    let quantiles = vec![vec![0.0, 4.0]];
    check(Quantile { quantiles, references: vec![0.0, 1.0], is_normal: false }, &[1.0], 1, &[0.25]);
    check(Polynomial { width: 2, terms: vec![vec![], vec![0, 1]] }, &[2.0, 3.0], 1, &[1.0, 6.0]);
    let knots = vec![vec![-1.0, 0.0, 1.0, 2.0]];
    check(Spline { degree: 1, knots, beyond: Beyond::Linear }, &[1.5], 1, &[-0.5, 1.5]);
}

#[test]
fn points_and_votes() {
    let points = vec![0.0, 0.0, 3.0, 4.0];
    check(Pairwise { width: 2, points: points.clone(), measure: Measure::Euclidean }, &[0.0, 0.0], 1, &[0.0, 5.0]);
    check(Pairwise { width: 2, points, measure: Measure::Minkowski(1.0) }, &[0.0, 1.0], 1, &[1.0, 6.0]);
    let by_class = Neighbours {
        reach: Reach::Nearest(2),
        by_distance: false,
        targets: vec![1.0, 0.0, 1.0],
        classes: 2,
        outlier: vec![0.0, 0.0],
    };
    check(by_class, &[0.5, 3.0, 1.0], 1, &[0.0, 1.0]);
    let by_radius = Neighbours {
        reach: Reach::Within(1.0),
        by_distance: false,
        targets: vec![1.0, 0.0, 4.0],
        classes: 0,
        outlier: vec![-7.0],
    };
    check(by_radius.clone(), &[0.5, 3.0, 1.0], 1, &[2.5]);
    check(by_radius, &[2.0, 3.0, 4.0], 1, &[-7.0]);
    check(Votes { classes: 3, threshold: 0.0, with_sums: false }, &[1.0, 1.0, -1.0], 1, &[0.0, 2.0, 1.0]);
    let coupled = model(Couple { classes: 2 }, 1, 1);
    assert_eq!(format::decode(&format::encode(&coupled).expect("bytes")).expect("a model"), coupled);
    check(LastArgMax, &[1.0, 3.0, 3.0], 1, &[2.0]);
    // Its points have NaN, which is no equal of itself: of it only the numbers are compared.
    let points = vec![1.0, 2.0, 3.0, 6.0, f64::NAN, 9.0];
    let donors = model(ImputeNearest { width: 2, points, nearest: 2, by_distance: true }, 2, 1);
    let read = format::decode(&format::encode(&donors).expect("bytes")).expect("a model");
    let mut found = [9.0; 5];
    Predictor::new(&read).predict(Method::Transform, &[f64::NAN, 2.0], &mut found);
    assert_eq!(found, [1.0, 2.0, 0.0, 32.0_f64.sqrt(), 98.0_f64.sqrt()]);
    let parts = vec![(0, DatePart::Weekday), (1, DatePart::Elapsed), (0, DatePart::Hour)];
    check(DateParts { parts }, &[-3_600_000.0, 1.296e8], 1, &[2.0, 1.5, 23.0]);
    check(WeightedMedian { weights: vec![1.0, 1.0, 5.0] }, &[1.0, 9.0, 4.0], 1, &[4.0]);
}

/// Words of two letters or more, and several in a row.
pub fn words(terms: &[&str], (least, most): (u32, u32)) -> Vectorize {
    Vectorize {
        folds: vec![Fold { first: 'A' as u32, count: 26, step: 1, becomes: Becomes::Shifted(32) }],
        sigma: None,
        pieces: Box::new(Pieces::Words {
            characters: vec![(97, 122)],
            word: vec![(48, 57), (97, 122)],
            token: Token { starts_at_edge: true, ends_at_edge: true, least: 2, most: usize::MAX },
            stop_words: ["the"].into_iter().collect(),
        }),
        least,
        most,
        terms: Terms::Known(terms.iter().copied().collect()),
        is_binary: false,
    }
}

#[test]
fn texts() {
    let counts = |vectorize: Vectorize| {
        let mut parts = model(vectorize, 1, 1).into_parts();
        parts.signature.inputs = vec![Input { name: "text".into(), kind: InputKind::Text, missing: Missing::Refused }];
        let texts: TextList = ["The BIG cat. The big\ndog", "cat1 big"].into_iter().collect();
        parts.tests = TestRows { inputs: vec![0.0, 1.0], texts: texts.clone(), ..TestRows::default() };
        let made = Model::new(parts).expect("a sound model");
        let read = format::decode(&format::encode(&made).expect("bytes")).expect("a model");
        assert_eq!(read, made);
        let mut predictor = Predictor::new(&read);
        predictor.texts().clone_from(&texts);
        // There is no third text.
        let mut found = vec![9.0; 3 * read.width(1)];
        predictor.predict(Method::Transform, &[1.0, 0.0, 2.0], &mut found);
        found
    };
    let known = words(&["big", "big cat", "cat big"], (1, 2));
    assert_eq!(counts(known.clone()), [1.0, 0.0, 0.0, 2.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts(Vectorize { is_binary: true, ..known.clone() })[3], 1.0);
    let folds = vec![
        Fold { first: 10, count: 1, step: 1, becomes: Becomes::Text(" \n".into()) },
        Fold { first: 65, count: 13, step: 2, becomes: Becomes::Shifted(32) },
    ];
    let hashed = Terms::Hashed(Hashed { width: 2, alternates: false });
    let sigma = Some(Sigma { cased: vec![(97, 122)], passed: vec![(39, 39)] });
    let spaces = vec![(9, 13), (32, 32)];
    let characters = Vectorize { folds, sigma, terms: hashed, least: 1, most: 1, ..known };
    let all = Pieces::Characters { spaces: spaces.clone() };
    assert_eq!(counts(Vectorize { pieces: Box::new(all), ..characters.clone() }).iter().sum::<f64>(), 32.0);
    let within = Pieces::CharactersInWords { spaces };
    assert_eq!(counts(Vectorize { pieces: Box::new(within), ..characters }).iter().sum::<f64>(), 42.0);
}
