//! Arbitrary bytes as a file of TFLite: an error or a sound network that survives the format, never a panic.
#![no_main]

use edgelet::format;
use edgelet::import::tflite;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(network) = tflite::import(bytes) else { return };
    let Ok(encoded) = format::encode_network(&network) else { return };
    // Bytes and not networks: a weight may be NaN.
    let decoded = format::decode_network(&encoded[..]).expect("a network that was written");
    assert!(format::encode_network(&decoded).is_ok_and(|again| again == encoded));
});
