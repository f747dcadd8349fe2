// Browsers and bundlers: the wasm lies beside this file and is fetched at the first `load`.
import * as slim from "./slim.js";

export { EdgeletError, Model, version } from "./slim.js";

export function init(source) {
  return slim.init(source ?? new URL("./edgelet.wasm", import.meta.url));
}

export async function load(source, options) {
  await init();
  return slim.load(source, options);
}
