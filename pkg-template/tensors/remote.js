// A network that runs in a worker: the methods of one that runs here, promised.
import { named, ranked, topOf } from "../classes.js";
import { EdgeletError } from "../errors.js";
import { checkOptions, FILE_OPTIONS } from "../options.js";
import { Ports } from "../ports.js";
import { unlessAborted } from "../registry/abort.js";

export class RemoteModel {
  #pool;
  #ports;

  /** `about` is what there is to say of the network: its schema, and its version in a bucket. */
  constructor(pool, about) {
    Object.assign(this, about);
    this.#pool = pool;
    this.#ports = new Ports(this.schema.inputs);
    pool.endWithout(this);
  }

  async run(inputs, { signal, ...options } = {}) {
    checkOptions({ signal, ...options }, { signal: FILE_OPTIONS.signal });
    signal?.throwIfAborted();
    // Checked here, where the caller's mistake is, and where a canvas is.
    const plain = this.#ports.plain(inputs);
    this.#ports.given(plain);
    return unlessAborted(signal, this.#pool.call("run", [plain]));
  }

  async classify(inputs, { signal, ...options } = {}) {
    const top = topOf(this.schema, options);
    return ranked(this.schema, await this.run(named(this.schema, inputs), { signal }), top, inputs);
  }

  verify() {
    return this.#pool.call("verify");
  }

  dispose() {
    this.#pool.end(new EdgeletError("disposed", "model", "a model in use", "one that was disposed of", "Load it again."));
  }
}

if (Symbol.dispose) RemoteModel.prototype[Symbol.dispose] = RemoteModel.prototype.dispose;
