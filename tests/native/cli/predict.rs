//! `edgelet predict`.

use super::{Folder, models};
use edgelet::format;
use edgelet::model::{Labels, Model};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

const LINE: &[u8] = b"x\n5\n-0.5\n1e-7\n";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a fixture")).expect("JSON")
}

/// A cell as an object of an NDJSON line has it: a category by its name, an unknown one by another.
fn cell(input: &Value, x: &Value) -> Value {
    match (input["categories"].as_array(), x.as_f64()) {
        (Some(categories), Some(index)) => categories
            .get(index as usize)
            .filter(|_| index >= 0.0)
            .map_or_else(|| "a plan that nobody has".into(), Value::clone),
        _ => x.clone(),
    }
}

/// The rows of a case as CSV and as NDJSON.
fn rows(inputs: &[Value], rows: &[Value]) -> (String, String) {
    let names: Vec<_> = inputs.iter().map(|input| input["name"].as_str().expect("a name")).collect();
    let (mut csv, mut ndjson) = (names.join(",") + "\n", String::new());
    for row in rows.chunks_exact(inputs.len()) {
        let cells: Vec<Value> = inputs.iter().zip(row).map(|(input, x)| cell(input, x)).collect();
        let texts = cells.iter().map(|cell| match cell {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        });
        csv += &(texts.collect::<Vec<_>>().join(",") + "\n");
        let object: serde_json::Map<_, _> = names.iter().map(|&name| name.to_owned()).zip(cells).collect();
        ndjson += &format!("{}\n", Value::Object(object));
    }
    (csv, ndjson)
}

#[test]
fn the_table_of_bits_holds_from_text_to_text() {
    for case in ["iris_logistic", "mixed", "diabetes_ridge"] {
        let source = json(&fixture(&format!("sklearn/{case}.json")));
        let table = json(&fixture(&format!("bits/{case}.json")));
        let list = |value: &Value| value.as_array().expect("a list").clone();
        let (csv, ndjson) = rows(&list(&source["inputs"]), &list(&table["rows"]));
        let folder = Folder::with([("rows.csv", csv.as_bytes()), ("rows.ndjson", ndjson.as_bytes())]);
        let model = fixture(&format!("bits/{case}.edgelet"));
        for (method, expected) in table["outputs"].as_object().expect("outputs") {
            let expected: Vec<u64> = list(expected).iter().map(|x| x.as_f64().expect("a number").to_bits()).collect();
            let from_csv = folder.run(&["predict", model.to_str().expect("UTF-8"), "rows.csv", "--method", method]);
            let from_csv = from_csv.succeeds();
            let lines = from_csv.lines().skip(1).flat_map(|line| line.split(','));
            let found: Vec<u64> = lines.map(|x| x.parse::<f64>().expect("a number").to_bits()).collect();
            assert_eq!(found, expected, "{case} {method} of CSV");

            let arguments = ["predict", model.to_str().expect("UTF-8"), "rows.ndjson", "--method", method, "--json"];
            let from_ndjson = folder.run(&arguments).succeeds();
            let header: Vec<_> = from_csv.lines().next().expect("a header").split(',').collect();
            let values = |line: &str| {
                let object: Value = serde_json::from_str(line).expect("JSON");
                header.iter().map(|name| object[name].as_f64().expect("a number").to_bits()).collect::<Vec<_>>()
            };
            assert_eq!(from_ndjson.lines().flat_map(values).collect::<Vec<_>>(), expected, "{case} {method} of NDJSON");
        }
    }
}

