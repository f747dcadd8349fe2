// Node, Deno, Bun: the wasm is read from beside this file at the first `load`.
import { readFileSync } from "node:fs";
import * as slim from "./slim.js";

export { EdgeletError, Model, version } from "./slim.js";

export async function init(source) {
  if (slim.isReady()) return;
  await slim.init(source ?? readFileSync(new URL("./edgelet.wasm", import.meta.url)));
}

export async function load(source, options) {
  await init();
  return slim.load(source, options);
}
