// Browsers and bundlers: the wasm lies beside this file and is fetched at the first `load`.
import { load as loadWith } from "./registry/load.js";
import * as slim from "./slim.js";

export { cached, noFileCache as fileCache } from "./registry/cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export function init(source) {
  return slim.init(source ?? new URL("./{{wasm}}", import.meta.url));
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) return (await import("./remote/web.js")).load(source, options, init, worker);
  return loadWith(source, options, init);
}
