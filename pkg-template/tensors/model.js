// A loaded network: the public class over the wasm core of `edgelet/tensors`.
import { named, ranked, topOf } from "./classes.js";
import { coreError, EdgeletError } from "./errors.js";
import { Ports, tensorOf } from "./ports.js";

export class Model {
  #core;
  #ports;
  /** The types of the outputs, each once it is known: they follow from those of the inputs, which are always the same. */
  #types = [];

  constructor(core) {
    this.#core = core;
    this.schema = core.schema();
    this.#ports = new Ports(this.schema.inputs);
  }

  run(inputs) {
    const core = this.#alive();
    const given = this.#ports.given(this.#ports.plain(inputs));
    try {
      given.forEach(({ pictures, sounds, texts, seconds, shape, data, bytes }, i) => {
        if (pictures) pictures.forEach(({ data, width, height }) => core.give_image(i, height, width, data));
        else if (sounds) sounds.forEach(({ samples, sampleRate }) => core.give_audio(i, sampleRate, samples));
        else if (texts) core.give_sentences(i, texts, seconds);
        else if (bytes) core.give(i, shape, bytes);
        else if (data) core.give_texts(i, shape, data);
      });
      core.run();
      return Object.fromEntries(this.schema.outputs.map(({ name }, i) => [name, this.#made(i)]));
    } catch (error) {
      throw this.#failed(error);
    } finally {
      // After a trap there is no core.
      this.#core?.forget();
    }
  }

  classify(inputs, options) {
    const top = topOf(this.schema, options);
    return ranked(this.schema, this.run(named(this.schema, inputs)), top, inputs);
  }

  verify() {
    const core = this.#alive();
    try {
      return core.verify();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  dispose() {
    // The core of a network that is forgotten instead is freed by wasm-bindgen's own finalizer.
    this.#core?.free();
    this.#core = undefined;
  }

  #made(i) {
    const dtype = (this.#types[i] ??= this.#core.made_type(i));
    const shape = [];
    for (let j = 0; j < this.#core.made_rank(i); j++) shape.push(this.#core.made_length(i, j));
    const isText = dtype === "string";
    return tensorOf(dtype, shape, isText ? this.#core.made_texts(i) : this.#core.made_bytes(i).buffer);
  }

  /** The error to throw for what the core threw. After a trap it is in the middle of something, and not to be touched again. */
  #failed(error) {
    if (!(error instanceof EdgeletError)) {
      this.#core.__destroy_into_raw();
      this.#core = undefined;
    }
    return coreError(error);
  }

  #alive() {
    if (this.#core === undefined) {
      throw new EdgeletError("disposed", "model", "a model in use", "one that was disposed of", "Load it again.");
    }
    return this.#core;
  }
}

if (Symbol.dispose) Model.prototype[Symbol.dispose] = Model.prototype.dispose;
