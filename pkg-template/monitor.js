// What a model sees, against what it saw in training: counters that stay on the device until the app sends them.
import { EdgeletError, shown } from "./errors.js";
import { Histogram } from "./histogram.js";
import { checkOptions, isFunction } from "./options.js";
import { Encoder } from "./rows.js";
import { Model } from "./slim.js";

/** The methods of a model by their names, and the names that scikit-learn has for them. */
const METHODS = { predict: [], predictProba: ["predict_proba"], decisionFunction: ["decision_function"], transform: [] };
const OPTIONS = {
  profile: [(value) => typeof value === "object", "a release's profile"],
  onPrediction: [isFunction, "a function"],
};

/** How many rows are encoded at once. */
const BLOCK = 256;

class Monitor {
  #model;
  #encoder;
  #inputs;
  #outputs;
  #block;
  #since = new Date();
  #rows = 0;

  constructor(model, profile, onPrediction) {
    this.#model = model;
    this.#encoder = new Encoder(model.schema.inputs);
    this.#block = new Float64Array(BLOCK * model.featureNames.length);
    const { inputs = [], outputs = [] } = profile ?? {};
    if (![inputs, outputs].every(Array.isArray)) {
      throw new EdgeletError("corrupt", "profile", "lists of inputs and outputs", "something else");
    }
    this.#inputs = inputs.map((feature, i) => {
      const column = model.featureNames.indexOf(feature?.name);
      if (column >= 0) return { column, histogram: new Histogram(feature, model.schema.inputs[column].categories) };
      throw new EdgeletError("corrupt", `profile: inputs[${i}]`, "a feature of the model", shown(feature?.name));
    });
    this.#outputs = outputs.map((feature) => new Histogram(feature));
    for (const name in METHODS) {
      const original = Model.prototype[name];
      const watched = (...given) => {
        const answer = original.apply(model, given);
        this.#count(name, given, answer);
        tell(onPrediction, { method: name, rows: given[0], answer });
        return answer;
      };
      // On this one model: no other becomes slower.
      for (const each of [name, ...METHODS[name]]) model[each] = watched;
    }
  }

  report() {
    const rows = this.#rows;
    const inputs = this.#inputs.map(({ histogram }) => histogram.report());
    return { since: this.#since, rows, inputs, outputs: this.#outputs.map((histogram) => histogram.report()) };
  }

  reset() {
    this.#since = new Date();
    this.#rows = 0;
    for (const histogram of [...this.#outputs, ...this.#inputs.map(({ histogram }) => histogram)]) histogram.reset();
  }

  stop() {
    for (const name in METHODS) for (const each of [name, ...METHODS[name]]) delete this.#model[each];
  }

  #count(method, [given, options], answer) {
    const [encoder, block] = [this.#encoder, this.#block];
    if (encoder.writeOne(block, given, options)) this.#countBlock(1);
    else {
      const { rows, write } = encoder.readMany(given, options);
      for (let first = 0; first < rows; first += BLOCK) {
        const count = Math.min(BLOCK, rows - first);
        encoder.forgetTexts();
        write(block, first, count);
        this.#countBlock(count);
      }
    }
    if (method !== "predict") return;
    const width = this.#outputs.length;
    const values = typeof answer === "object" ? answer : [answer];
    this.#outputs.forEach((histogram, j) => {
      for (let i = j; i < values.length; i += width) histogram.add(values[i]);
    });
  }

  #countBlock(rows) {
    const width = this.#encoder.names.length;
    this.#rows += rows;
    for (const { column, histogram } of this.#inputs) {
      for (let i = 0; i < rows; i++) histogram.addCode(this.#block[i * width + column]);
    }
  }
}

/** A listener's own failure stops no prediction. */
function tell(listener, prediction) {
  try {
    listener?.(prediction);
  } catch (error) {
    console.error(error);
  }
}

/** Counts what a model is asked and answers from now on, against the profile of its release. */
export function monitor(model, options = {}) {
  if (!(model instanceof Model)) throw new EdgeletError("wrong_type", "model", "what `load` gives", shown(model));
  checkOptions(options, OPTIONS);
  const profile = options.profile ?? model.release?.profile ?? undefined;
  if (profile !== undefined || options.onPrediction !== undefined) return new Monitor(model, profile, options.onPrediction);
  const hint = "Push the model with its profile, or pass { profile }.";
  throw new EdgeletError("bad_option", "options.profile", "a model whose release has a profile", "none", hint);
}
