// Edge workers, which cannot compile bytes: the wasm is imported as a module.
import module from "./{{wasm}}";
import { load as loadWith } from "./registry/load.js";
import * as slim from "./slim.js";

export { cached, noFileCache as fileCache } from "./registry/cache.js";
export { EdgeletError, Model, version } from "./slim.js";

export function init(source) {
  return slim.init(source ?? module);
}

export function load(source, options = {}) {
  return loadWith(source, options, init, false);
}
