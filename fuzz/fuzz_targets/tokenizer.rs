//! Arbitrary bytes as a tokenizer.json, and behind a zero byte as a text: an error, or a sound network that survives the format and
//! makes ids, never a panic.
#![no_main]

use edgelet::format;
use edgelet::import::tokenizer::{self, Settings};
use edgelet::infer::Inference;
use edgelet::network::{Beside, Dim, Dtype, Network, Parts, Port, Preprocessing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let middle = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (file, text) = bytes.split_at(middle);
    let Ok(tokenizer) = tokenizer::import(file, &Settings::default()) else { return };
    let text = String::from_utf8_lossy(text);
    let shape = Some(vec![Dim::Any("n".into()), Dim::Any("length".into())]);
    let port = Port { name: "ids".into(), dtype: Dtype::I64, shape };
    let network = Network::new(Parts {
        inputs: vec![port.clone()],
        outputs: vec![(port, 0)],
        preprocessing: vec![Preprocessing::Text { input: 0, beside: Beside::default(), tokenizer: Box::new(tokenizer) }],
        ..Parts::default()
    });
    let Ok(network) = network else { return };
    let Ok(encoded) = format::encode_network(&network) else { return };
    // Bytes and not networks: a weight may be NaN.
    let decoded = format::decode_network(&encoded[..]).expect("a network that was written");
    assert!(format::encode_network(&decoded).is_ok_and(|again| again == encoded));
    let _ = Inference::new(network).texts(0, &[(&text, None), (&text, Some(&text))]);
});
