//! `edgelet verify`.

use super::{Folder, models};
use edgelet::model::Labels;

const ROWS: &[u8] = b"age,code\n10,01\n20,True\n30,\"1,5\"\n40,01\n";

/// A classifier, its rows, and what is to be expected of them.
fn folder(expected: &str) -> Folder {
    Folder::with([
        ("texts.edgelet", &models::codes(models::texts())),
        ("integers.edgelet", &models::codes(Labels::Integers(vec![-1, 0, 7]))),
        ("rows.csv", ROWS),
        ("expected.csv", expected.as_bytes()),
    ])
}

fn verify(model: &'static str, method: &'static str) -> [&'static str; 8] {
    ["verify", model, "--rows", "rows.csv", "--expect", "expected.csv", "--method", method]
}

#[test]
fn its_own_predictions_agree() {
    for model in ["texts.edgelet", "integers.edgelet"] {
        for method in ["predict", "predict_proba", "decision_function"] {
            let folder = folder("");
            folder.run(&["predict", model, "rows.csv", "--method", method, "-o", "expected.csv", "-q"]).succeeds();
            let arguments = [&verify(model, method)[..], &["--tolerance", "0"]].concat();
            assert_eq!(folder.run(&arguments).succeeds(), "4 rows agree\n", "{model} {method}");
        }
    }
}

#[test]
fn the_first_difference_is_shown_and_all_are_counted() {
    let message = folder("prediction\n-1\n0\n0\n7\n").run(&verify("integers.edgelet", "predict")).fails(4, "parity");
    assert_eq!(message, "expected.csv: row 2: expected 0, found 7. 2 of 4 rows differ.");
    let message = folder("y\n-1\n0\n7\n\n").run(&verify("integers.edgelet", "predict")).fails(1, "wrong_shape");
    assert_eq!(message, "expected.csv: rows: expected 4, found 3. Each predicted row needs an expected one.");
    let message =
        folder("id,y\n1,-1\n2,0\n3,\n4,-1\n").run(&verify("integers.edgelet", "predict")).fails(1, "wrong_shape");
    assert_eq!(message, "expected.csv: columns: expected prediction, found id, y");
    let message = folder("id,prediction\n1,-1\n2,0\n3,\n4,-1\n").run(&verify("integers.edgelet", "predict"));
    let message = message.fails(4, "parity");
    assert_eq!(message, "expected.csv: row 2: expected a missing value, found 7. 1 of 4 rows differs.");
    let scores = "-1,0,7\n1,0,0\n0,2,0\n0,0,3\n4,0,0\n";
    let message = folder(scores).run(&verify("integers.edgelet", "decision_function")).fails(4, "parity");
    assert_eq!(message, "expected.csv: row 1: 0: expected 2, found 1.0. 3 of 4 rows differ.");
}

#[test]
fn labels_that_look_like_something_else_are_texts() {
    let expected = "label\n\"naïve, ☂\"\n007\n\u{1b}[31mred\n\"naïve, ☂\"\n";
    folder(expected).run(&verify("texts.edgelet", "predict")).succeeds();
    let message = folder(&expected.replace("007", "7")).run(&verify("texts.edgelet", "predict")).fails(4, "parity");
    assert_eq!(message, "expected.csv: row 1: expected 7, found 007. 1 of 4 rows differs.");
}

#[test]
fn columns_match_by_the_names_of_predictions_or_else_in_order() {
    let agrees = |expected: &str| {
        let said = folder(expected).run(&verify("integers.edgelet", "decision_function")).succeeds();
        assert_eq!(said, "4 rows agree\n", "{expected}");
    };
    agrees("-1,0,7\n1,0,0\n0,1,0\n0,0,1\n1,0,0\n");
    agrees("a,b,c\n1,0,0\n0,1,0\n0,0,1\n1,0,0\n");
    // By name, in another order and with a column more.
    agrees("7,id,-1,0\n0,1,1,0\n0,2,0,1\n1,3,0,0\n0,4,1,0\n");
    // In order, the same numbers differ.
    let swapped = folder("c,a,b\n0,1,0\n0,0,1\n1,0,0\n0,1,0\n");
    swapped.run(&verify("integers.edgelet", "decision_function")).fails(4, "parity");
}

#[test]
fn numbers_may_differ_by_the_tolerance_and_infinity_by_nothing() {
    let folder = Folder::with([
        ("line.edgelet", &models::line(4.6)),
        ("rows.csv", b"x\n5\n1e9\n"),
        ("near.csv", b"y\n4.6000001\n800000000.6\n"),
        ("infinite.csv", b"y\n4.6\ninf\n"),
        ("texts.csv", b"y\n4.6\nmuch\n"),
    ]);
    let verify = |expect: &str, tolerance: &str| {
        folder.run(&["verify", "line.edgelet", "--rows", "rows.csv", "--expect", expect, "--tolerance", tolerance])
    };
    assert_eq!(verify("near.csv", "1e-7").succeeds(), "2 rows agree\n");
    let message = verify("near.csv", "1e-9").fails(4, "parity");
    assert_eq!(message, "near.csv: row 0: expected 4.6000001, found 4.6. 1 of 2 rows differs.");
    let message = verify("infinite.csv", "1").fails(4, "parity");
    assert_eq!(message, "infinite.csv: row 1: expected inf, found 800000000.6. 1 of 2 rows differs.");
    assert!(
        verify("texts.csv", "1").fails(4, "parity").contains("row 0: expected 4.6, found 4.6. 2 of 2 rows differ.")
    );
    for tolerance in ["-1", "NaN", "1.5"] {
        let run = folder.run(&[
            "verify",
            "line.edgelet",
            "--rows",
            "rows.csv",
            "--expect",
            "near.csv",
            "--tolerance",
            tolerance,
        ]);
        assert_eq!(run.code, Some(2), "{tolerance}: {}", run.stderr);
    }
}

#[test]
fn a_model_proves_its_own_test_rows() {
    let folder = Folder::with([
        ("line.edgelet", &models::line(4.6)),
        ("liar.edgelet", &models::line(4.5)),
        ("untested.edgelet", &models::codes(models::texts())),
        ("rows.csv", b"x\n5\n"),
    ]);
    assert_eq!(folder.run(&["verify", "line.edgelet"]).succeeds(), "1 test row agrees\n");
    let message = folder.run(&["verify", "liar.edgelet"]).fails(4, "parity");
    assert_eq!(message, "liar.edgelet: test row 0: predict[0]: expected 4.5, found 4.6");
    let message = folder.run(&["verify", "untested.edgelet"]).fails(2, "bad_option");
    assert!(message.starts_with("untested.edgelet: test rows: expected some in the model, or --rows"), "{message}");
    // What belongs to other rows is not silently left out.
    folder.run(&["verify", "line.edgelet", "--tolerance", "0.5"]).refuses_its_arguments();
    folder.run(&["verify", "line.edgelet", "--method", "predict"]).refuses_its_arguments();
    folder.run(&["verify", "line.edgelet", "--rows", "rows.csv"]).refuses_its_arguments();
}
