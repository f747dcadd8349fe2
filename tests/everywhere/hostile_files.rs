//! Files that are not what they claim: each gives an error that says so, none a panic.

use crate::models;
use edgelet::error::Kind;
use edgelet::format::{self, HEADER_BYTES};
use edgelet::model::Model;
use edgelet::predict::Predictor;
use std::hash::Hasher;

fn file() -> Vec<u8> {
    format::encode(&Model::new(models::plans()).expect("a sound model")).expect("an encoded model")
}

/// Makes the checksum right again, so that what lies behind it is reached.
pub fn seal(file: &mut [u8]) {
    let mut hash = twox_hash::XxHash64::with_seed(0);
    hash.write(&file[..32]);
    hash.write(&file[HEADER_BYTES..]);
    file[32..40].copy_from_slice(&hash.finish().to_le_bytes());
}

fn kind(bytes: &[u8]) -> Kind {
    format::decode(bytes).expect_err("an error").kind()
}

#[test]
fn every_truncation_is_noticed() {
    let file = file();
    for length in 1..file.len() {
        assert_eq!(kind(&file[..length]), Kind::Truncated, "{length} bytes");
    }
    assert_eq!(kind(&[]), Kind::NotAModel);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let file = file();
    for bit in 0..file.len() * 8 {
        let mut flipped = file.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(format::decode(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn changed_trees_are_a_model_or_an_error() {
    for parts in [models::trees(), models::linear_trees()] {
        let file = format::encode(&Model::new(parts).expect("a sound model")).expect("an encoded model");
        let mut refused = 0;
        for i in HEADER_BYTES..file.len() {
            for byte in [0, 1, 2, 5, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[i] = byte;
                seal(&mut changed);
                match format::decode(&changed) {
                    Ok(model) => drop(Predictor::new(&model)),
                    Err(_) => refused += 1,
                }
            }
        }
        assert!(refused > file.len(), "{refused}");
    }
}

#[test]
fn bytes_after_the_end_are_noticed() {
    let mut long = file();
    long.extend([0; 16]);
    assert_eq!(kind(&long), Kind::Corrupt);
}

#[test]
fn other_versions_are_named() {
    for version in [0u16, 4, 0x0100, u16::MAX] {
        let mut other = file();
        other[8..10].copy_from_slice(&version.to_le_bytes());
        let error = format::decode(&other).expect_err("an error");
        assert_eq!((error.kind(), error.found()), (Kind::UnsupportedVersion, format!("version {version}").as_str()));
    }
}

#[test]
fn lengths_past_the_limits_are_refused() {
    for (at, length) in [(16, u64::MAX), (16, 65 << 20), (24, u64::MAX), (24, 1 << 31)] {
        let mut huge = file();
        huge[at..at + 8].copy_from_slice(&length.to_le_bytes());
        assert_eq!(kind(&huge), Kind::LimitExceeded, "{length} at byte {at}");
    }
}

/// With a right checksum, every changed byte of the body gives an error or another sound model, and never a panic.
#[test]
fn a_forged_body_gives_an_error_or_a_sound_model() {
    let file = file();
    let body = u64::from_le_bytes(file[16..24].try_into().expect("8 bytes")) as usize;
    let mut refused = 0;
    for at in HEADER_BYTES..HEADER_BYTES + body {
        for value in [0, 1, 0x7f, 0x80, 0xff, file[at].wrapping_add(1)] {
            let mut forged = file.clone();
            forged[at] = value;
            seal(&mut forged);
            match format::decode(&forged) {
                Err(_) => refused += 1,
                Ok(model) => {
                    let mut predictor = edgelet::predict::Predictor::new(&model);
                    let rows = vec![0.0; predictor.input_width() * 3];
                    for output in &model.signature().outputs {
                        let mut out = vec![0.0; model.width(output.value) * 3];
                        predictor.predict(output.method, &rows, &mut out);
                    }
                }
            }
        }
    }
    assert!(refused > body, "most forged bytes are refused, found {refused}");
}

#[test]
fn forged_numbers_that_are_not_finite_are_refused_by_name() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut parts = models::line();
        parts.tests = Default::default();
        let mut file = format::encode(&Model::new(parts).expect("a sound model")).expect("an encoded model");
        let at = file.windows(8).position(|bytes| bytes == 0.8f64.to_le_bytes()).expect("the coefficient");
        file[at..at + 8].copy_from_slice(&bad.to_le_bytes());
        seal(&mut file);
        let error = format::decode(&file).expect_err("an error");
        assert_eq!(error.kind(), Kind::InvalidModel);
        assert_eq!(error.at(), "graph.nodes[0] (linear): coefficients[0]");
    }
}
