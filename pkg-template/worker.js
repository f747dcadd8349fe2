// Edge workers, which cannot compile bytes: the wasm is imported as a module.
import module from "./edgelet.wasm";
import * as slim from "./slim.js";

export { EdgeletError, Model, version } from "./slim.js";

export function init(source) {
  return slim.init(source ?? module);
}

export async function load(source, options) {
  await init();
  return slim.load(source, options);
}
