//! skops' files: the objects of the pickles of the same, and damaged and hostile ones.

use super::{CASES, compare, document};
use edgelet::error::Kind;
use edgelet::import::skops::read;
use serde_json::Value;
use std::fs;
use std::io::{Cursor, Write};
use zip::write::{SimpleFileOptions, ZipWriter};

/// A file of skops with these members.
fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default()).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

/// A file of skops with this schema and one array.
fn schema(schema: &str, array: &[u8]) -> Vec<u8> {
    archive(&[("schema.json", schema.as_bytes()), ("array.npy", array)])
}

fn npy(header: &str, elements: &[u8]) -> Vec<u8> {
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), elements].concat()
}

const ARRAY: &str = r#"{"__class__": "ndarray", "__module__": "numpy", "__loader__": "NdArrayNode", "type": "numpy",
    "file": "array.npy", "protocol": 2}"#;

#[test]
fn skops_files_are_the_same_objects() {
    for case in ["forest", "pipeline", "words", "svc", "scaler", "objects"] {
        assert_eq!(compare(case, &["skops"], &[]).0, 2);
    }
    // skops keeps the class of these, not the function that Python calls.
    let instead = ["__pyx_unpickle_CyHalfMultinomialLoss", "__generator_ctor", "newObj", "__randomstate_ctor"];
    for case in ["histogram", "neighbors", "process"] {
        assert_eq!(compare(case, &["skops"], &instead).0, 2);
    }
}

#[test]
fn sparse_matrices_have_their_attributes() {
    let folder = CASES.path().join("sparse");
    let expected: Value =
        serde_json::from_slice(&fs::read(folder.join("expected.json")).expect("a file")).expect("JSON");
    let document = document(&folder.join("deflated.skops"));
    let matrix = document.root().get("matrix").expect("a matrix");
    assert_eq!(matrix.class(), Some(("scipy.sparse._csr", "csr_matrix")));
    for (key, expected) in expected.as_object().expect("arrays") {
        let floats = matrix.attribute(key).and_then(|array| array.array()?.floats()).expect("an array");
        let bits: Vec<_> = floats.iter().map(|float| Value::from(format!("{:016x}", float.to_bits()))).collect();
        assert_eq!(Some(&bits), expected["floats"].as_array(), "{key}");
    }
    let shape: Vec<_> = matrix.attribute("_shape").and_then(|shape| shape.items()).expect("a shape");
    assert_eq!(shape.iter().map(|extent| extent.as_i64()).collect::<Vec<_>>(), [Some(20), Some(30)]);
    let keys = document.root().get("keys").and_then(|keys| keys.entries()).expect("a dictionary");
    assert_eq!((keys.len(), keys[0].0.as_i64(), keys[0].1.as_i64()), (1, Some(5), Some(1)));
    for key in ["random", "masked"] {
        assert_eq!(document.root().get(key).map(|item| item.kind()), Some("an instance"));
    }
}

#[test]
fn damaged_files_are_errors() {
    let text = fs::read(CASES.path().join("scaler/stored.skops")).expect("a file");
    let step = text.len() / 500;
    for end in (0..text.len()).step_by(step) {
        assert_eq!(read(&text[..end]).expect_err("a part of a file").kind(), Kind::InvalidModel);
    }
    let mut changed = text.clone();
    for at in (0..text.len()).step_by(step) {
        for byte in [0, 0xff, text[at] ^ 1] {
            changed[at] = byte;
            let _ = read(&changed);
        }
        changed[at] = text[at];
    }
    let kind = |text: &str| read(&schema(text, b"")).expect_err("an error").kind();
    assert_eq!(kind("{}"), Kind::Unsupported);
    assert_eq!(kind(r#"{"protocol": 3}"#), Kind::Unsupported);
    assert_eq!(kind(r#"{"protocol": 2}"#), Kind::InvalidModel);
    assert_eq!(kind(r#"{"protocol": 2, "__loader__": "EvilNode"}"#), Kind::Unsupported);
    assert_eq!(kind(&"[".repeat(100_000)), Kind::InvalidModel);
    let list = r#"{"__class__": "list", "__module__": "builtins", "__loader__": "ListNode", "content": ["#;
    assert_eq!(kind(&list.repeat(1000)), Kind::InvalidModel);
    assert_eq!(read(&archive(&[("other.json", b"{}")])).expect_err("no schema").kind(), Kind::InvalidModel);
}

#[test]
fn arrays_are_as_large_as_their_bytes() {
    let header =
        |descr: &str, shape: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
    let file = |header: &str, elements: &[u8]| schema(ARRAY, &npy(header, elements));
    let document = read(&file(&header("'<f8'", "(1,)"), &1.5_f64.to_le_bytes())).expect("an array");
    assert_eq!(document.root().array().and_then(|array| array.floats()), Some(vec![1.5]));
    let nested = format!("{}'<f8'{}", "[('x', ".repeat(20), ")]".repeat(20));
    for (descr, shape) in [
        ("'<f8'", "(2,)"),
        ("'<f8'", "(0,)"),
        ("'<f8'", "(4294967296, 4294967296)"),
        ("'<f8'", "(-1,)"),
        ("'<f8'", "((((((((((((((((((((((1,),),),),),),),),),),),),),),),),),),),),),)"),
        ("'<U0'", "(1099511627776,)"),
        ("'|O'", "(1,)"),
        ("[('x', '<f8', (18446744073709551615,))]", "(1,)"),
        ("[('x', '<U0', (4294967296,)), ('y', '<f8')]", "(1,)"),
        (&nested, "(1,)"),
        ("'<f8", "(1,)"),
    ] {
        let error = read(&file(&header(descr, shape), &[0; 8])).expect_err("an error");
        assert_eq!(error.kind(), Kind::InvalidModel, "{descr} {shape}");
    }
    let long = header("'<f8'", &format!("(1,{})", " ".repeat(20_000)));
    assert_eq!(read(&file(&long, &[0; 8])).expect_err("a long header").kind(), Kind::InvalidModel);
}
