// What `edgelet/explain` adds to a model: `Model.explain`. Other entries are built without it.
import { EdgeletError, nearest, shown } from "./errors.js";

/** What explains each model. */
const explaining = new WeakMap();

/** Keeps what explains a model, and returns the core that it came with. */
export function keep(model, made) {
  explaining.set(model, made);
  return made.core();
}

/** Gives its memory back. */
export function forget(model) {
  explaining.get(model)?.free();
  explaining.delete(model);
}

/** Explains the row that lies in the scratch of a model's core; `failed` makes the error of what the core threw. */
export function explain(model, { core, memory, texts, failed }, row, options = {}) {
  const made = explaining.get(model);
  if (!made.can_explain(core)) throw core.problem();
  const place = placeOf(model, made.classes(), options);
  let ran;
  try {
    for (const text of texts) core.take_text(text);
    ran = made.run(core, place);
  } catch (error) {
    // After a trap it is not to be touched again.
    explaining.delete(model);
    made.__destroy_into_raw();
    throw failed(error);
  }
  if (!ran) throw core.problem();
  // A copy: the next row is explained in the same place.
  const moved = new Float64Array(memory.buffer, made.values_address(), model.featureNames.length).slice();
  const given = valuesOf(row, model.featureNames);
  const contributions = model.featureNames.map((feature, i) => ({ feature, value: given[i], contribution: moved[i] }));
  contributions.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  return { class: model.classes?.[made.class()], base: made.base(), margin: made.margin(), values: moved, contributions };
}

/** A row's values as they were given. */
function valuesOf(row, names) {
  if (typeof row === "string") return [row];
  return Array.isArray(row) || ArrayBuffer.isView(row) ? row : names.map((name) => row[name]);
}

/** The place of the class that is asked for; undefined for the one that the model chooses. */
function placeOf({ classes }, count, options) {
  for (const name in options) {
    if (name !== "class") throw new EdgeletError("bad_option", "options", "class", shown(name), nearest(name, ["class"]));
  }
  const wanted = options.class;
  if (wanted === undefined) return undefined;
  const place = count > 0 ? classes.indexOf(wanted) : -1;
  if (place >= 0) return place;
  const expected = count > 0 ? `one of ${classes.slice(0, 8).map(shown).join(", ")}` : "none: the model predicts numbers";
  throw new EdgeletError("bad_option", "options.class", expected, shown(wanted));
}