#[test]
fn answers_are_columns_with_labels_of_their_own_type() {
    let rows = b"age,code\n10,01\n20,True\n30,\"1,5\"\n";
    let folder = Folder::with([
        ("texts.edgelet", &models::codes(models::texts())),
        ("integers.edgelet", &models::codes(Labels::Integers(vec![-1, 0, 7]))),
        ("floats.edgelet", &models::codes(Labels::Floats(vec![0.5, 2.0, 1e300]))),
        ("line.edgelet", &models::line(0.0)),
        ("rows.csv", rows),
        ("line.csv", LINE),
    ]);
    let predict = |arguments: &[&str]| folder.run(&[&["predict"], arguments].concat()).succeeds();
    assert_eq!(predict(&["line.edgelet", "line.csv"]), "prediction\n4.6\n0.19999999999999996\n0.6000000799999999\n");
    assert_eq!(
        predict(&["line.edgelet", "line.csv", "--json"]),
        "{\"prediction\":4.6}\n{\"prediction\":0.19999999999999996}\n{\"prediction\":0.6000000799999999}\n"
    );
    assert_eq!(predict(&["texts.edgelet", "rows.csv"]), "prediction\n\"naïve, ☂\"\n007\n\u{1b}[31mred\n");
    assert_eq!(
        predict(&["texts.edgelet", "rows.csv", "--json"]),
        "{\"prediction\":\"naïve, ☂\"}\n{\"prediction\":\"007\"}\n{\"prediction\":\"\\u001b[31mred\"}\n"
    );
    assert_eq!(predict(&["integers.edgelet", "rows.csv"]), "prediction\n-1\n0\n7\n");
    assert_eq!(
        predict(&["integers.edgelet", "rows.csv", "--json"]),
        "{\"prediction\":-1}\n{\"prediction\":0}\n{\"prediction\":7}\n"
    );
    assert_eq!(predict(&["floats.edgelet", "rows.csv"]), "prediction\n0.5\n2.0\n1e300\n");
    let scores = ["integers.edgelet", "rows.csv", "--method", "decision_function"];
    assert_eq!(predict(&scores), "-1,0,7\n1.0,0.0,0.0\n0.0,1.0,0.0\n0.0,0.0,1.0\n");
    assert_eq!(
        predict(&[&scores[..], &["--json"]].concat()).lines().next(),
        Some("{\"-1\":1.0,\"0\":0.0,\"7\":0.0}"),
        "columns in the order of the classes"
    );
    let probabilities = predict(&["texts.edgelet", "rows.csv", "--method", "predict_proba"]);
    assert!(probabilities.starts_with("\"naïve, ☂\",007,\u{1b}[31mred\n0.57"), "{probabilities}");
}

#[test]
fn several_targets_have_columns_of_their_own_from_prediction_to_verification() {
    let pets = format::encode(&Model::new(crate::pets::pets()).expect("a model")).expect("bytes");
    let folder = Folder::with([("pets.edgelet", &pets), ("rows.csv", b"weight,barks\n8,1\n0.25,0\n4,0\n")]);
    let predict = |arguments: &[&str]| folder.run(&[&["predict", "pets.edgelet", "rows.csv"], arguments].concat());
    let labels = predict(&[]).succeeds();
    assert_eq!(labels, "kind,indoor,legs\ndog,false,4\nfish,true,0\ncat,false,4\n");
    let lines = predict(&["--json"]).succeeds();
    assert_eq!(lines.lines().next(), Some("{\"kind\":\"dog\",\"indoor\":false,\"legs\":4}"));
    let probabilities = predict(&["--method", "predict_proba"]).succeeds();
    assert!(
        probabilities.starts_with("kind:cat,kind:dog,kind:fish,indoor:false,indoor:true,legs:0,legs:4\n"),
        "{probabilities}"
    );
    let verify = |expected: &str, method| {
        fs::write(folder.path("expected.csv"), expected).expect("a file");
        let arguments =
            ["verify", "pets.edgelet", "--rows", "rows.csv", "--expect", "expected.csv", "--method", method];
        folder.run(&[&arguments[..], &["--tolerance", "0"]].concat())
    };
    assert_eq!(verify(&probabilities, "predict_proba").succeeds(), "3 rows agree\n");
    assert_eq!(verify(&labels, "predict").succeeds(), "3 rows agree\n");
    // In order, under other names.
    assert_eq!(verify(&labels.replace("kind,indoor,legs", "a,b,c"), "predict").succeeds(), "3 rows agree\n");
    let message = verify(&labels.replace("fish,true", "fish,false"), "predict").fails(4, "parity");
    assert_eq!(message, "expected.csv: row 1: indoor: expected false, found true. 1 of 3 rows differs.");
    let shown = folder.run(&["inspect", "pets.edgelet"]).succeeds();
    assert!(shown.contains("targets (3)\n  kind    one of cat, dog, fish\n  indoor  one of false, true\n"), "{shown}");
    let shown: Value =
        serde_json::from_str(&folder.run(&["inspect", "pets.edgelet", "--json"]).succeeds()).expect("JSON");
    assert_eq!(shown["classes"], json!([["cat", "dog", "fish"], [false, true], [0, 4]]));
    assert_eq!(folder.run(&["verify", "pets.edgelet"]).succeeds(), "3 test rows agree\n");
}

