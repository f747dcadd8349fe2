//! Trees, and what is asked of a choice: constraints, counts, quantiles, sizes, searches, groups and time.

use super::{assert_proves_itself, fit, integers, nodes, only_fit, predict, table, texts};
use edgelet::error::Kind;
use edgelet::format;
use edgelet::model::{Method, Missing, Model};
use edgelet::native::data::{Column, Table, Values};
use edgelet::native::train::{self, Estimator, Options, Roles, Space, Watch};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const TREES: [Estimator; 4] = [Estimator::Boosting, Estimator::RandomForest, Estimator::ExtraTrees, Estimator::Tree];

/// Numbers from 0 to 1 that look like chance.
fn noise(count: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let draw = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count).map(draw).collect()
}

/// Rides: a distance with gaps, an hour, a city of a few, and what they cost.
fn rides(count: usize) -> Table {
    let (distance, hour, luck) = (noise(count, 1), noise(count, 2), noise(count, 3));
    let cities = ["Ulm", "Bonn", "", "Kiel", "Jena"];
    let price = |i: usize| {
        let night = if hour[i] > 0.8 { 4.0 } else { 0.0 };
        3.0 + 20.0 * distance[i] + night + [0.0, 5.0, 1.0, -2.0, 5.0][i % 5] + luck[i]
    };
    table([
        ("distance", Values::Numbers((0..count).map(|i| if i % 17 == 3 { f64::NAN } else { distance[i] }).collect())),
        ("hour", Values::Numbers(hour.iter().map(|hour| (hour * 24.0).floor()).collect())),
        ("city", texts((0..count).map(|i| cities[i % 5]))),
        ("price", Values::Numbers((0..count).map(price).collect())),
    ])
}

