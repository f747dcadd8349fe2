//! Arbitrary bytes as a file: an error, or a sound model that predicts, explains and encodes to the same bytes, or a sound network that
//! runs and does so; never a panic.
//!
//! Files whose header claims the right lengths get the right checksum first, or hardly any input would pass it.
#![no_main]

use edgelet::format::{self, HEADER_BYTES, MAGIC};
use edgelet::infer::Inference;
use edgelet::network::tensor::count;
use edgelet::network::{Data, Dim, Port, Tensor};
use edgelet::predict::{Explainer, Predictor};
use libfuzzer_sys::fuzz_target;
use std::hash::Hasher;

fuzz_target!(|bytes: &[u8]| {
    let mut file = bytes.to_vec();
    if file.len() > HEADER_BYTES && file.starts_with(&MAGIC) {
        let mut hash = twox_hash::XxHash64::with_seed(0);
        hash.write(&file[..32]);
        hash.write(&file[HEADER_BYTES..]);
        file[32..40].copy_from_slice(&hash.finish().to_le_bytes());
    }
    if format::is_network(&file) {
        return run(&file);
    }
    let Ok(model) = format::decode(&file) else { return };
    let mut predictor = Predictor::new(&model);
    let rows = vec![0.5; predictor.input_width() * 130];
    for output in &model.signature().outputs {
        predictor.predict(output.method, &rows, &mut vec![0.0; model.width(output.value) * 130]);
    }
    let again = format::encode(&model).expect("what was decoded can be encoded");
    let decoded = format::decode(&again).expect("and decoded again");
    assert!(format::encode(&decoded).is_ok_and(|bytes| bytes == again));
    let Ok(background) = format::decode_background(format::background(&file), &model) else { return };
    let Ok(mut explainer) = Explainer::new(&model, &background) else { return };
    predictor.scratch()[..rows.len() / 130].fill(0.5);
    explainer.run(&mut predictor, None);
});

/// Larger inputs than this take more time than they are worth.
const MAX_ELEMENTS: usize = 1 << 14;

/// Runs the network of a file on zeros.
fn run(file: &[u8]) {
    let Ok(network) = format::decode_network(file) else { return };
    let again = format::encode_network(&network).expect("what was decoded can be encoded");
    let decoded = format::decode_network(&again[..]).expect("and decoded again");
    assert!(format::encode_network(&decoded).is_ok_and(|bytes| bytes == again));
    let zeros = |port: &Port| {
        let lengths = port.shape.iter().flatten().map(|dim| match dim {
            Dim::Fixed(length) => *length as usize,
            Dim::Any(_) => 2,
        });
        let shape: Vec<usize> = lengths.collect();
        let elements = count(&shape).ok().filter(|elements| *elements <= MAX_ELEMENTS)?;
        Tensor::new(port.dtype, shape, Data::zeros(port.dtype, elements)).ok()
    };
    let given: Option<Vec<Tensor>> = network.inputs().iter().map(zeros).collect();
    let inference = Inference::new(network);
    if let Some(given) = given {
        let _ = inference.run(given);
    }
}
