// The core of a package of one model: what model.js asks of wasm-bindgen's, over plain exports. The schema is known, and so
// are the checks of single values: they are here, and not in the wasm.
import { EdgeletError } from "../errors.js";
import { Model } from "../model.js";
import { schema, unbounded } from "./about.js";

/** The model over an instance; `bytes` is its file, unless the instance has the model already. */
export const made = (wasm, bytes) => new Model(new Core(wasm, bytes), wasm.memory);

class Core {
  #wasm;
  #texts = [];
  #problem;

  /** Starts an instance; `bytes` is the model's file, unless the instance has the model already. */
  constructor(wasm, bytes) {
    this.#wasm = wasm;
    if (bytes !== undefined) wasm.decode(...this.#put(new Uint8Array(bytes)));
  }

  get memory() {
    return this.#wasm.memory;
  }

  schema() {
    return { ...schema };
  }

  block() {
    return this.#wasm.block();
  }

  scratch_address() {
    return this.#wasm.scratch_address();
  }

  scratch_length() {
    return this.#wasm.scratch_length();
  }

  answer_at(method) {
    return this.#wasm.answer_at(method);
  }

  take_text(text) {
    this.#texts.push(text);
  }

  run(method, rows, first) {
    let isChecked = false;
    if (this.#texts.length > 0) {
      const texts = this.#texts.splice(0);
      if (this.#isWrong(rows, first)) return false;
      for (const text of texts) this.#wasm.take_text(...this.#put(new TextEncoder().encode(text)));
      isChecked = true;
    }
    if (this.#wasm.run(method, rows, isChecked)) return true;
    if (this.#isWrong(rows, first)) return false;
    this.#wasm.run(method, rows, true);
    return true;
  }

  #isWrong(rows, first) {
    const numbers = new Float64Array(this.memory.buffer, this.scratch_address(), rows * schema.inputs.length);
    this.#problem = problemOf(numbers, first);
    return this.#problem !== undefined;
  }

  problem() {
    return this.#problem;
  }

  verify() {
    const hint = "The package was made only after it had given the model's own numbers.";
    throw new EdgeletError("unsupported_method", "method", "a prediction", "verify", hint);
  }

  free() {
    this.#wasm = undefined;
  }

  /** What wasm-bindgen calls it to forget a core that trapped: here its memory goes with it. */
  __destroy_into_raw() {
    this.free();
  }

  /** Puts bytes into memory; gives their address and length. */
  #put(bytes) {
    const address = this.#wasm.malloc(bytes.length, 1);
    new Uint8Array(this.memory.buffer, address, bytes.length).set(bytes);
    return [address, bytes.length];
  }
}

/** What is wrong first in encoded rows, if anything is: what edgelet's core says of it. */
export function problemOf(rows, first) {
  const { inputs } = schema;
  for (let i = 0; i < rows.length; i++) {
    const j = i % inputs.length;
    const problem = problemIn(rows[i], inputs[j], unbounded.includes(j));
    const place = typeof first === "number" ? `row ${first + (i - j) / inputs.length}` : first;
    if (problem !== undefined) return new EdgeletError(problem[0], `${place}: ${inputs[j].name}`, problem[1], problem[2]);
  }
}

function problemIn(x, { type, categories, missing, unknown }, isUnbounded) {
  if (Number.isNaN(x)) return missing ? undefined : ["missing_value", "a value", "a missing value"];
  if (isUnbounded) return;
  if (type === "numeric") return Number.isFinite(x) ? undefined : ["not_finite", "a finite number", x > 0 ? "inf" : "-inf"];
  const isIndex = x >= 0 && Number.isInteger(x);
  const found = Number.isFinite(x) ? "another number" : x > 0 ? "inf" : "-inf";
  if (type === "text") return isIndex ? undefined : ["wrong_type", "the place of a text", found];
  if (type === "date") {
    const isDate = Number.isInteger(x) && Math.abs(x) <= 8.64e15;
    return isDate ? undefined : ["wrong_type", "whole milliseconds since 1970, at most 8.64e15", found];
  }
  const isKnown = (isIndex && x < categories.length) || (unknown && x === -1);
  return isKnown ? undefined : ["unknown_category", `the index of one of ${categories.length} categories`, found];
}
