// Edge workers, which cannot compile bytes: the wasm is imported as a module.
import module from "./{{wasm}}";
import { EdgeletError } from "./errors.js";
import { load as loadWith } from "./registry/load.js";
import * as slim from "./slim.js";

export { cached, noFileCache as fileCache } from "./registry/cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export function init(source) {
  return slim.init(source ?? module);
}

export async function load(source, { worker, ...options } = {}) {
  if (worker) {
    const hint = "Leave `worker` out: here a model runs where the request is.";
    throw new EdgeletError("unsupported_method", "options.worker", "a platform with workers of its own", "an edge worker", hint);
  }
  return loadWith(source, options, init, false);
}
