// A wasm at work in a worker of its own: a large file does not hold up the page, cancelling is ending the worker, and a trap
// costs the worker and nothing else.

import { EdgeletError } from "./runtime.js";

/** Work that takes longer is given up: no honest file does. */
const MOST_MILLISECONDS = 120_000;

/** One worker and the calls that wait for it. `who` works at a `what`, as errors say; `title` is that of a trap. */
export class Workshop {
  #worker;
  #words;
  #waiting = new Map();
  #next = 0;
  #ended;

  constructor(script, words) {
    this.#words = words;
    this.#worker = new Worker(script, { type: "module" });
    this.#worker.addEventListener("message", ({ data }) => this.#answer(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#end(new Error(event.message || `The ${words.who} could not be started: its files are not where this page expects them.`));
    });
  }

  async call(call, given, signal) {
    signal?.throwIfAborted();
    if (this.#ended) throw this.#ended;
    const id = this.#next++;
    const { promise, resolve, reject } = withResolvers();
    const abort = () => this.#end(signal.reason);
    const timer = setTimeout(() => this.#end(this.#stopped("it did not come to an end within two minutes")), MOST_MILLISECONDS);
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
    this.#end(new DOMException("The model was closed.", "AbortError"));
  }

  #answer({ id, value, error, trap }) {
    const { resolve, reject } = this.#waiting.get(id) ?? {};
    if (trap !== undefined) this.#end(this.#stopped(trap));
    else if (error) reject?.(new EdgeletError(error.code, error.at, error.expected, error.found, error.hint));
    else resolve?.(value);
  }

  /** Ends the worker, whatever it is doing, and every call that waits for it. */
  #end(error) {
    this.#ended ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(error);
  }

  #stopped(why) {
    const { who, what, title } = this.#words;
    const error = new Error(`The ${who} stopped at this ${what} (${why}). It was thrown away; the next ${what} gets a fresh one.`);
    error.title = title;
    return error;
  }
}

function withResolvers() {
  const both = {};
  both.promise = new Promise((resolve, reject) => Object.assign(both, { resolve, reject }));
  return both;
}
