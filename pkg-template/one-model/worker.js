// Edge workers, which cannot compile bytes: the wasm is imported as a module.
import wasm from "./model.wasm";
import loadFrom from "./load.js";

export * from "./load.js";

export const load = (options) => loadFrom(() => wasm, options);
