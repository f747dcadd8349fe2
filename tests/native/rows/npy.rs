//! NumPy arrays, written by NumPy.

use super::{assert_damage_is_told, bits, columns, date_bits, integers, python, read, read_path, refusal};
use edgelet::error::Kind;
use edgelet::native::data::Values;
use std::fs;
use tempfile::TempDir;

const ARRAYS: &str = r#"
import numpy as np
kinds = "float64 float32 int64 int32 int16 int8 uint64 uint32 uint16 uint8".split()
for kind in kinds:
    np.save(f"{kind}.npy", np.array([[1, 2, 3], [4, 5, 100]], dtype=kind))
np.save("fortran.npy", np.asfortranarray(np.array([[1.0, 2, 3], [4, 5, 100]])))
np.save("big_endian.npy", np.array([[1, 2, 3], [4, 5, 100]], dtype=">f8"))
np.save("bool.npy", np.array([[True, False], [False, True]]))
np.save("one_dimension.npy", np.array([0.1, -0.0, np.nan, np.inf]))
np.save("float32_digits.npy", np.array([[0.1]], dtype="float32"))
np.save("signs.npy", np.array([[-(2**53), 2**53]]))
for version in [(2, 0), (3, 0)]:
    with open(f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, np.array([[1.0, 2, 3], [4, 5, 100]]), version=version)

np.save("refused_dimensions.npy", np.zeros((2, 2, 2)))
np.save("refused_scalar.npy", np.array(1.0))
np.save("refused_objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
np.save("refused_texts.npy", np.array(["a", "b"]))
np.save("refused_half.npy", np.zeros((2, 2), dtype="float16"))
np.save("refused_complex.npy", np.zeros((2, 2), dtype="complex128"))
np.save("refused_hours.npy", np.array(["2024-01-01"], dtype="datetime64[h]"))
np.save("refused_durations.npy", np.array([1], dtype="timedelta64[s]"))
np.save("refused_far.npy", np.array([100_000_001], dtype="datetime64[D]"))
for unit in ["D", "s", "ms", "us", "ns"]:
    np.save(f"dates_{unit}.npy", np.array(["2024-02-29", "NaT", "1969-12-31"], dtype=f"datetime64[{unit}]"))
np.save("moments.npy", np.array(["2024-02-29T12:00:00.123999", "1969-12-31T23:59:59.999999"], dtype=">M8[us]"))
np.save("refused_records.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]))
np.save("refused_large.npy", np.array([2**53 + 1]))
np.save("refused_larger.npy", np.array([2**64 - 1], dtype="uint64"))
np.save("refused_no_rows.npy", np.zeros((0, 3)))
np.save("refused_no_columns.npy", np.zeros((3, 0)))
"#;

#[test]
fn what_numpy_saves_is_read_or_refused() {
    let folder = TempDir::new().expect("a temporary folder");
    python(folder.path(), ARRAYS);
    let read = |name: &str| read_path(&folder.path().join(format!("{name}.npy")));
    let table = |name: &str| columns(read(name).unwrap_or_else(|error| panic!("{error}")));
    let [x0, x1, x2] = ["x0", "x1", "x2"].map(str::to_owned);
    for kind in ["float64", "float32", "fortran", "big_endian", "version2", "version3"] {
        let expected = [[1.0, 4.0], [2.0, 5.0], [3.0, 100.0]].map(|column| Values::Numbers(column.into()));
        assert_eq!(table(kind), [&x0, &x1, &x2].map(String::clone).into_iter().zip(expected).collect::<Vec<_>>());
    }
    for kind in ["int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8"] {
        let expected = [[1, 4], [2, 5], [3, 100]].map(integers);
        assert_eq!(table(kind), [&x0, &x1, &x2].map(String::clone).into_iter().zip(expected).collect::<Vec<_>>());
    }
    let truths = |a, b| Values::Booleans(vec![Some(a), Some(b)]);
    assert_eq!(table("bool"), [(x0.clone(), truths(true, false)), (x1.clone(), truths(false, true))]);
    assert_eq!(bits(&table("one_dimension")[0].1), [0.1, -0.0, f64::NAN, f64::INFINITY].map(f64::to_bits));
    assert_eq!(table("float32_digits"), [(x0.clone(), Values::Numbers(vec![f64::from(0.1_f32)]))]);
    assert_eq!(table("signs"), [(x0, integers([-(1 << 53)])), (x1, integers([1 << 53]))]);

    for unit in ["D", "s", "ms", "us", "ns"] {
        let dates = [1_709_164_800_000.0, f64::NAN, -86_400_000.0].map(f64::to_bits);
        assert_eq!(date_bits(&table(&format!("dates_{unit}"))[0].1), dates, "{unit}");
    }
    assert_eq!(date_bits(&table("moments")[0].1), [1_709_208_000_123.0, -1.0].map(f64::to_bits));

    let refusals = [
        ("dimensions", "expected one or two dimensions, found 3 dimensions"),
        ("scalar", "expected one or two dimensions, found 0 dimensions"),
        ("objects", "array: expected 64- or 32-bit floats"),
        ("texts", "array: expected 64- or 32-bit floats"),
        ("half", "found 2-byte Float. Convert it with array.astype(float)."),
        ("complex", "found 16-byte Complex"),
        ("hours", "array: expected dates in D, s, ms, us or ns, found <M8[h]. Convert them with"),
        ("durations", "found 8-byte TimeDelta"),
        ("far", "array: expected dates of at most 100 million days"),
        ("records", "found records. Save the columns as one array of numbers."),
        ("large", "expected whole numbers up to 2^53, found 9007199254740993"),
        ("larger", "expected whole numbers up to 2^53, found 18446744073709551615"),
        ("no_rows", "expected at least 1 row, found none"),
        ("no_columns", "expected at least 1 column, found none"),
    ];
    for (name, says) in refusals {
        let message = refusal(read(&format!("refused_{name}")));
        assert!(message.contains(says), "{name}: {message}");
    }
    for name in ["float64", "fortran", "bool"] {
        let bytes = fs::read(folder.path().join(format!("{name}.npy"))).expect("an array");
        assert_damage_is_told("rows.npy", &bytes, 900);
    }
}

/// An array file by its header's text.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).expect("a short header").to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

#[test]
fn hostile_headers_are_refused() {
    let array = |shape: &str| format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let nested = format!("{{'descr': {}{}, 'shape': (1,), }}", "[".repeat(4000), "]".repeat(4000));
    let cases = [
        (file(&array("(9999999999, 1)"), &[0; 64]), Kind::LimitExceeded),
        (file(&array("(18446744073709551615, 18446744073709551615)"), &[0; 64]), Kind::BadRows),
        (file(&array("(4294967296, 4294967296, 2)"), &[0; 64]), Kind::BadRows),
        (file(&array("(1000000, 2)"), &[0; 64]), Kind::BadRows),
        (file(&array("(4, 3)"), &[0; 95]), Kind::BadRows),
        (file(&array("(999999999999, 0)"), &[]), Kind::BadRows),
        (file(&nested, &[0; 8]), Kind::BadRows),
        (file(&" ".repeat(20_000), &[0; 8]), Kind::BadRows),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec(), Kind::BadRows),
        (b"\x93NUMPY\x01\x00".to_vec(), Kind::BadRows),
        (b"\x93NUMPY\x09\x00\x00\x00\x00\x00".to_vec(), Kind::BadRows),
    ];
    for (bytes, kind) in cases {
        let error = read("rows.npy", &bytes).expect_err("a refusal");
        assert_eq!(error.kind(), kind, "{error}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(100)]));
    }
}
