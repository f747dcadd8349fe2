// A model that runs in workers: the methods of one that runs here, promised.
import { EdgeletError, shown } from "../errors.js";
import { checkOptions, FILE_OPTIONS } from "../options.js";
import { unlessAborted } from "../registry/abort.js";
import { Encoder } from "../rows.js";
import { joined } from "./join.js";

const OPTIONS = { signal: FILE_OPTIONS.signal, rows: [Number.isInteger, "the number of rows"] };

/** Fewer rows than these are not divided, and shares are multiples of them: the core's blocks. */
const LEAST_ROWS = 256;
/** The most numbers in one share: what is encoded at once, and what a worker does before it hears anything else. */
const MOST_NUMBERS = 2 ** 18;

export class RemoteModel {
  #pool;
  #encoder;

  /** `about` is what there is to say of the model: schema, featureNames, targets, classes, version … */
  constructor(pool, about) {
    Object.assign(this, about);
    this.#pool = pool;
    this.#encoder = new Encoder(this.schema.inputs);
    pool.endWithout(this);
  }

  predict(rows, options) {
    return this.#ask("predict", rows, options);
  }

  predictProba(rows, options) {
    return this.#ask("predictProba", rows, options);
  }

  decisionFunction(rows, options) {
    return this.#ask("decisionFunction", rows, options);
  }

  transform(rows, options) {
    return this.#ask("transform", rows, options);
  }

  verify() {
    return this.#pool.call("verify");
  }

  static {
    if (EXPLAINS) {
      this.prototype.explain = async function (row, { signal, ...options } = {}) {
        checkOptions({ signal }, OPTIONS);
        signal?.throwIfAborted();
        if (!this.#encoder.writeOne(new Float64Array(this.featureNames.length), row)) {
          throw new EdgeletError("wrong_shape", "row", "one row", shown(row), "Explain rows one by one.");
        }
        return unlessAborted(signal, this.#pool.call("explain", [this.#named(row), options]));
      };
    }
  }

  dispose() {
    this.#pool.end(new EdgeletError("disposed", "model", "a model in use", "one that was disposed of", "Load it again."));
  }

  get feature_names_in_() {
    return this.featureNames;
  }

  get classes_() {
    return this.classes;
  }

  /** Rows are encoded here: to clone objects into a worker takes longer. */
  async #ask(method, rows, options = {}) {
    checkOptions(options, OPTIONS);
    const { signal, rows: count } = options;
    signal?.throwIfAborted();
    const shape = count === undefined ? undefined : { rows: count };
    const row = new Float64Array(this.featureNames.length);
    if (!this.#encoder.writeOne(row, rows, shape)) return this.#askMany(method, rows, shape, signal);
    const [given, transfer] = this.#encoder.texted ? [this.#named(rows), []] : [row, [row.buffer]];
    return unlessAborted(signal, this.#pool.call(method, [given], transfer));
  }

  /** Shares of the rows, two for each worker at a time: it computes one while the next is encoded. */
  async #askMany(method, rows, shape, signal) {
    const given = this.#encoder.readMany(rows, shape);
    const size = this.#shareOf(given.rows);
    const answers = Array.from({ length: Math.max(1, Math.ceil(given.rows / size)) });
    const shares = answers.keys();
    let isOver = false;
    const work = async () => {
      for (const i of shares) {
        if (isOver) return;
        const first = i * size;
        const count = Math.min(size, given.rows - first);
        answers[i] = await this.#pool.call(method, ...this.#share(rows, given, first, count), first);
      }
    };
    try {
      await unlessAborted(signal, Promise.all(Array.from({ length: 2 * this.#pool.size }, work)));
    } finally {
      isOver = true;
    }
    return joined(answers);
  }

  /** How many rows a share has. */
  #shareOf(rows) {
    const most = MOST_NUMBERS / this.featureNames.length;
    return LEAST_ROWS * Math.max(1, Math.min(Math.ceil(rows / this.#pool.size / LEAST_ROWS), Math.floor(most / LEAST_ROWS)));
  }

  /** The parameters for some of the rows, and what of them is given away. */
  #share(rows, given, first, count) {
    const Numbers = given.narrow ? Float32Array : Float64Array;
    const numbers = new Numbers(count * this.featureNames.length);
    this.#encoder.forgetTexts();
    // Of texts this only checks them.
    given.write(numbers, first, count);
    if (!this.#encoder.texted) return [[numbers, { rows: count }], [numbers.buffer]];
    const row = Array.isArray(rows) ? (i) => rows[i] : (i) => this.featureNames.map((name) => rows[name][i]);
    return [[Array.from({ length: count }, (_, i) => this.#named(row(first + i)))], []];
  }

  /** A row as an object of nothing but its features. */
  #named(row) {
    const isList = Array.isArray(row) || ArrayBuffer.isView(row);
    const value = (name, i) => (typeof row === "string" ? row : row[isList ? i : name]);
    return Object.fromEntries(this.featureNames.map((name, i) => [name, value(name, i)]));
  }
}

RemoteModel.prototype.predict_proba = RemoteModel.prototype.predictProba;
RemoteModel.prototype.decision_function = RemoteModel.prototype.decisionFunction;
if (Symbol.dispose) RemoteModel.prototype[Symbol.dispose] = RemoteModel.prototype.dispose;