#[test]
fn rows_come_from_stdin_in_any_format() {
    let folder = Folder::with([("line.edgelet", &models::line(0.0))]);
    assert_eq!(folder.run_on("x\n5\n", &["predict", "line.edgelet", "-"]).succeeds(), "prediction\n4.6\n");
    for format in [&[][..], &["--format", "ndjson"]] {
        let arguments = [&["predict", "line.edgelet", "-"], format].concat();
        assert_eq!(folder.run_on("{\"x\": 5}\n", &arguments).succeeds(), "prediction\n4.6\n");
    }
    let message = folder.run_on("", &["predict", "line.edgelet", "-"]).fails(1, "bad_rows");
    assert!(message.starts_with("-: line 1: expected a header"), "{message}");
}

#[test]
fn unused_columns_are_told_unless_it_is_to_be_quiet() {
    let folder = Folder::with([("line.edgelet", &models::line(0.0)), ("rows.csv", b"id,x,note\n1,5,a\n")]);
    let run = folder.run(&["predict", "line.edgelet", "rows.csv"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "prediction\n4.6\n"));
    assert_eq!(run.stderr, "columns that the model does not use: id, note\n");
    assert_eq!(folder.run(&["predict", "line.edgelet", "rows.csv", "--quiet"]).succeeds(), "prediction\n4.6\n");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = Folder::with([
        ("line.edgelet", &models::line(0.0)),
        ("line.csv", LINE),
        ("wrong.csv", b"x\n5\nfive\n"),
        ("file", b""),
        ("old.csv", b"old"),
    ]);
    let before = folder.names();
    for (output, code) in [("missing/out.csv", "io"), ("file/out.csv", "io"), (".", "io")] {
        let message = folder.run(&["predict", "line.edgelet", "line.csv", "-o", output]).fails(1, code);
        assert!(message.starts_with(output), "{message}");
        assert_eq!(folder.names(), before);
    }
    folder.run(&["predict", "line.edgelet", "wrong.csv", "-o", "old.csv"]).fails(1, "wrong_type");
    assert_eq!(fs::read(folder.path("old.csv")).expect("the file"), b"old");
    let run = folder.run(&["predict", "line.edgelet", "line.csv", "-o", "old.csv"]);
    assert_eq!((run.code, &*run.stdout), (Some(0), ""));
    assert!(run.stderr.starts_with("3 rows in ") && run.stderr.ends_with(" rows/s\n"), "{}", run.stderr);
    assert_eq!(
        fs::read_to_string(folder.path("old.csv")).expect("the file"),
        folder.run(&["predict", "line.edgelet", "line.csv"]).succeeds()
    );
    assert_eq!(folder.names(), before);
}

