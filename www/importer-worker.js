// The importers' wasm, in a worker.

import { answerCalls } from "./calls.js";
import start, { Anatomy, import_model } from "./importer/edgelet-import.js";

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

answerCalls(CALLS, start({ module_or_path: new URL("./importer/edgelet-import.wasm", import.meta.url) }));