fn set(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn trees_take_gaps_and_texts_as_they_are() {
    for estimator in TREES {
        let options = Options { estimator: Some(estimator), trained_at: Some(0), ..only_fit("price") };
        let fitted = fit(&rides(600), &options);
        assert_eq!(nodes(&fitted.model), [("trees".to_owned(), "Forest")]);
        let missing: Vec<_> = fitted.model.signature().inputs.iter().map(|input| input.missing).collect();
        assert_eq!(missing, [Missing::Accepted, Missing::Refused, Missing::Accepted]);
        assert_proves_itself(&fitted.model);
        let r2 = fitted.report.metrics.iter().find(|scores| scores.name == "r2").and_then(|scores| scores.train);
        assert!(r2.is_some_and(|r2| r2 > 0.9), "{estimator:?}: {r2:?}");
        // Far and in Bonn, near and in Kiel.
        let answers = predict(&fitted.model, Method::Predict, &[0.9, 12.0, 0.0, 0.1, 12.0, 2.0]);
        assert!(answers[0] > answers[1] + 12.0, "{estimator:?}: {answers:?}");
        let again = fit(&rides(600), &options);
        assert_eq!(format::encode(&fitted.model), format::encode(&again.model), "{estimator:?}");
    }
}

#[test]
fn classes_of_trees_have_probabilities() {
    for classes in [2, 3] {
        let table = kinds(400, classes);
        for estimator in TREES {
            let options = Options { estimator: Some(estimator), ..only_fit("kind") };
            let model = fit(&table, &options).model;
            assert_proves_itself(&model);
            let shares = predict(&model, Method::PredictProba, &[0.9, 12.0, 0.0, 0.01, 12.0, 2.0]);
            for row in shares.chunks_exact(classes) {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{estimator:?}: {shares:?}");
            }
            // Sorted: cheap, dear, fair.
            assert!(shares[1] > 0.5 && shares[classes] > 0.5, "{estimator:?}: {shares:?}");
        }
    }
}

/// Rides with the price as a class: up to three of them.
fn kinds(count: usize, classes: usize) -> Table {
    let mut table = rides(count);
    let Values::Numbers(price) = table.columns.remove(3).values else { panic!("numbers") };
    let kind = |price: &f64| match *price {
        ..9.0 => "cheap",
        9.0..18.0 if classes == 3 => "fair",
        _ => "dear",
    };
    table.columns.push(Column { name: "kind".into(), values: texts(price.iter().map(kind)) });
    table
}

#[test]
fn machines_and_networks_are_prepared_like_linear_models_and_need_no_certain_number_of_threads() {
    let names = |model: &Model| nodes(model).into_iter().map(|(name, _)| name).collect::<Vec<String>>();
    let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    for (estimator, pairs) in [
        (Estimator::Support, set(&[("C", "10")])),
        // Large enough for more than one thread.
        (
            Estimator::Network,
            set(&[("hidden_layer_sizes", "64x16"), ("learning_rate_init", "0.02"), ("max_iter", "160")]),
        ),
        (
            Estimator::Network,
            set(&[("hidden_layer_sizes", "32x16"), ("solver", "lbfgs"), ("activation", "tanh"), ("max_iter", "60")]),
        ),
    ] {
        let options = Options { estimator: Some(estimator), set: pairs, trained_at: Some(0), ..only_fit("price") };
        let fitted = fit(&rides(400), &options);
        assert_proves_itself(&fitted.model);
        let r2 = fitted.report.metrics.iter().find(|scores| scores.name == "r2").and_then(|scores| scores.train);
        assert!(r2.is_some_and(|r2| r2 > 0.9), "{estimator:?}: {r2:?}");
        assert_eq!(
            names(&fitted.model)[..7],
            ["numbers", "fill_numbers", "standardize", "categories", "fill_categories", "one_hot", "features"]
        );
        let again = one_thread.install(|| fit(&rides(400), &options));
        assert_eq!(format::encode(&fitted.model), format::encode(&again.model), "{estimator:?}");
        for classes in [2, 3] {
            let options = Options { target: Some("kind".to_owned()), ..options.clone() };
            let fitted = fit(&kinds(400, classes), &options);
            assert_proves_itself(&fitted.model);
            let shares = predict(&fitted.model, Method::PredictProba, &[0.9, 12.0, 0.0, 0.01, 12.0, 2.0]);
            for row in shares.chunks_exact(classes) {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{estimator:?}: {shares:?}");
            }
            // Sorted: cheap, dear, fair.
            assert!(shares[1] > 0.5 && shares[classes] > 0.5, "{estimator:?}: {shares:?}");
            let again = one_thread.install(|| fit(&kinds(400, classes), &options));
            assert_eq!(format::encode(&fitted.model), format::encode(&again.model), "{estimator:?} {classes}");
        }
    }
}

#[test]
fn what_machines_and_networks_cannot_be_told_or_hold_is_refused() {
    for (estimator, name, text, kind, at) in [
        (Estimator::Support, "kernel", "cubic", Kind::BadOption, "--set kernel"),
        (Estimator::Support, "gamma", "-1", Kind::BadOption, "--set gamma"),
        (Estimator::Support, "class_weight", "balanced", Kind::BadOption, "--set"),
        (Estimator::Network, "hidden_layer_sizes", "16x0", Kind::BadOption, "--set hidden_layer_sizes"),
        (Estimator::Network, "hidden_layer_sizes", "16384x16384", Kind::LimitExceeded, "--set hidden_layer_sizes"),
        (Estimator::Network, "batch_size", "none", Kind::BadOption, "--set batch_size"),
        (Estimator::Network, "learning_rate_init", "1e300", Kind::Training, "--model mlp"),
    ] {
        let options = Options { estimator: Some(estimator), set: set(&[(name, text)]), ..only_fit("price") };
        let error = train::fit(&rides(50), &options, &()).expect_err(text);
        assert_eq!((error.kind(), error.at()), (kind, at), "{name}={text}");
    }
    let pairs = set(&[("early_stopping", "true"), ("validation_fraction", "0.01")]);
    let options = Options { estimator: Some(Estimator::Network), set: pairs, ..only_fit("price") };
    let error = train::fit(&rides(50), &options, &()).expect_err("no row to tell");
    assert_eq!(error.at(), "--set validation_fraction");
    let options = Options { estimator: Some(Estimator::Support), ..only_fit("price") };
    let error = train::fit(&rides(30_001), &options, &()).expect_err("too many rows");
    assert_eq!((error.kind(), error.at()), (Kind::LimitExceeded, "rows"));
}

#[test]
fn networks_stop_early_and_tell_what_they_did_not_reach() {
    /// Says no after some questions.
    struct Asked(AtomicUsize, usize);
    impl Watch for Asked {
        fn goes_on(&self) -> bool {
            self.0.fetch_add(1, Ordering::Relaxed) < self.1
        }
    }
    let network = |pairs: &[(&str, &str)], most: usize| {
        let set = set(&[&[("hidden_layer_sizes", "4"), ("max_iter", "60")], pairs].concat());
        let options = Options { estimator: Some(Estimator::Network), set, ..only_fit("price") };
        let watch = Asked(AtomicUsize::new(0), most);
        let fitted = train::fit(&rides(300), &options, &watch).expect("a model");
        (fitted, watch.0.into_inner())
    };
    let has = |fitted: &train::Fitted, part: &str| fitted.report.notes.iter().any(|note| note.contains(part));
    let (slow, asked) = network(&[], usize::MAX);
    assert!(asked > 60 && has(&slow, "did not converge: raise max_iter"), "{asked} {:?}", slow.report.notes);
    // Nothing is better by that much, so 3 passes are one more than enough.
    let (patient, asked) =
        network(&[("early_stopping", "true"), ("tol", "1e6"), ("n_iter_no_change", "2")], usize::MAX);
    assert!(asked < 10 && !has(&patient, "did not converge"), "{asked} {:?}", patient.report.notes);
    let (ended, _) = network(&[], 20);
    assert!(has(&ended, "ended early") && !has(&ended, "did not converge"), "{:?}", ended.report.notes);
    assert_proves_itself(&ended.model);
    assert_ne!(format::encode(&ended.model), format::encode(&slow.model));
}

#[test]
fn a_constraint_holds_everywhere() {
    // Falls on the whole, but rises here and there.
    let (x, luck) = (noise(800, 5), noise(800, 6));
    let y: Vec<f64> =
        x.iter().zip(&luck).map(|(x, luck)| 0.3 * f64::from((10.0 * x) as u8 % 2) - 3.0 * x + luck).collect();
    let table = table([("x", Values::Numbers(x)), ("y", Values::Numbers(y))]);
    let grid: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
    let falls = |set| {
        let fitted = fit(&table, &Options { estimator: Some(Estimator::Boosting), set, ..only_fit("y") });
        predict(&fitted.model, Method::Predict, &grid).is_sorted_by(|a, b| a >= b)
    };
    assert!(!falls(set(&[])) && falls(set(&[("monotonic_cst", "x:-1")])));
}

#[test]
fn counts_and_quantiles_have_their_losses() {
    let (x, luck) = (noise(2000, 7), noise(2000, 8));
    let count = |i: usize| ((luck[i] * 3.0 * (1.0 + 4.0 * x[i])) as i64).max(0);
    let rows = table([("x", Values::Numbers(x.clone())), ("y", integers((0..2000).map(count)))]);
    let options = |loss: &[(&str, &str)]| Options {
        estimator: Some(Estimator::Boosting),
        task: Some(train::Task::Regression),
        set: set(loss),
        ..only_fit("y")
    };
    let fitted = fit(&rows, &options(&[("loss", "poisson")]));
    assert_eq!(nodes(&fitted.model).last().map(|(name, _)| &**name), Some("exp"), "a count is above 0");
    let answers = predict(&fitted.model, Method::Predict, &[-100.0, 0.1, 0.9]);
    assert!(answers[0] > 0.0 && answers[2] > 2.0 * answers[1], "{answers:?}");
    // Nine of ten are below the 0.9 quantile, whichever x.
    let fitted = fit(&rows, &options(&[("loss", "quantile"), ("quantile", "0.9"), ("max_leaf_nodes", "7")]));
    let answers = predict(&fitted.model, Method::Predict, &x);
    let below = (0..2000).filter(|&i| count(i) as f64 <= answers[i] + 1e-6).count();
    assert!((1700..=1950).contains(&below), "{below}");
}

#[test]
fn boosting_stops_early_and_more_trees_cost_more_bytes() {
    let bytes = |pairs: &[(&str, &str)]| {
        let options = Options { estimator: Some(Estimator::Boosting), set: set(pairs), ..only_fit("price") };
        fit(&rides(600), &options).report.download
    };
    let (few, many) = (bytes(&[("max_iter", "10")]), bytes(&[("max_iter", "400")]));
    let stopped = bytes(&[("max_iter", "400"), ("early_stopping", "true")]);
    assert!(few < stopped && stopped < many, "{few} {stopped} {many}");
}

#[test]
fn the_smallest_of_the_good_is_chosen_and_a_size_is_kept_to() {
    let options = |max_size| Options { max_size, folds: 3, ..Options::new("price") };
    let free = fit(&rides(300), &options(None));
    let chosen = |report: &train::Report| report.leaderboard.iter().find(|standing| standing.chosen).cloned();
    let best = &free.report.leaderboard[0].loss;
    let winner = chosen(&free.report).expect("a winner");
    // One standard error of three folds: the population deviation by √2.
    assert!(winner.loss.mean <= best.mean + best.std / 2_f64.sqrt() + 1e-12);
    let most = free.report.download / 2;
    let small = fit(&rides(300), &options(Some(most)));
    assert!(small.report.download <= most, "{} of {most}", small.report.download);
    let error = train::fit(&rides(300), &options(Some(20)), &()).expect_err("no model in 20 bytes");
    assert_eq!((error.kind(), error.at()), (Kind::LimitExceeded, "--max-size"));
}

#[test]
fn a_search_tries_what_is_declared() {
    let search = vec![
        ("max_leaf_nodes".to_owned(), Space::read("2,4,8").expect("a space")),
        ("learning_rate".to_owned(), Space::read("log:0.01..0.5").expect("a space")),
    ];
    let options = Options {
        estimator: Some(Estimator::Boosting),
        set: set(&[("max_iter", "20")]),
        search,
        trials: 5,
        folds: 3,
        ..Options::new("price")
    };
    let report = fit(&rides(300), &options).report;
    let tried: BTreeSet<&str> = report.leaderboard.iter().map(|standing| &*standing.model).collect();
    assert_eq!(tried.len(), 5);
    assert!(tried.iter().all(|model| model.contains("max_iter=20") && model.contains("learning_rate=")), "{tried:?}");
}

#[test]
fn a_budget_and_an_interruption_leave_the_best_so_far() {
    let options = Options { budget: Some(Duration::ZERO), ..Options::new("price") };
    let report = fit(&rides(300), &options).report;
    assert_eq!((&*report.model, report.leaderboard.len()), ("linear", 0), "only the first was compared");
    assert!(report.notes.iter().any(|note| note.contains("candidates were compared")), "{:?}", report.notes);

    /// Says no at the fourth candidate.
    #[derive(Default)]
    struct Impatient(AtomicUsize);
    impl Watch for Impatient {
        fn compared(&self, _: &train::Standing) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn goes_on(&self) -> bool {
            self.0.load(Ordering::Relaxed) < 4
        }
    }
    let fitted = train::fit(&rides(300), &Options::new("price"), &Impatient::default()).expect("a model");
    assert_eq!(fitted.report.leaderboard.len(), 4);
    assert!(fitted.report.notes.iter().any(|note| note.contains("ended early")));
    assert_proves_itself(&fitted.model);
}

#[test]
fn roles_are_not_learned_from() {
    let mut rows = rides(300);
    rows.columns.push(Column { name: "driver".into(), values: integers((0..300).map(|i| i % 20)) });
    for roles in [
        Roles { group: Some("driver".into()), ..Roles::default() },
        Roles { time: Some("driver".into()), ..Roles::default() },
        Roles { weight: Some("hour".into()), ..Roles::default() },
    ] {
        let rows = if roles.weight.is_some() {
            let mut rows = rows.clone();
            rows.columns[1].values = Values::Numbers((0..300).map(|i| 1.0 + f64::from(i % 3)).collect());
            rows
        } else {
            rows.clone()
        };
        let role = [&roles.weight, &roles.group, &roles.time].into_iter().flatten().next().cloned().expect("a role");
        let fitted = fit(&rows, &Options { roles, estimator: Some(Estimator::Tree), ..Options::new("price") });
        assert!(fitted.model.signature().inputs.iter().all(|input| input.name != role), "{role}");
        assert_eq!((fitted.report.folds, fitted.report.held_out > 40), (5, true), "{role}");
    }
}