#[test]
fn failures_say_where_and_with_which_exit_code() {
    let folder = Folder::with([
        ("line.edgelet", &models::line(0.0)),
        ("codes.edgelet", &models::codes(models::texts())),
        ("page.edgelet", b"<!doctype html>"),
        ("line.csv", LINE),
        ("ragged.csv", b"x\n1\n2,3\n"),
        ("typo.csv", b"age,code\n1,Treu\n"),
        ("X.csv", b"X\n1\n"),
        ("gap.csv", b"x,y\n1,1\n,1\n"),
        // The sizes of its shape overflow in the library that reads it.
        ("shape.npy", b"\x93NUMPY\x01\x00\x50\x00{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2)}  "),
    ]);
    let cases = [
        (["line.edgelet", "none.csv", "predict"], "io", "none.csv: expected rows that can be read"),
        (["none.edgelet", "line.csv", "predict"], "io", "none.edgelet: expected a file that can be read"),
        (["page.edgelet", "line.csv", "predict"], "not_a_model", "page.edgelet: "),
        (["line.edgelet", "line.csv", "predict_proba"], "unsupported_method", "method: expected one of predict, found"),
        (["line.edgelet", "ragged.csv", "predict"], "bad_rows", "ragged.csv: line 3: expected 1 field, found 2"),
        (
            ["line.edgelet", "X.csv", "predict"],
            "missing_feature",
            "X.csv: columns: expected \"x\", found no such column",
        ),
        (["line.edgelet", "gap.csv", "predict"], "missing_value", "gap.csv: row 1: x: expected a value"),
        (
            ["codes.edgelet", "typo.csv", "predict"],
            "unknown_category",
            "typo.csv: row 0: code: expected one of \"01\", ",
        ),
        (["line.edgelet", "shape.npy", "predict"], "bad_rows", "shape.npy: array: expected "),
    ];
    for ([model, rows, method], code, says) in cases {
        let message = folder.run(&["predict", model, rows, "--method", method]).fails(1, code);
        assert!(message.starts_with(says), "{message}");
    }
    for arguments in [&["--method", "guess"][..], &["--format", "xlsx"], &["--jsn"], &["more.csv"]] {
        folder.run(&[&["predict", "line.edgelet", "line.csv"], arguments].concat()).refuses_its_arguments();
    }
}

#[test]
fn a_closed_stdout_is_no_failure() {
    let rows = "x\n".to_owned() + &"0.123456789\n".repeat(20_000);
    let folder = Folder::with([("line.edgelet", &models::line(0.0)), ("rows.csv", rows.as_bytes())]);
    for style in [&[][..], &["--json"]] {
        let mut command = folder.command(&[&["predict", "line.edgelet", "rows.csv"], style].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        drop(child.stdout.take());
        let ended = child.wait_with_output().expect("its end");
        assert_eq!((ended.status.code(), ended.stderr), (Some(0), Vec::new()));
    }
}

/// A running `edgelet serve`, killed at the end.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn models_come_from_files_and_servers_by_their_url() {
    let folder = Folder::with([("line.edgelet", &models::line(0.0)), ("line.csv", LINE)]);
    let expected = folder.run(&["predict", "line.edgelet", "line.csv"]).succeeds();
    let url = format!("file://{}", folder.path("line.edgelet").display());
    assert_eq!(folder.run(&["predict", &url, "line.csv"]).succeeds(), expected);

    let mut command = folder.command(&["serve", ".", "--port", "0"]);
    let mut served = Served(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts"));
    let mut line = String::new();
    BufReader::new(served.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("a line");
    let place = line.trim_end().strip_prefix("serving . at ").unwrap_or_else(|| panic!("{line}"));
    let arguments = ["predict", &format!("{place}/line.edgelet"), "line.csv"];
    let run = folder.command(&arguments).env("NO_PROXY", "127.0.0.1").output().expect("the program starts");
    assert_eq!(String::from_utf8_lossy(&run.stdout), expected, "{}", String::from_utf8_lossy(&run.stderr));
    let missing = folder.run(&["predict", &format!("{place}/none.edgelet?token=secret"), "line.csv"]);
    let message = missing.fails(1, "http_status");
    assert!(message.contains("/none.edgelet: expected status 200, found status 404"), "{message}");
    assert!(!message.contains("secret"), "{message}");
}
