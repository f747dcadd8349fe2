// Node, Deno, Bun: the wasm is read from beside this file.
import { readFileSync } from "node:fs";
import loadFrom from "./load.js";

export * from "./load.js";

export const load = (options) => loadFrom(() => readFileSync(new URL("./model.wasm", import.meta.url)), options);
