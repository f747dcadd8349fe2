// What every runtime proves of the package it has: the table of bits, from URLs, here and in workers. Runs anywhere.
import { predictTable } from "./table.mjs";

/** The models that are also predicted in workers: numbers, categories, several classes, texts. */
const REMOTE = ["mixed", "iris_logistic", "sklearn_text_union_hashed"];

/** What `load` makes of the models at `origin`; with `worker`, that option of it, also off the thread. */
export async function prove({ load }, origin, names, worker) {
  const read = async (name) => [name, await (await fetch(`${origin}/models/${name}.json`)).json()];
  const tables = await Promise.all(names.map(read));
  const base = `${origin}/models`;
  const found = { here: await predictTable(load, base, Object.fromEntries(tables)) };
  if (worker === undefined) return found;
  const few = Object.fromEntries(tables.filter(([name]) => REMOTE.includes(name)));
  return { ...found, there: await predictTable((source) => load(source, { worker }), base, few) };
}

/** What {@link prove} must find. */
export function proven(expected, isRemote) {
  const few = Object.entries(expected).filter(([name]) => REMOTE.includes(name));
  return isRemote ? { here: expected, there: Object.fromEntries(few) } : { here: expected };
}
