//! Groups and directions without a target: as good as, or the same as, scikit-learn's.

use super::scikit_learn::{Scale, assert_near, cases, expected, floats, text};
use super::{assert_proves_itself, integers, predict, table, texts};
use edgelet::error::Kind;
use edgelet::model::Method;
use edgelet::native::data::{Column, Table, Values};
use edgelet::native::train::unsupervised::{self, Found, Report};
use edgelet::native::train::{Options, Roles, Space, Unsupervised};
use serde_json::Value;
use std::fs;
use std::process::Command;

/// Directions, relative to the largest number: as far apart as two ways to decompose a matrix are.
const DIRECTIONS: f64 = 1e-8;

fn options(set: &[(&str, &str)]) -> Options {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Options { set, ..Options::without_target() }
}

fn rows_of(case: &Value) -> Table {
    let rows: Vec<Vec<f64>> = cases(case, "rows").iter().map(floats).collect();
    let column =
        |j: usize| Column { name: format!("x{j}"), values: Values::Numbers(rows.iter().map(|row| row[j]).collect()) };
    Table { columns: (0..rows[0].len()).map(column).collect(), rows: rows.len() }
}

/// Where k-means comes to rest depends on where it begins; ten beginnings each come close to the best.
#[test]
fn groups_are_as_tight_as_scikit_learns() {
    for case in cases(expected(), "unsupervised") {
        let table = rows_of(case);
        for theirs in cases(case, "groups") {
            let set = options(&[("n_clusters", text(&theirs["n_clusters"]))]);
            let options = Options { standardize: case["standardize"].as_bool(), ..set };
            let unsupervised::Fitted { model, report, .. } =
                unsupervised::fit(&table, Unsupervised::KMeans, &options, &()).expect("groups");
            assert_proves_itself(&model);
            let Found::Clusters { inertia, silhouette, clusters, .. } = &report.found else { panic!("groups") };
            let at = format!("{} {} {}", case["name"], case["standardize"], theirs["n_clusters"]);
            let least = theirs["inertia"].as_f64().expect("inertia");
            assert!(*inertia <= least * 1.02, "{at}: {inertia} is not {least}");
            let rows: Vec<f64> = cases(case, "rows").iter().flat_map(floats).collect();
            let labels = predict(&model, Method::Predict, &rows);
            let sizes: Vec<usize> =
                (0..clusters.len()).map(|i| labels.iter().filter(|&&label| label == i as f64).count()).collect();
            assert_eq!(sizes, clusters.iter().map(|cluster| cluster.rows).collect::<Vec<_>>(), "{at}");
            // The same groups, whatever their numbers, have the same silhouette.
            if is_same_partition(&labels, &floats(&theirs["labels"])) {
                let found = silhouette.expect("more than one group");
                let theirs = theirs["silhouette"].as_f64().expect("a silhouette");
                assert!((found - theirs).abs() < 1e-12, "{at}: {found} is not {theirs}");
            } else {
                assert!(clusters.len() != 3 || case["name"] != "iris", "{at}: three groups that all find");
            }
        }
    }
}

fn is_same_partition(a: &[f64], b: &[f64]) -> bool {
    let pairs: std::collections::BTreeSet<(u64, u64)> = a.iter().zip(b).map(|(a, b)| (*a as u64, *b as u64)).collect();
    let count =
        |labels: &[f64]| labels.iter().map(|label| *label as u64).collect::<std::collections::BTreeSet<_>>().len();
    pairs.len() == count(a) && pairs.len() == count(b)
}

#[test]
fn directions_are_scikit_learns() {
    for case in cases(expected(), "unsupervised") {
        let table = rows_of(case);
        for theirs in cases(case, "directions") {
            let names = ["n_components", "whiten"];
            let set = options(&names.map(|name| (name, text(&theirs[name]))));
            let options = Options { standardize: case["standardize"].as_bool(), ..set };
            let unsupervised::Fitted { model, report, .. } =
                unsupervised::fit(&table, Unsupervised::Pca, &options, &()).expect("directions");
            assert_proves_itself(&model);
            let Found::Components { components } = &report.found else { panic!("directions") };
            let at = format!("{} {} {}", case["name"], case["standardize"], theirs["n_components"]);
            let variances: Vec<f64> = components.iter().map(|component| component.explained_variance).collect();
            assert_near(&variances, &floats(&theirs["explained_variance"]), DIRECTIONS, Scale::Largest, &at);
            let shares: Vec<f64> = components.iter().map(|component| component.explained_variance_ratio).collect();
            assert_near(&shares, &floats(&theirs["explained_variance_ratio"]), DIRECTIONS, Scale::Largest, &at);
            // Directions along which nothing varies are any.
            let rows: Vec<f64> = cases(case, "rows").iter().take(20).flat_map(floats).collect();
            let found = predict(&model, Method::Transform, &rows);
            let transformed = floats(&theirs["transformed"]);
            assert_near(&found, &transformed, DIRECTIONS, Scale::Largest, &at);
            for (component, axis) in components.iter().zip(cases(theirs, "components")) {
                if component.explained_variance_ratio > 1e-9 {
                    let loadings: Vec<f64> = component.loadings.iter().map(|(_, loading)| *loading).collect();
                    assert_near(&loadings, &floats(axis), DIRECTIONS, Scale::Largest, &at);
                }
            }
        }
    }
}

