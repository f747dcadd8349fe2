// Other frameworks' files → .edgelet, and a look inside a model. The wasm for it is fetched at the first call.

import { EdgeletError } from "./runtime.js";

/** An import that takes longer is given up: no honest file does. */
const MOST_MILLISECONDS = 120_000;

/** The bytes of the .edgelet file that a framework's file becomes; the error of a refused file lists all that is in the way. */
export async function importModel(bytes, name, signal, options = {}) {
  const workshop = new Workshop();
  try {
    return await workshop.call("import", { bytes, name, ...options }, signal);
  } finally {
    // The memory that a large file took goes with the worker.
    workshop.end();
  }
}

/**
 * A model taken apart: what `src/importer/describe.rs` tells of it, and its trees on demand.
 */
export class Inside {
  #workshop = new Workshop();

  /** Resolves with the description. */
  open(bytes) {
    return this.#workshop.call("open", { bytes });
  }

  /** A tree of a step that is a forest; `undefined` if it is too large. */
  tree(step, tree) {
    return this.#workshop.call("tree", { step, tree });
  }

  /** The bytes of a model that transforms a row into what a step sees. */
  before(step) {
    return this.#workshop.call("before", { step });
  }

  close() {
    this.#workshop.end();
  }
}

/** One worker and the calls that wait for it. */
class Workshop {
  #worker = new Worker(new URL("./importer-worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #next = 0;

  constructor() {
    this.#worker.addEventListener("message", ({ data }) => this.#answer(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message || "The importer could not be started: its files are not where this page expects them."));
    });
  }

  async call(call, given, signal) {
    signal?.throwIfAborted();
    const id = this.#next++;
    const { promise, resolve, reject } = withResolvers();
    const give = (error) => this.#fail(error);
    const abort = () => give(signal.reason);
    const timer = setTimeout(() => give(stopped("it did not come to an end within two minutes")), MOST_MILLISECONDS);
    this.#waiting.set(id, { resolve, reject });
    signal?.addEventListener("abort", abort);
    this.#worker.postMessage({ id, call, given });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#waiting.delete(id);
    }
  }

  end() {
    this.#fail(new DOMException("The model was closed.", "AbortError"));
  }

  #answer({ id, value, error, trap }) {
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    if (trap !== undefined) this.#fail(stopped(trap));
    else if (error) reject?.(new EdgeletError(error.code, error.at, error.expected, error.found, error.hint));
    else resolve?.(value);
  }

  /** Ends the worker, whatever it is doing, and every call that waits for it. */
  #fail(error) {
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

function stopped(why) {
  const error = new Error(`The importer stopped at this file (${why}). It was thrown away; the next file gets a fresh one.`);
  error.title = "This file could not be read";
  return error;
}

function withResolvers() {
  const both = {};
  both.promise = new Promise((resolve, reject) => Object.assign(both, { resolve, reject }));
  return both;
}
