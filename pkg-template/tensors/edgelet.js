// Browsers and bundlers: the wasm, and what is otherwise in the one with relaxed SIMD, lie beside this file and are fetched at the
// first `load`.
import { load as loadWith } from "./registry/load.js";
import { hasRelaxed, made } from "./relaxed.js";
import * as slim from "./slim.js";

export { cached, noFileCache as fileCache } from "./registry/cache.js";
export { EdgeletError, Model, version } from "./slim.js";

let starting;

export async function init(source) {
  if (slim.isReady()) return;
  // Both are fetched once, however many ask for them at once.
  starting ??= slim.init(source ?? core());
  try {
    await starting;
  } finally {
    starting = undefined;
  }
}

async function core() {
  const plain = new URL("./{{wasm}}", import.meta.url);
  if (!hasRelaxed()) return plain;
  const more = new URL("./edgelet-tensors.relaxed.bin", import.meta.url);
  // Where only the wasm was copied to, it is enough: the same numbers, somewhat slower.
  const [known, difference] = await Promise.all([fetch(plain), fetch(more).catch(() => undefined)]);
  if (!known.ok || !difference?.ok) return known;
  const bytes = new Uint8Array(await known.arrayBuffer());
  return made(bytes, new Uint8Array(await difference.arrayBuffer())) ?? bytes;
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) return (await import("./remote/web.js")).load(source, options, init, worker);
  return loadWith(source, options, init);
}
