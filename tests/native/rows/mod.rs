//! Rows: what is read of each format, what is refused, and how tables become the rows of a model.

mod csv;
mod encode;
mod ndjson;
mod npy;
mod parquet;

use edgelet::error::{Error, Kind, Result};
use edgelet::native::data::{self, Column, Table, Values};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// Reads a file of that name, whose extension tells the format, with these bytes.
fn read(name: &str, bytes: impl AsRef<[u8]>) -> Result<Table> {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file");
    read_path(&path)
}

fn read_path(path: &Path) -> Result<Table> {
    data::read(path.to_str().expect("UTF-8"), None)
}

/// A refusal of the rows in a file, without the file's path.
#[track_caller]
fn refusal(read: Result<Table>) -> String {
    let error: Error = read.expect_err("a refusal");
    assert_eq!(error.kind(), Kind::BadRows, "{error}");
    let message = error.to_string();
    let (path, rest) = message.split_once(": ").expect("a place");
    assert!(path.starts_with('/'), "{message}");
    rest.to_owned()
}

/// The columns of a table as names and values.
fn columns(table: Table) -> Vec<(String, Values)> {
    table.columns.into_iter().map(|Column { name, values }| (name, values)).collect()
}

/// A table of named columns.
fn table<const N: usize>(rows: usize, columns: [(&str, Values); N]) -> Table {
    let columns = columns.into_iter().map(|(name, values)| Column { name: name.to_owned(), values }).collect();
    Table { columns, rows }
}

fn integers<const N: usize>(values: [i64; N]) -> Values {
    Values::Integers(values.map(Some).into())
}

fn texts<const N: usize>(values: [&str; N]) -> Values {
    Values::Texts(values.map(|text| Some(text.to_owned())).into())
}

/// The bits of numbers, so that NaN and the two zeros compare.
#[track_caller]
fn bits(values: &Values) -> Vec<u64> {
    let Values::Numbers(values) = values else { panic!("numbers, not {values:?}") };
    values.iter().map(|x| x.to_bits()).collect()
}

/// The bits of dates.
#[track_caller]
fn date_bits(values: &Values) -> Vec<u64> {
    let Values::Dates(values) = values else { panic!("dates, not {values:?}") };
    values.iter().map(|x| x.to_bits()).collect()
}

/// Runs a Python script in a folder, by the interpreter that has NumPy and pyarrow, and returns what it prints.
fn python(folder: &Path, script: &str) -> String {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/python");
    assert!(python.exists(), "{} is missing: run `cargo xtask setup`", python.display());
    let run = Command::new(python).arg("-c").arg(script).current_dir(folder).output().expect("Python");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("UTF-8")
}

/// Damages bytes in many ways, always the same: cut short, one bit turned, a few bytes replaced.
fn damaged(bytes: &[u8], times: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let bytes = bytes.to_vec();
    (0..times).map(move |i| {
        let mut bytes = bytes.clone();
        match i % 3 {
            0 => bytes.truncate(random(bytes.len())),
            1 => {
                let at = random(bytes.len());
                bytes[at] ^= 1 << random(8);
            }
            _ => (0..4).for_each(|_| {
                let at = random(bytes.len());
                bytes[at] = random(256) as u8;
            }),
        }
        bytes
    })
}

/// Damaged files give a table, or an error that says so; they never panic, which would fail the test.
fn assert_damage_is_told(name: &str, bytes: &[u8], times: usize) {
    let mut refused = 0;
    for bytes in damaged(bytes, times) {
        if let Err(error) = read(name, bytes) {
            assert!(matches!(error.kind(), Kind::BadRows | Kind::LimitExceeded), "{error}");
            refused += 1;
        }
    }
    assert!(refused > times / 3, "every file that was cut short is refused, not {refused} of {times}");
}
