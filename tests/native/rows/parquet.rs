//! Parquet, written by pyarrow.

use super::{assert_damage_is_told, bits, columns, date_bits, integers, python, read, read_path, refusal, texts};
use edgelet::native::data::Values;
use std::fs;
use tempfile::TempDir;

const TABLES: &str = r#"
import datetime, decimal
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
table = pa.table({
    "f64": pa.array([0.1, None, -0.0]),
    "f32": pa.array([0.1, None, 2.5], pa.float32()),
    "f16": pa.array(np.array([0.5, 1.5, -2.0], dtype="float16")),
    "i64": pa.array([2**53 + 1, None, -(2**63)]),
    "i32": pa.array([1, 2, -3], pa.int32()),
    "i16": pa.array([1, 2, -3], pa.int16()),
    "i8": pa.array([1, 2, -3], pa.int8()),
    "u64": pa.array([1, 2**63, None], pa.uint64()),
    "u32": pa.array([1, 2, 2**32 - 1], pa.uint32()),
    "u16": pa.array([1, 2, 3], pa.uint16()),
    "u8": pa.array([1, 2, 3], pa.uint8()),
    "flag": pa.array([True, None, False]),
    "text": pa.array(["a", None, "ü☂"]),
    "large": pa.array(["a", "b", "a"], pa.large_string()),
    "dictionary": pa.array(["a", "b", "a"]).dictionary_encode(),
    "nothing": pa.nulls(3),
    "day": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)]),
    "day64": pa.array([datetime.date(2024, 2, 29), None, datetime.date(1969, 12, 31)], pa.date64()),
    "seconds": pa.array([1, None, -1], pa.timestamp("s")),
    "milliseconds": pa.array([1500, None, -1], pa.timestamp("ms")),
    "microseconds": pa.array([1999, None, -1], pa.timestamp("us", tz="UTC")),
    "paris": pa.array([1000, None, -1000], pa.timestamp("us", tz="Europe/Paris")),
})
for codec in ["none", "snappy", "zstd", "gzip", "lz4"]:
    pq.write_table(table, f"{codec}.parquet", compression=codec)
pq.write_table(table, "pages2.parquet", data_page_version="2.0", row_group_size=1)
pq.write_table(table, "version1.parquet", version="1.0", use_dictionary=False)

# Version 1.0 knows no nanoseconds.
pq.write_table(pa.table({"when": pa.array([1_999_999, None, -1], pa.timestamp("ns"))}), "nanoseconds.parquet")
pq.write_table(pa.table({"when": pa.array([2**31 - 1], pa.date32())}), "far.parquet")
unsupported = {
    "time": pa.array([0], pa.time64("ns")),
    "decimal": pa.array([decimal.Decimal("1.50")]),
    "bytes": pa.array([b"\xff"]),
    "fixed": pa.array([b"\xff\xff"], pa.binary(2)),
    "list": pa.array([[1, 2]]),
    "struct": pa.array([{"a": 1}]),
    "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
}
for name, array in unsupported.items():
    pq.write_table(pa.table({"fine": [1], f"the {name}": array}), f"refused_{name}.parquet")
pq.write_table(pa.table({"when": [0]}, schema=pa.schema([("when", pa.timestamp("ns"))])), "int96.parquet",
               use_deprecated_int96_timestamps=True)
pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]), "twice.parquet")
pq.write_table(pa.table({"a": pa.array([], pa.int64())}), "no_rows.parquet")
pq.write_table(pa.table({}), "no_columns.parquet")
"#;

