// Node, Deno, Bun: the wasm, and what is otherwise in the one with relaxed SIMD, are read from beside this file at the first `load`.
import { readFileSync } from "node:fs";
import { load as loadWith } from "./registry/load.js";
import { hasRelaxed, made } from "./relaxed.js";
import * as slim from "./slim.js";

export { cached } from "./registry/cache.js";
export { fileCache } from "./registry/file-cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export async function init(source) {
  if (slim.isReady()) return;
  // A module: of bytes wasm-bindgen's glue asks whether they are a Response, and at that word Node loads its fetch.
  await slim.init(source ?? new WebAssembly.Module(core()));
}

function core() {
  const plain = readFileSync(new URL("./{{wasm}}", import.meta.url));
  if (!hasRelaxed()) return plain;
  try {
    return made(plain, readFileSync(new URL("./edgelet-tensors.relaxed.bin", import.meta.url))) ?? plain;
  } catch {
    // Where only the wasm was copied to, it is enough: the same numbers, somewhat slower.
    return plain;
  }
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) return (await import("./remote/node.js")).load(source, options, init, worker);
  return loadWith(source, options, init);
}
