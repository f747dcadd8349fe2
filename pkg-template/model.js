// A loaded model: the public class over the wasm core. A prediction on numbers is a copy into wasm memory and one call.
import { coreError, EdgeletError, shown } from "./errors.js";
import { explain, forget, keep } from "./explanation.js";
import { Encoder } from "./rows.js";

/** In the order of the core's methods. */
const METHODS = ["predict", "predict_proba", "decision_function", "transform"];
const [PREDICT, PREDICT_PROBA, DECISION_FUNCTION, TRANSFORM] = METHODS.keys();

export class Model {
  #core;
  #memory;
  #encoder;
  #width;
  #outputs;
  #block;
  #answers;
  #scratch;
  #narrow;

  constructor(core, memory) {
    // Of edgelet/explain the core comes with what explains (explanation.js).
    if (EXPLAINS) core = keep(this, core);
    this.#core = core;
    this.#memory = memory;
    const schema = core.schema();
    const labels = schema.classes;
    // Those of one target are no list of lists; of several `classes` is undefined.
    if (labels.length < 2) this.classes = schema.classes = labels[0];
    this.schema = schema;
    this.featureNames = schema.inputs.map((input) => input.name);
    this.targets = schema.targets.map((name, i) => ({ name, classes: labels[i] }));
    this.#encoder = new Encoder(this.schema.inputs);
    this.#width = this.featureNames.length;
    this.#outputs = METHODS.map((name) => this.schema.outputs.find((output) => output.method === name)?.width);
    this.#block = core.block();
    this.#answers = METHODS.map((_, method) => core.answer_at(method));
    this.#view();
  }

  predict(rows, options) {
    const { classes, targets } = this;
    const one = this.#one(PREDICT, rows, options);
    if (one && this.#outputs[PREDICT] < 2) {
      const value = this.#scratch[this.#answers[PREDICT]];
      return classes === undefined ? value : classes[value];
    }
    const values = one ? this.#own(PREDICT) : this.#many(PREDICT, rows, options).values;
    if (classes !== undefined) return Array.from(values, (index) => classes[index]);
    if (targets[0]?.classes === undefined) return values;
    const labels = (_, i) => targets.map(({ classes }, j) => classes[values[i * targets.length + j]]);
    return one ? labels(0, 0) : Array.from({ length: values.length / targets.length }, labels);
  }

  predictProba(rows, options) {
    const { classes } = this;
    const { values, shape } = this.#numbers(PREDICT_PROBA, rows, options);
    if (classes !== undefined) return { classes, probabilities: values, shape };
    const count = values.length / shape.pop();
    const targets = this.targets.map((target) => {
      const { length } = target.classes;
      return { ...target, probabilities: new Float64Array(count * length), shape: [...shape, length] };
    });
    let at = 0;
    for (let i = 0; i < count; i++) {
      for (const { classes, probabilities } of targets) {
        probabilities.set(values.subarray(at, (at += classes.length)), i * classes.length);
      }
    }
    return { targets };
  }

  decisionFunction(rows, options) {
    return this.#numbers(DECISION_FUNCTION, rows, options);
  }

  transform(rows, options) {
    return this.#numbers(TRANSFORM, rows, options);
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
    // The core of a model that is forgotten instead is freed by wasm-bindgen's own finalizer.
    this.#core?.free();
    this.#core = undefined;
    if (EXPLAINS) forget(this);
  }

  static {
    if (EXPLAINS) {
      this.prototype.explain = function (row, options) {
        const core = this.#alive();
        if (this.#scratch.length === 0) this.#view();
        if (!this.#encoder.writeOne(this.#scratch, row)) {
          throw new EdgeletError("wrong_shape", "row", "one row", shown(row), "Explain rows one by one.");
        }
        const { texts } = this.#encoder;
        const failed = (error) => this.#failed(error);
        return explain(this, { core, memory: this.#memory, texts, failed }, row, options);
      };
    }
  }

  get feature_names_in_() {
    return this.featureNames;
  }

  get classes_() {
    return this.classes;
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

  /** Views on wasm memory, made anew after it has grown and detached the old ones. */
  #view() {
    const { buffer } = this.#memory;
    this.#scratch = new Float64Array(buffer, this.#core.scratch_address(), this.#core.scratch_length());
    if (NARROWS) this.#narrow = new Float32Array(buffer, this.#core.narrow_address(), this.#block * this.#width);
  }

  /** Checks that the method can be asked for, and that the views are on the memory as it is. */
  #ready(method) {
    this.#alive();
    if (this.#outputs[method] === undefined) {
      const names = this.schema.outputs.map((output) => output.method).join(", ");
      throw new EdgeletError("unsupported_method", "method", `one of ${names}`, METHODS[method]);
    }
    if (this.#scratch.length === 0) this.#view();
  }

  #run(method, count, first) {
    const { texts } = this.#encoder;
    try {
      for (const text of texts) this.#core.take_text(text);
      const ran = this.#core.run(method, count, first);
      // Room for texts or for many rows may have made memory grow.
      if (this.#scratch.length === 0) this.#view();
      if (!ran) throw this.#core.problem();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** The answers to `count` rows, where they lie. */
  #answer(method, count) {
    const at = this.#answers[method];
    return this.#scratch.subarray(at, at + count * this.#outputs[method]);
  }

  /** The answer to one row in an array of the caller's own. */
  #own(method) {
    const width = this.#outputs[method];
    const values = new Float64Array(width);
    const at = this.#answers[method];
    const scratch = this.#scratch;
    // Of a short answer a loop is faster than TypedArray.prototype.slice, which makes a view of it first.
    if (width > 64) values.set(this.#answer(method, 1));
    else for (let i = 0; i < width; i++) values[i] = scratch[at + i];
    return values;
  }

  /** If one row was given, predicts it in the scratch; else returns false. */
  #one(method, row, options) {
    this.#ready(method);
    if (!this.#encoder.writeOne(this.#scratch, row, options)) return false;
    this.#run(method, 1, 0);
    return true;
  }

  /** Every row's answer in one array of the caller's own. */
  #many(method, rows, options) {
    const given = this.#encoder.readMany(rows, options);
    const width = this.#outputs[method];
    const values = new Float64Array(given.rows * width);
    for (let first = 0; first < given.rows; first += this.#block) {
      const count = Math.min(this.#block, given.rows - first);
      this.#encoder.forgetTexts();
      // In a package of one model the engine widens: that is slower, and less to download.
      const narrow = NARROWS && given.narrow;
      given.write(narrow ? this.#narrow : this.#scratch, first, count);
      if (narrow) this.#core.widen(count);
      this.#run(method, count, first);
      values.set(this.#answer(method, count), first * width);
    }
    return { values, shape: [given.rows, width] };
  }

  #numbers(method, rows, options) {
    if (!this.#one(method, rows, options)) return this.#many(method, rows, options);
    return { values: this.#own(method), shape: [this.#outputs[method]] };
  }
}

Model.prototype.predict_proba = Model.prototype.predictProba;
Model.prototype.decision_function = Model.prototype.decisionFunction;
if (Symbol.dispose) Model.prototype[Symbol.dispose] = Model.prototype.dispose;