#[test]
fn what_pyarrow_writes_is_read_or_refused() {
    let folder = TempDir::new().expect("a temporary folder");
    python(folder.path(), TABLES);
    let read = |name: &str| read_path(&folder.path().join(format!("{name}.parquet")));
    let missing = f64::NAN;
    for name in ["none", "snappy", "zstd", "gzip", "lz4", "pages2", "version1"] {
        let table = read(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(table.rows, 3);
        let column = |column: &str| &table.column(column).unwrap_or_else(|| panic!("{name}: {column}")).values;
        let numbers = [
            ("f64", [0.1, missing, -0.0]),
            ("f32", [f64::from(0.1_f32), missing, 2.5]),
            ("f16", [0.5, 1.5, -2.0]),
            ("u64", [1.0, 9_223_372_036_854_775_808.0, missing]),
            ("nothing", [missing; 3]),
        ];
        for (of, expected) in numbers {
            assert_eq!(bits(column(of)), expected.map(f64::to_bits), "{name}: {of}");
        }
        assert_eq!(*column("i64"), Values::Integers(vec![Some((1 << 53) + 1), None, Some(i64::MIN)]));
        for of in ["i32", "i16", "i8"] {
            assert_eq!(*column(of), integers([1, 2, -3]), "{name}: {of}");
        }
        assert_eq!(*column("u32"), integers([1, 2, 4_294_967_295]), "{name}");
        assert_eq!((column("u16"), column("u8")), (&integers([1, 2, 3]), &integers([1, 2, 3])));
        assert_eq!(*column("flag"), Values::Booleans(vec![Some(true), None, Some(false)]));
        assert_eq!(*column("text"), Values::Texts(vec![Some("a".into()), None, Some("ü☂".into())]));
        let dates = |dates: [f64; 2]| [dates[0], missing, dates[1]].map(f64::to_bits);
        let cases = [
            ("day", dates([1_709_164_800_000.0, -86_400_000.0])),
            ("day64", dates([1_709_164_800_000.0, -86_400_000.0])),
            ("seconds", dates([1000.0, -1000.0])),
            ("milliseconds", dates([1500.0, -1.0])),
            ("microseconds", dates([1.0, -1.0])),
            ("paris", dates([1.0, -1.0])),
        ];
        for (of, expected) in cases {
            assert_eq!(date_bits(column(of)), expected, "{name}: {of}");
        }
        assert_eq!((column("large"), column("dictionary")), (&texts(["a", "b", "a"]), &texts(["a", "b", "a"])));
    }

    let table = read("nanoseconds").expect("a table");
    assert_eq!(date_bits(&table.columns[0].values), [1.0, missing, -1.0].map(f64::to_bits));
    let far = refusal(read("far"));
    assert!(far.starts_with("column \"when\": expected dates of at most 100 million days"), "{far}");
    let types = "time decimal bytes fixed list struct map";
    for name in types.split(' ') {
        let message = refusal(read(&format!("refused_{name}")));
        let says = format!("column \"the {name}\": expected numbers, truth values, texts or dates, found ");
        assert!(message.starts_with(&says) && message.contains("Convert or drop the column"), "{message}");
    }
    assert!(refusal(read("int96")).starts_with("column \"when\": expected numbers, truth values, texts or dates"));
    assert!(refusal(read("twice")).starts_with("columns: expected distinct names, found \"a\" twice"));
    assert!(refusal(read("no_rows")).starts_with("expected at least 1 row"));
    assert!(refusal(read("no_columns")).starts_with("columns: expected at least 1 column"));

    for name in ["none", "snappy", "zstd", "gzip", "lz4", "pages2"] {
        let bytes = fs::read(folder.path().join(format!("{name}.parquet"))).expect("a file");
        assert_damage_is_told("rows.parquet", &bytes, 300);
    }
}

#[test]
fn other_bytes_under_its_name_are_refused() {
    for bytes in [b"".as_slice(), b"PAR1", b"PAR1PAR1", b"a,b\n1,2\n", b"PAR1\xff\xff\xff\xffPAR1"] {
        assert!(refusal(read("rows.parquet", bytes)).starts_with("file: expected Parquet, found "));
    }
    // By its first bytes, it needs no extension.
    assert!(refusal(read("rows", b"PAR1PAR1")).starts_with("file: expected Parquet, found "));
    assert_eq!(columns(read("rows", "a\n1\n").expect("a table")), [("a".into(), integers([1]))]);
}
