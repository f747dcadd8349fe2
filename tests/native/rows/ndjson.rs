//! NDJSON.

use super::{columns, integers, read, refusal, texts};
use edgelet::error::Kind;
use edgelet::native::data::Values;

#[test]
fn columns_are_the_names_of_all_lines() {
    let lines = "\u{feff}{\"b\": 1, \"a\": \"x\"}\r\n\n  {\"c\": true, \"a\": null}\n{\"b\": 2.5, \"c\": false}";
    let mut found = columns(read("rows.ndjson", lines).expect("a table"));
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(found[0], ("a".into(), Values::Texts(vec![Some("x".into()), None, None])));
    assert_eq!(found[2], ("c".into(), Values::Booleans(vec![None, Some(true), Some(false)])));
    let ("b", Values::Numbers(b)) = (found[1].0.as_str(), &found[1].1) else { panic!("{found:?}") };
    assert!(b[0] == 1.0 && b[1].is_nan() && b[2] == 2.5, "{b:?}");
}

#[test]
fn whole_numbers_stay_whole() {
    let table = read("rows.jsonl", "{\"id\": 9007199254740993}\n{\"id\": -9223372036854775808}\n").expect("a table");
    assert_eq!(columns(table), [("id".into(), integers([9_007_199_254_740_993, i64::MIN]))]);
    let table = read("rows.jsonl", "{\"id\": 1}\n{\"id\": 18446744073709551615}\n").expect("a table");
    assert_eq!(columns(table), [("id".into(), Values::Numbers(vec![1.0, 18_446_744_073_709_551_615.0]))]);
    let table = read("rows.jsonl", "{\"id\": 1}\n{\"id\": null}\n").expect("a table");
    assert_eq!(columns(table), [("id".into(), Values::Integers(vec![Some(1), None]))]);
}

#[test]
fn few_bytes_take_little_memory() {
    let lines = |count: usize| (0..count).map(|i| format!("{{\"{i}\":1}}\n")).collect::<String>();
    assert_eq!(read("rows.ndjson", lines(1000)).expect("a table").columns.len(), 1000);
    let many_names = (0..5000).map(|i| format!("\"{i}\":1")).collect::<Vec<_>>().join(",");
    for hostile in [lines(5000), format!("{}{{{many_names}}}\n", "{}\n".repeat(4000))] {
        let error = read("rows.ndjson", hostile).expect_err("a refusal");
        assert_eq!(error.kind(), Kind::LimitExceeded, "{error}");
    }
}

#[test]
fn the_first_brace_tells_it() {
    let table = read("rows.txt", "{\"a\": \"1,2\"}\n").expect("a table");
    assert_eq!(columns(table), [("a".into(), texts(["1,2"]))]);
}

#[test]
fn refusals_name_the_line() {
    let cases = [
        ("", "expected at least 1 row, found none"),
        ("{\"a\": 1}\n{\"a\": }\n", "line 2: expected a JSON object of plain values, found expected value at column 7"),
        ("\n{\"a\": 1}\n\n[1, 2]\n", "line 4: expected a JSON object of plain values, found invalid type: sequence"),
        ("{\"a\": 1}\n{\"a\"", "line 2: expected a JSON object of plain values, found EOF while parsing an object"),
        ("{\"a\": 1} {\"a\": 2}\n", "line 1: expected a JSON object of plain values, found trailing characters"),
        ("{\"a\": NaN}\n", "line 1: "),
        ("{\"a\": 1e999}\n", "line 1: expected a JSON object of plain values, found number out of range"),
        ("{\"a\": [1]}\n", "line 1: expected a JSON object of plain values, found an array as the value of \"a\""),
        ("{\"a\": {}}\n", "line 1: expected a JSON object of plain values, found an object as the value of \"a\""),
        (
            "{\"a\": 1}\n{\"b\": 0}\n{\"a\": \"x\"}\n",
            "row 2: a: expected a number, as in the rows before, found a text",
        ),
        ("{\"a\": true}\n{\"a\": 1}\n", "row 1: a: expected a truth value, as in the rows before, found a number"),
    ];
    for (lines, says) in cases {
        let message = refusal(read("rows.ndjson", lines));
        assert!(message.starts_with(says), "{lines}: {message}");
    }
    let message = refusal(read("rows.ndjson", [b"{\"a\": \"".as_slice(), b"\xff", b"\"}"].concat()));
    assert!(message.starts_with("line 1: "), "{message}");
    let deep = format!("{{\"a\": {}}}", "[".repeat(100_000));
    assert!(refusal(read("rows.ndjson", deep)).contains("recursion limit exceeded"));
}
