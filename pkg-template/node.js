// Node, Deno, Bun: the wasm is read from beside this file at the first `load`.
import { readFileSync } from "node:fs";
import { load as loadWith } from "./registry/load.js";
import * as slim from "./slim.js";

export { cached } from "./registry/cache.js";
export { fileCache } from "./registry/file-cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export async function init(source) {
  if (slim.isReady()) return;
  await slim.init(source ?? readFileSync(new URL("./{{wasm}}", import.meta.url)));
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) return (await import("./remote/node.js")).load(source, options, init, worker);
  return loadWith(source, options, init);
}
