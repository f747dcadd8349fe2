//! Arbitrary bytes as another framework's file (UBJSON, JSON, LightGBM's text): an error or a sound model that predicts and
//! survives the format, never a panic.
#![no_main]

use edgelet::format;
use edgelet::import::{Options, import};
use edgelet::predict::Predictor;
use libfuzzer_sys::fuzz_target;

/// Wider rows than this take more time than they are worth.
const MAX_INPUTS: usize = 1 << 10;
/// So many rows go through a forest together, and a few more one by one.
const ROWS: usize = 128 + 5;

fuzz_target!(|bytes: &[u8]| {
    for missing in [None, Some(0.0)] {
        let Ok(model) = import(bytes, &Options { from: None, missing }) else { continue };
        let mut predictor = Predictor::new(&model);
        if predictor.input_width() > MAX_INPUTS {
            continue;
        }
        let rows = vec![0.5; predictor.input_width() * ROWS];
        for output in &model.signature().outputs {
            predictor.predict(output.method, &rows, &mut vec![0.0; model.width(output.value) * ROWS]);
        }
        // A model may be larger than a file.
        let Ok(encoded) = format::encode(&model) else { continue };
        assert!(format::decode(&encoded).is_ok_and(|decoded| decoded == model));
    }
});
