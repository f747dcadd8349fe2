// One file for a <script type="module">: the wasm is in it.
import { wasm } from "./about.js";
import loadFrom from "./load.js";

export * from "./load.js";

export const load = (options) => loadFrom(() => Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0)), options);
