// The core of a package of one network: what model.js asks of wasm-bindgen's, over plain exports.
import { EdgeletError } from "../errors.js";
import { Model } from "../model.js";
import { schema } from "./about.js";

/** The network over an instance; `bytes` is its file, unless the instance has the network already. */
export const made = (wasm, bytes) => new Model(new Core(wasm, bytes));

class Core {
  #wasm;

  /** Starts an instance; `bytes` is the network's file, unless the instance has the network already. */
  constructor(wasm, bytes) {
    this.#wasm = wasm;
    if (bytes === undefined) return;
    const address = wasm.room(bytes.byteLength) >>> 0;
    new Uint8Array(wasm.memory.buffer, address).set(new Uint8Array(bytes));
    wasm.decode();
  }

  schema() {
    return { ...schema };
  }

  give(input, shape, bytes) {
    this.#check(this.#wasm.give(input, ...this.#put(Uint32Array.from(shape)), ...this.#put(bytes)));
  }

  give_texts(input, shape, texts) {
    this.#take(texts);
    this.#check(this.#wasm.give_texts(input, ...this.#put(Uint32Array.from(shape))));
  }

  give_sentences(input, texts, seconds) {
    this.#take(texts);
    this.#take(seconds);
    this.#check(this.#wasm.give_sentences(input, texts.length));
  }

  give_image(input, height, width, bytes) {
    this.#check(this.#wasm.give_image(input, height, width, ...this.#put(bytes)));
  }

  give_audio(input, rate, samples) {
    this.#check(this.#wasm.give_audio(input, rate, ...this.#put(samples)));
  }

  run() {
    this.#check(this.#wasm.run());
  }

  made_type(output) {
    this.#wasm.tell_type(output);
    return this.#text();
  }

  made_rank(output) {
    return this.#wasm.made_rank(output);
  }

  made_length(output, dimension) {
    return this.#wasm.made_length(output, dimension);
  }

  made_bytes(output) {
    this.#wasm.tell_bytes(output);
    return this.#told().slice();
  }

  made_texts(output) {
    let count = 1;
    for (let j = 0; j < this.made_rank(output); j++) count *= this.made_length(output, j);
    return Array.from({ length: count }, (_, place) => {
      this.#wasm.tell_text(output, place);
      return this.#text();
    });
  }

  forget() {
    this.#wasm.forget();
  }

  verify() {
    const hint = "The package was made only after it had given the network's own numbers.";
    throw new EdgeletError("unsupported_method", "method", "a run", "verify", hint);
  }

  free() {
    this.#wasm = undefined;
  }

  /** What wasm-bindgen calls it to forget a core that trapped: here its memory goes with it. */
  __destroy_into_raw() {
    this.free();
  }

  #take(texts) {
    for (const text of texts) this.#wasm.take_text(...this.#put(new TextEncoder().encode(text)));
  }

  /** Puts an array into memory; gives its address and how many elements it has. */
  #put(array) {
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT, length } = array;
    const address = this.#wasm.malloc(byteLength, BYTES_PER_ELEMENT) >>> 0;
    new Uint8Array(this.#wasm.memory.buffer, address, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    return [address, length];
  }

  /** What the core tells, where it lies. */
  #told() {
    return new Uint8Array(this.#wasm.memory.buffer, this.#wasm.told_address() >>> 0, this.#wasm.told_length());
  }

  #text() {
    return new TextDecoder().decode(this.#told());
  }

  #check(isDone) {
    if (!isDone) throw new EdgeletError(...this.#text().split("\0"));
  }
}
