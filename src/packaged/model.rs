//! The core inside a package of one model of rows: plain functions of numbers, for scripts without wasm-bindgen's glue.
//!
//! The packager has decoded the same bytes and let them prove themselves, and a package checks their hash. So nothing here
//! tells why a model cannot be decoded, and in this build an error has no texts (`lib.rs`).

use crate::format::{self, StoredForest};
use crate::model::{Method, Screen};
use crate::predict::Predictor;
use lol_alloc::{FreeListAllocator, LockedAllocator};
use std::cell::RefCell;
use std::mem;
use wasm_bindgen::prelude::*;

/// A model lives for ever, and few things are taken and given back.
#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

struct Core {
    predictor: Predictor,
    screen: Screen,
    /// The forests that are decoded when the package is loaded.
    forests: Vec<StoredForest>,
}

thread_local! {
    static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
}

/// The model of this instance; traps before [`decode`].
fn with<T>(work: impl FnOnce(&mut Core) -> T) -> T {
    CORE.with_borrow_mut(|core| work(core.as_mut().expect("a decoded model")))
}

/// Takes the model; traps if the bytes are none.
#[wasm_bindgen]
pub fn decode(bytes: &[u8]) {
    let model = format::decode(bytes).expect("a model that was decoded before");
    let (predictor, parts) = Predictor::of(model);
    let screen = parts.signature.screen();
    CORE.set(Some(Core { predictor, screen, forests: Vec::new() }));
}

/// Takes the file of the model that was decoded without its forests: all of them but their arrays.
#[wasm_bindgen]
pub fn expect(file: &[u8]) {
    let forests = StoredForest::all(file).expect("a model that was decoded before");
    with(|core| core.forests = forests);
}

/// Takes that file again, and from it the forests; traps if it is another one.
#[wasm_bindgen]
pub fn plant(file: &[u8]) {
    with(|core| {
        for stored in mem::take(&mut core.forests) {
            let node = stored.node;
            core.predictor.plant(node, stored.decode(file).expect("a file that was decoded before"));
        }
    });
}

/// How many rows one call of [`run`] takes at most.
#[wasm_bindgen]
pub fn block() -> usize {
    with(|core| core.predictor.block())
}

/// The address of the scratch: f64 that begin with a block of rows and hold the answers.
#[wasm_bindgen]
pub fn scratch_address() -> usize {
    with(|core| core.predictor.scratch().as_ptr().addr())
}

/// How many f64 the scratch has.
#[wasm_bindgen]
pub fn scratch_length() -> usize {
    with(|core| core.predictor.scratch().len())
}

/// Where in the scratch the answers to a method of the model (an index of [`Method::ALL`]) lie.
#[wasm_bindgen]
pub fn answer_at(method: usize) -> usize {
    with(|core| core.predictor.answer_at(Method::ALL[method]).unwrap_or(0))
}

/// Takes a text; the texts of the next [`run`] have places in the order they are taken. Memory may grow.
#[wasm_bindgen]
pub fn take_text(text: &str) {
    with(|core| core.predictor.texts().push(text));
}

/// Predicts the first `rows` rows of the scratch by a method that the model answers. Returns whether it did: it does not if
/// rows may be wrong and are not checked; then the scripts look at each value.
#[wasm_bindgen]
pub fn run(method: usize, rows: usize, is_checked: bool) -> bool {
    with(|core| {
        let numbers = rows * core.predictor.input_width();
        let is_right = is_checked || core.screen.passes(&core.predictor.scratch()[..numbers]);
        if is_right {
            core.predictor.run(Method::ALL[method], rows);
            core.predictor.texts().clear();
        }
        is_right
    })
}
