// A package of one network: loading it, and what is known of it without.
import { EdgeletError } from "../errors.js";
import { Model } from "../model.js";
import { Ports } from "../ports.js";
import { schema, version } from "./about.js";

export { loadFrom as default } from "./instance.js";
export { EdgeletError, Model, schema, version };

export const classes = schema.classes;

const ports = new Ports(schema.inputs);

/** Throws what `run` would throw before it runs anything, if a value is not what goes in. */
export function assertInputs(inputs) {
  ports.given(ports.plain(inputs)).forEach(({ shape }, i) => {
    const { name, shape: known } = schema.inputs[i];
    if (shape === undefined || known === undefined) return;
    const fits = shape.length === known.length && known.every((length, j) => typeof length === "string" || length === shape[j]);
    if (!fits) throw new EdgeletError("wrong_shape", name, `the shape ${list(known)}`, list(shape));
  });
}

/** A shape as the core shows it. */
const list = (shape) => `[${shape.map((length) => length === "" ? "?" : length).join(", ")}]`;
