//! The core inside a package of one network. The packager has decoded the same bytes, and a package checks their hash: so nothing
//! tells why a network cannot be decoded. But what is given to it can be wrong, and that is told in words.

use crate::error::Result;
use crate::format;
use crate::infer::{Inference, Pixels, Session, Sound};
use crate::network::Data;
use std::cell::RefCell;
use std::mem;
use wasm_bindgen::prelude::*;

struct Core {
    session: Session,
    /// What was taken for the next input of texts.
    texts: Vec<String>,
    /// What was asked for last: an output's elements, its type, a text, what went wrong.
    told: Vec<u8>,
}

thread_local! {
    static CORE: RefCell<Option<Core>> = const { RefCell::new(None) };
    static FILE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The network of this instance; traps before [`decode`].
fn with<T>(work: impl FnOnce(&mut Core) -> T) -> T {
    CORE.with_borrow_mut(|core| work(core.as_mut().expect("a decoded network")))
}

/// Does what may be impossible, and returns whether it could be done; if not, what is told is why, in parts with zeros between.
fn attempt(work: impl FnOnce(&mut Core) -> Result<()>) -> bool {
    with(|core| {
        let Err(error) = work(core) else { return true };
        let parts = [error.kind().code(), error.at(), error.expected(), error.found(), error.next_step()];
        core.told = parts.join("\0").into();
        false
    })
}

/// Makes room for the network's file and returns its address. The file is let go of while it is decoded, so it is not lent, as
/// other bytes are.
#[wasm_bindgen]
pub fn room(length: usize) -> usize {
    FILE.with_borrow_mut(|file| {
        *file = vec![0; length];
        file.as_ptr().addr()
    })
}

/// Takes the network in the file for which there is [`room`]; traps if it is none.
#[wasm_bindgen]
pub fn decode() {
    let network = format::decode_network(FILE.take()).expect("a network that was decoded before");
    let session = Session::new(Inference::new(network));
    CORE.set(Some(Core { session, texts: Vec::new(), told: Vec::new() }));
}

/// Takes the tensor of an input as the bytes of its elements, 16-bit floats as float32. Returns whether it could be taken, as all
/// that follows; if not, what is told is why.
#[wasm_bindgen]
pub fn give(input: usize, shape: &[u32], bytes: &[u8]) -> bool {
    attempt(|core| core.session.give(input, shape, bytes))
}

/// Takes a text for the next [`give_texts`] or [`give_sentences`].
#[wasm_bindgen]
pub fn take_text(text: &str) {
    with(|core| core.texts.push(text.into()));
}

/// Takes the texts that were taken as the tensor of an input.
#[wasm_bindgen]
pub fn give_texts(input: usize, shape: &[u32]) -> bool {
    attempt(|core| {
        let texts = mem::take(&mut core.texts);
        core.session.give_texts(input, shape, texts)
    })
}

/// Takes the texts that were taken as those of an input with a tokenizer: from the one of that number on they are the second ones
/// of those before.
#[wasm_bindgen]
pub fn give_sentences(input: usize, count: usize) -> bool {
    attempt(|core| {
        let texts = mem::take(&mut core.texts);
        let (texts, seconds) = texts.split_at(count);
        core.session.give_sentences(input, texts, seconds)
    })
}

/// Takes an image of an input as rows of pixels of 1, 3 or 4 bytes; more than one are a batch.
#[wasm_bindgen]
pub fn give_image(input: usize, height: usize, width: usize, bytes: &[u8]) -> bool {
    attempt(|core| core.session.give_image(input, Pixels { bytes, height, width }))
}

/// Takes a sound of an input; more than one are a batch.
#[wasm_bindgen]
pub fn give_audio(input: usize, rate: u32, samples: &[f32]) -> bool {
    attempt(|core| core.session.give_audio(input, Sound { samples, rate }))
}

/// Runs the network on what was given.
#[wasm_bindgen]
pub fn run() -> bool {
    attempt(|core| core.session.run())
}

/// Lets each node choose what it calls: for the packager, which sees what that is.
#[wasm_bindgen]
pub fn visit() {
    with(|core| core.session.visit());
}

/// How many dimensions an output has that was made.
#[wasm_bindgen]
pub fn made_rank(output: usize) -> usize {
    with(|core| core.session.made()[output].rank())
}

/// How long one of them is.
#[wasm_bindgen]
pub fn made_length(output: usize, dimension: usize) -> usize {
    with(|core| core.session.made()[output].shape()[dimension])
}

/// Tells the type of an output that was made.
#[wasm_bindgen]
pub fn tell_type(output: usize) {
    with(|core| core.told = core.session.made()[output].dtype().name().into());
}

/// Tells the bytes of the elements of an output that was made. 16-bit floats are float32.
#[wasm_bindgen]
pub fn tell_bytes(output: usize) {
    with(|core| core.told = core.session.made_bytes(output));
}

/// Tells one of the texts of an output that was made.
#[wasm_bindgen]
pub fn tell_text(output: usize, place: usize) {
    with(|core| {
        core.told = match core.session.made()[output].data() {
            Data::Text(texts) => texts[place].clone().into(),
            _ => Vec::new(),
        }
    });
}

/// The address of what is told.
#[wasm_bindgen]
pub fn told_address() -> usize {
    with(|core| core.told.as_ptr().addr())
}

/// How many bytes are told.
#[wasm_bindgen]
pub fn told_length() -> usize {
    with(|core| core.told.len())
}

/// Lets go of what was made and told, and of what was given and never used.
#[wasm_bindgen]
pub fn forget() {
    with(|core| {
        core.session.forget();
        core.texts = Vec::new();
        core.told = Vec::new();
    });
}
