// Browsers and bundlers: the wasm lies beside this file.
import loadFrom from "./load.js";

export * from "./load.js";

export const load = (options) => loadFrom(() => new URL("./model.wasm", import.meta.url), options);
