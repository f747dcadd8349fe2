// Workers that answer calls. One that fails fails all calls, those that wait and those to come: nobody waits for ever.
import { EdgeletError } from "../errors.js";

/** Ends the workers of a model that was forgotten. */
const forgotten = new FinalizationRegistry((workers) => workers.forEach((worker) => worker.terminate()));

/** The workers that somebody waits for. Firefox forgets a worker of a worker that nothing else holds. */
const busy = new Set();

export class Pool {
  /** For each worker the calls that it is to answer, by their ids. */
  #calls;
  #count = 0;
  #isOpen = false;
  #failure;
  /** The model that the workers are of, unless it was forgotten. */
  #model;
  /** Rejects what waits in {@link Pool.unlessEnded}. */
  #stop;

  constructor(workers) {
    this.#calls = new Map(workers.map((worker) => [worker, new Map()]));
    for (const worker of workers) attach(worker, (message) => this.#hear(worker, message), (found) => this.#fail(found));
  }

  get size() {
    return this.#calls.size;
  }

  /** Has every worker start the core and decode the model; gives what the first tells of it. `bytes` are given away. */
  async open(module, bytes, integrity, tell) {
    const workers = [...this.#calls.keys()];
    const last = workers.length - 1;
    const opened = workers.map((worker, i) => {
      const call = { method: "open", parameters: [module, bytes, integrity], transfer: i === last ? [bytes.buffer] : [] };
      return this.#send(worker, { ...call, tell: i === 0 ? tell : undefined });
    });
    const [about] = await Promise.all(opened);
    this.#isOpen = true;
    return about;
  }

  /** Has the least busy worker call a method of the model. `first` is the number of the first row, for errors. */
  call(method, parameters = [], transfer = [], first = 0) {
    const [worker] = [...this.#calls].reduce((least, one) => (one[1].size < least[1].size ? one : least));
    return this.#send(worker, { method, parameters, transfer, first });
  }

  /** Ends the workers; whoever waits, and whoever calls from now on, gets the error. */
  end(error) {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#stop?.(error);
    for (const [worker, calls] of this.#calls) {
      worker.terminate();
      for (const { reject } of calls.values()) reject(error);
    }
  }

  /** What a promise gives, but not beyond the end of the workers. What it gave is held by nothing here. */
  async unlessEnded(promise) {
    try {
      return await new Promise((resolve, reject) => {
        this.#stop = reject;
        promise.then(resolve, reject);
      });
    } finally {
      this.#stop = undefined;
    }
  }

  /** Ends the workers once nothing holds `model` any more: who waits for an answer does. */
  endWithout(model) {
    this.#model = new WeakRef(model);
    forgotten.register(model, [...this.#calls.keys()]);
  }

  async #send(worker, { method, parameters, transfer, ...call }) {
    if (this.#failure !== undefined) throw this.#failure;
    const calls = this.#calls.get(worker);
    const id = (this.#count += 1);
    // In Node a worker keeps the program from ending, but only while it is asked something.
    worker.ref?.();
    busy.add(worker);
    try {
      return await new Promise((resolve, reject) => {
        calls.set(id, { ...call, resolve, reject, model: this.#model?.deref() });
        worker.postMessage({ id, method, parameters }, transfer);
      });
    } finally {
      calls.delete(id);
      if (calls.size === 0) {
        worker.unref?.();
        busy.delete(worker);
      }
    }
  }

  #hear(worker, { id, progress, answer, error }) {
    const call = this.#calls.get(worker).get(id);
    if (progress !== undefined) call?.tell?.(progress);
    else if (error === undefined) call?.resolve(answer);
    else if (error.code === undefined) this.#fail(error.message);
    else call?.reject(errorFrom(error, call.first));
  }

  #fail(found = "") {
    const hint = this.#isOpen ? "Load the model again." : "Is thread.js served beside the script that starts it? See docs/RECIPES.md.";
    this.end(new EdgeletError("worker_failed", "worker", "an answer", found || "a worker that failed", hint));
  }
}

/** Hears a worker of the web's kind or of Node's. */
function attach(worker, hear, fail) {
  if (typeof worker.on === "function") {
    worker.on("message", hear);
    worker.on("messageerror", ({ message }) => fail(message));
    worker.on("error", ({ message }) => fail(message));
    worker.on("exit", (code) => fail(`a worker that ended with ${code}`));
  } else {
    worker.addEventListener("message", ({ data }) => hear(data));
    worker.addEventListener("messageerror", () => fail());
    worker.addEventListener("error", (event) => {
      // It is told to who asked.
      event.preventDefault();
      fail(event.message);
    });
  }
  worker.unref?.();
}

/** An error as a worker threw it, its row counted from the first of all. */
function errorFrom({ code, at, expected, found, hint }, first) {
  const place = at.replace(/^row (\d+)/, (_, row) => `row ${Number(row) + first}`);
  return new EdgeletError(code, place, expected, found, hint);
}
