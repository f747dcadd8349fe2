// A package of one model of rows: loading it, and what is known of it without.
import { EdgeletError } from "../errors.js";
import { Model } from "../model.js";
import { Encoder } from "../rows.js";
import { schema as known, version } from "./about.js";
import { problemOf } from "./core.js";

export { loadFrom as default } from "./instance.js";
export { EdgeletError, Model, version };

const labels = known.classes;
// Those of one target are no list of lists; of several `classes` is undefined.
export const classes = labels.length < 2 ? labels[0] : undefined;
export const schema = { ...known, classes: labels.length < 2 ? classes : labels };
export const featureNames = schema.inputs.map((input) => input.name);
export const targets = schema.targets.map((name, i) => ({ name, classes: labels[i] }));

let encoder;

/** Throws what predicting would throw if a value is no row. */
export function assertRow(row) {
  encoder ??= new Encoder(schema.inputs);
  const numbers = new Float64Array(featureNames.length);
  encoder.forgetTexts();
  encoder.writeObject(numbers, 0, row, "row");
  const problem = problemOf(numbers, "row");
  if (problem !== undefined) throw problem;
}
