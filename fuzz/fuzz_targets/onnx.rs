//! Arbitrary bytes as a file of ONNX: an error or a sound network that is made ready for the edge and survives the format, never a
//! panic.
#![no_main]

use edgelet::error::{Error, Kind};
use edgelet::format;
use edgelet::import::onnx;
use edgelet::optimize::optimize;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let nowhere = |name: &str, _: u64, _: usize| Err(Error::new(Kind::Io, name.to_owned(), "a file", "none"));
    let Ok(network) = onnx::import(bytes, &nowhere, &mut |_| {}) else { return };
    let Ok(network) = optimize(network) else { return };
    let Ok(encoded) = format::encode_network(&network) else { return };
    // Bytes and not networks: a weight may be NaN.
    let decoded = format::decode_network(&encoded[..]).expect("a network that was written");
    assert!(format::encode_network(&decoded).is_ok_and(|again| again == encoded));
});
