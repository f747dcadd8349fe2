// A model as the plots see it: a function from numbers to one number for each class, or for each target.

/** What colours and lines stand for: `names`, and whether the numbers are probabilities. */
export class Lens {
  #model;
  #inputs;
  #proba;
  #codes;

  constructor(model) {
    const methods = model.schema.outputs.map(({ method }) => method);
    const [first] = model.targets;
    this.#model = model;
    this.#inputs = model.schema.inputs;
    this.classes = first?.classes;
    this.#proba = methods.includes("predict_proba");
    this.#codes = new Map((this.classes ?? []).map((label, k) => [label, k]));
    this.isProbability = this.classes !== undefined;
    this.names = this.classes?.map(String) ?? (model.targets.length > 0 ? model.targets.map(({ name }) => name || "prediction") : []);
    /** Plots want numbers, and an answer of a kind that they can draw. */
    this.works = methods.includes("predict") && this.#inputs.every(({ type }) => type !== "text") && this.names.length > 0;
  }

  /** A row as numbers, in the order of the features. */
  numbers(row) {
    return Float64Array.from(this.#inputs, ({ name, type, categories }) => {
      const value = row[name];
      if (value === null || value === undefined) return NaN;
      if (type === "date") return Date.parse(`${value}Z`);
      return categories ? categories.indexOf(value) : Number(value);
    });
  }

  /** For `rows` rows of numbers, `names.length` numbers each. */
  see(numbers, rows) {
    const options = { rows };
    if (this.#proba) {
      const answer = this.#model.predictProba(numbers, options);
      return (answer.targets?.[0] ?? answer).probabilities;
    }
    const answer = this.#model.predict(numbers, options);
    if (!this.classes) return answer;
    const width = this.names.length;
    const values = new Float64Array(rows * width);
    for (let i = 0; i < rows; i++) {
      const label = Array.isArray(answer[i]) ? answer[i][0] : answer[i];
      values[i * width + this.#codes.get(label)] = 1;
    }
    return values;
  }
}
