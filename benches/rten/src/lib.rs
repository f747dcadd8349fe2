//! rten as a wasm module without imports, for `benches/rten.mjs`: one network of one output. Numbers are written and read where they
//! lie; what fails traps.

use rten::{Model, ModelOptions, Value};
use rten_tensor::{AsView, Tensor};
use std::cell::RefCell;

thread_local! {
    static NETWORK: RefCell<Network> = RefCell::default();
}

#[derive(Default)]
struct Network {
    file: Vec<u8>,
    model: Option<Model>,
    /// The sizes of the next input, as far as they are told.
    shape: Vec<usize>,
    inputs: Vec<Value>,
    output: Vec<f32>,
}

/// Room for an ONNX file of so many bytes, which has to be put there before [`load`].
#[unsafe(no_mangle)]
extern "C" fn file(length: usize) -> *const u8 {
    NETWORK.with_borrow_mut(|network| {
        network.file = vec![0; length];
        network.file.as_ptr()
    })
}

/// Reads the network from the file. Its weights are packed here, once, not in each run.
#[unsafe(no_mangle)]
extern "C" fn load() {
    NETWORK.with_borrow_mut(|network| {
        let file = std::mem::take(&mut network.file);
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(file);
        network.model = Some(model.expect("a network that rten reads"));
    });
}

/// Adds a dimension to the next input.
#[unsafe(no_mangle)]
extern "C" fn dimension(size: usize) {
    NETWORK.with_borrow_mut(|network| network.shape.push(size));
}

/// The next input, of floats: where they have to be put before [`run`].
#[unsafe(no_mangle)]
extern "C" fn floats() -> *const f32 {
    next_input()
}

/// The next input, of whole numbers: rten has them in 32 bits.
#[unsafe(no_mangle)]
extern "C" fn integers() -> *const i32 {
    next_input()
}

/// Zeros of the shape that was told, and where they lie.
fn next_input<T: Clone + Default>() -> *const T
where
    Value: From<Tensor<T>>,
{
    NETWORK.with_borrow_mut(|network| {
        let tensor = Tensor::<T>::zeros(&std::mem::take(&mut network.shape));
        let numbers = tensor.data().expect("a new tensor is contiguous").as_ptr();
        network.inputs.push(tensor.into());
        numbers
    })
}

/// Runs the network on what lies in its inputs, and returns where the output's numbers lie until the next run.
#[unsafe(no_mangle)]
extern "C" fn run() -> *const f32 {
    NETWORK.with_borrow_mut(|network| {
        let model = network.model.as_ref().expect("a network that was loaded");
        let inputs = model.input_ids().iter().copied().zip(network.inputs.iter().map(Into::into)).collect();
        let outputs: [_; 1] = model.output_ids().try_into().expect("a network of one output");
        let [output] = model.run_n(inputs, outputs, None).expect("a network that rten runs");
        network.output = output.into_tensor().expect("an output of floats").into_data();
        network.output.as_ptr()
    })
}

/// How many numbers the output has.
#[unsafe(no_mangle)]
extern "C" fn length() -> usize {
    NETWORK.with_borrow(|network| network.output.len())
}
