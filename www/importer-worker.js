// The importers' wasm in a worker of its own: a large file does not hold up the page, and a trap ends only this worker.
// A message is `{ id, call, given }`, its answer `{ id, value }`, `{ id, error }` (the fields of an EdgeletError) or `{ id, trap }`.

import start, { Anatomy, import_model } from "./importer/edgelet-import.js";

const started = start({ module_or_path: new URL("./importer/edgelet-import.wasm", import.meta.url) });
let anatomy;

const CALLS = {
  import: ({ bytes, name, from, missing, explain = false }) => import_model(bytes, name, from, missing, explain),
  open: ({ bytes }) => {
    anatomy = new Anatomy(bytes);
    return anatomy.describe();
  },
  tree: ({ step, tree }) => anatomy.tree(step, tree),
  before: ({ step }) => anatomy.before(step),
};

addEventListener("message", async ({ data: { id, call, given } }) => {
  try {
    await started;
    const value = CALLS[call](given);
    postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
  } catch (error) {
    // What the wasm throws is a plain object; everything else means that it is in no state to go on.
    if (typeof error?.code === "string") postMessage({ id, error });
    else postMessage({ id, trap: String(error?.message ?? error) });
  }
});
