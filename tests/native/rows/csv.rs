//! CSV.

use super::{bits, columns, integers, python, read, read_path, refusal, texts};
use edgelet::native::data::{self, Values};
use std::fmt::Write;
use std::fs;
use tempfile::TempDir;

#[test]
fn what_programs_write_is_read() {
    let plain = read("rows.csv", "a,b\n1,x\n2,y\n").expect("a table");
    assert_eq!(columns(plain.clone()), [("a".into(), integers([1, 2])), ("b".into(), texts(["x", "y"]))]);
    let others: [&[u8]; 5] = [
        b"\xef\xbb\xbfa,b\n1,x\n2,y\n",
        b"a,b\r\n1,x\r\n2,y\r\n",
        b"\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"",
        b" a , b \n 1 , x \n 2 , y \n",
        b"a,b\n\n1,x\n\n2,y\n\n",
    ];
    for bytes in others {
        assert_eq!(read("rows.csv", bytes), Ok(plain.clone()), "{}", String::from_utf8_lossy(bytes));
    }
    let quoted = read("rows.csv", "text\n\"a, \"\"b\"\"\nand c\"\n").expect("a table");
    assert_eq!(columns(quoted), [("text".into(), texts(["a, \"b\"\nand c"]))]);
}

#[test]
fn a_column_has_the_narrowest_type_of_all_its_cells() {
    let cases = [
        ("true,FALSE,True", Values::Booleans(vec![Some(true), Some(false), Some(true)])),
        ("true,,NA", Values::Booleans(vec![Some(true), None, None])),
        ("1,-2,+3", integers([1, -2, 3])),
        ("007,0,9223372036854775807", integers([7, 0, i64::MAX])),
        ("1,null,none", Values::Integers(vec![Some(1), None, None])),
        ("1,2.5,9223372036854775808", Values::Numbers(vec![1.0, 2.5, 9_223_372_036_854_775_808.0])),
        ("1,inf,-1e400", Values::Numbers(vec![1.0, f64::INFINITY, f64::NEG_INFINITY])),
        ("1,true,2", texts(["1", "true", "2"])),
        ("1,x,2", texts(["1", "x", "2"])),
        ("1_000,0x10,1 000", texts(["1_000", "0x10", "1 000"])),
        ("x,None,NaN", Values::Texts(vec![Some("x".into()), None, None])),
        ("nano,n/a,nullable", texts(["nano", "n/a", "nullable"])),
    ];
    for (cells, expected) in cases {
        let rows = format!("first,last\n{}", cells.split(',').map(|cell| format!("{cell},0\n")).collect::<String>());
        let table = read("rows.csv", rows).expect("a table");
        assert_eq!(table.columns[0].values, expected, "{cells}");
    }
    let nothing = read("rows.csv", "a,b\n,1\nNA,2\nnan,3\n").expect("a table");
    assert_eq!(bits(&nothing.columns[0].values), [f64::NAN.to_bits(); 3]);
}

#[test]
fn texts_that_are_asked_for_stay_as_they_are_written() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("rows.csv");
    fs::write(&path, "code,count\n01,01\nTrue,2\n1.0,3\n,4\n").expect("a file");
    let path = path.to_str().expect("UTF-8");
    let table = data::read_with_texts(path, None, &|name| name == "code").expect("a table");
    let codes = ["01", "True", "1.0"].map(|text| Some(text.to_owned()));
    assert_eq!(table.columns[0].values, Values::Texts([&codes[..], &[None]].concat()));
    assert_eq!(table.columns[1].values, integers([1, 2, 3, 4]));
}

#[test]
fn refusals_name_the_line() {
    let cases: [(&[u8], &str); 7] = [
        (b"", "line 1: expected a header with the columns' names, found nothing"),
        (b"a,b\n", "expected at least 1 row, found none"),
        (b"a,b,a\n1,2,3\n", "columns: expected distinct names, found \"a\" twice. Rename one of the columns."),
        (b"a,b\n1,2\n\"3\n3\",4\n5\n", "line 5: expected 2 fields, found 1. Quote fields that hold commas"),
        (b"a,b\n1,2\n3,4,5\n", "line 3: expected 2 fields, found 3. "),
        (b"a,b\n1,caf\xe9\n", "line 2: expected UTF-8, found other bytes. Save it as UTF-8."),
        (b"\xff\xfea\x00,\x00b\x00\n\x00", "line 1: expected UTF-8"),
    ];
    for (bytes, says) in cases {
        let message = match read("rows.csv", bytes) {
            Err(error) => error.to_string(),
            Ok(table) => panic!("{table:?}"),
        };
        assert!(message.contains(&format!("rows.csv: {says}")), "{message}");
    }
    assert!(refusal(read("rows.csv", "a\n")).starts_with("expected at least 1 row"));
}

/// Texts of numbers: the hard ones by hand, and many by a generator, with few digits and more than there can be.
fn number_texts() -> Vec<String> {
    let hard = [
        "0.1",
        "-0.0",
        "+1.5",
        ".5",
        "5.",
        "1E5",
        "1e+05",
        "1e-05",
        "9007199254740993",
        "9007199254740993.0000000001",
        "1.7976931348623157e308",
        "1.7976931348623159e308",
        "1e400",
        "-1e400",
        "1e-400",
        "4.9e-324",
        "2.4703282292062327e-324",
        "2.4703282292062329e-324",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "8.442911973260991817129021e-309",
        "123456789012345678901234567890",
        "0.000000000000000000000000000001",
        "6.631236846766476e-316",
        "3.2378839133029012895883524125015321748630094000000e-319",
    ];
    let mut numbers: Vec<String> = hard.map(str::to_owned).into();
    let mut state = 1_u64;
    for i in 0..3000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let x = f64::from_bits(state ^ state >> 29);
        if x.is_finite() {
            numbers.push(match i % 3 {
                0 => format!("{x:e}"),
                1 => format!("{x:.25e}"),
                _ => format!("{:.17}", x % 1e6),
            });
        }
    }
    numbers
}

#[test]
fn numbers_are_pythons_to_the_bit() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("numbers.csv");
    let mut csv = String::from("number\n");
    number_texts().iter().for_each(|text| writeln!(csv, "{text}").expect("a line"));
    fs::write(&path, csv).expect("a file");
    let script = "import csv, struct\n\
        for row in csv.DictReader(open('numbers.csv')):\n    print(struct.pack('>d', float(row['number'])).hex())";
    let expected: Vec<u64> = python(folder.path(), script)
        .lines()
        .map(|line| u64::from_str_radix(line, 16).expect("hexadecimal digits"))
        .collect();
    assert!(expected.len() > 2900, "{} numbers", expected.len());
    let found = bits(&read_path(&path).expect("a table").columns[0].values);
    for ((text, expected), found) in number_texts().iter().zip(&expected).zip(&found) {
        assert_eq!(found, expected, "{text}");
    }
    assert_eq!(found.len(), expected.len());
}
