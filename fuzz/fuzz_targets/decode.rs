//! Arbitrary bytes as a file: an error or a sound model that predicts, explains and encodes to the same bytes, never a panic.
//!
//! Files whose header claims the right lengths get the right checksum first, or hardly any input would pass it.
#![no_main]

use edgelet::format::{self, HEADER_BYTES, MAGIC};
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
