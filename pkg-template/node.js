// Node, Deno, Bun: the wasm is read from beside this file at the first `load`.
import { readFileSync } from "node:fs";
import { load as loadWith } from "./registry/load.js";
import * as slim from "./slim.js";

export { cached } from "./registry/cache.js";
export { fileCache } from "./registry/file-cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export async function init(source) {
  if (slim.isReady()) return;
  // A module: of bytes wasm-bindgen's glue asks whether they are a Response, and at that word Node loads its fetch.
  await slim.init(source ?? new WebAssembly.Module(readFileSync(new URL("./{{wasm}}", import.meta.url))));
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) return (await import("./remote/node.js")).load(source, options, init, worker);
  return loadWith(source, options, init);
}