/// Two far groups in a number, a text that tells the same, and a gap.
fn visitors() -> Table {
    let ages = (0..40).map(|i| if i == 3 { f64::NAN } else { (20 + i % 5 + 40 * (i % 2)) as f64 });
    table([
        ("age", Values::Numbers(ages.collect())),
        ("plan", texts((0..40).map(|i| if i % 2 == 0 { "basic" } else { "pro" }))),
        ("weight", integers((0..40).map(|i| 1 + i % 3))),
    ])
}

fn groups(table: &Table, options: &Options) -> Report {
    unsupervised::fit(table, Unsupervised::KMeans, options, &()).expect("groups").report
}

#[test]
fn a_search_keeps_as_many_groups_as_are_best_apart() {
    let search = vec![("n_clusters".to_owned(), Space::read("2,3,4").expect("values"))];
    let roles = Roles { weight: Some("weight".to_owned()), ..Roles::default() };
    let options = Options { search, roles, ..Options::without_target() };
    let report = groups(&visitors(), &options);
    assert_eq!((report.model.as_str(), report.leaderboard.len()), ("kmeans (n_clusters=2)", 3));
    assert!(report.leaderboard[0].chosen && report.leaderboard[0].loss.mean < report.leaderboard[1].loss.mean);
    let Found::Clusters { clusters, .. } = &report.found else { panic!("groups") };
    assert_eq!(clusters.iter().map(|cluster| cluster.rows).collect::<Vec<_>>(), [20, 20]);
    // A centre speaks in the column's own unit.
    let ages: Vec<f64> = clusters.iter().map(|cluster| cluster.centre[0].value).collect();
    assert!(ages.iter().any(|age| (20.0..26.0).contains(age)) && ages.iter().any(|age| *age > 50.0), "{ages:?}");
    let small = Options { max_size: Some(10), ..options };
    let error = unsupervised::fit(&visitors(), Unsupervised::KMeans, &small, &()).expect_err("too small a limit");
    assert_eq!(error.kind(), Kind::LimitExceeded);
}

/// The program: a report as a page and as JSON, the group of each row, and what makes no sense without a target.
#[test]
fn the_program_needs_no_target() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: String = (0..40).map(|i| format!("{},{}\n", i % 5 + 40 * (i % 2), i % 7)).collect();
    fs::write(folder.path().join("rows.csv"), format!("a,b\n{rows}")).expect("a file");
    let run = |arguments: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_edgelet"));
        let run = command.args(arguments.split(' ')).current_dir(folder.path()).output().expect("the program");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (run.status.code(), text(run.stdout), text(run.stderr))
    };
    let (code, json, told) = run("train rows.csv --model kmeans --set n_clusters=2 --report page.html --json");
    assert_eq!(code, Some(0), "{told}");
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&report["estimator"], report["clusters"].as_array().map(Vec::len)), (&"KMeans".into(), Some(2)));
    let page = fs::read_to_string(folder.path().join("page.html")).expect("a page");
    assert_eq!(page.matches("<circle").count(), 40, "a point for each row");
    let (code, groups, _) = run("predict rows.edgelet rows.csv");
    let groups: Vec<&str> = groups.lines().skip(1).collect();
    assert_eq!((code, groups.len()), (Some(0), 40));
    assert!(groups.iter().enumerate().all(|(i, group)| *group == groups[i % 2]) && groups[0] != groups[1]);
    for (arguments, word) in [
        ("train rows.csv", "--model kmeans finds groups"),
        ("train rows.csv --model pca --target a", "--drop"),
        ("train rows.csv --model pca --search n_components=1,2", "kmeans"),
        ("train rows.csv --model kmeans --group b", "--group"),
    ] {
        let (code, _, told) = run(arguments);
        assert!(code == Some(2) && told.contains(word), "{arguments}: {code:?} {told}");
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let constant = table([("x", integers([1; 9])), ("y", integers([2; 9]))]);
    let cases = [
        (Unsupervised::KMeans, visitors(), vec![("n_clusters", "41")], Kind::BadOption),
        (Unsupervised::KMeans, visitors(), vec![("n_clusters", "1")], Kind::BadOption),
        (Unsupervised::KMeans, visitors(), vec![("clusters", "3")], Kind::BadOption),
        (Unsupervised::Pca, visitors(), vec![("n_components", "9")], Kind::BadOption),
        (Unsupervised::Pca, visitors(), vec![("n_components", "1.5")], Kind::BadOption),
        (Unsupervised::Pca, constant.clone(), vec![], Kind::Training),
    ];
    for (family, table, set, kind) in cases {
        let error = unsupervised::fit(&table, family, &options(&set), &()).expect_err("a refusal");
        assert_eq!(error.kind(), kind, "{error}");
    }
    let report = groups(&constant, &options(&[("n_clusters", "3")]));
    assert!(report.notes.iter().any(|note| note.contains("2 of 3 groups have no row")), "{:?}", report.notes);
}
