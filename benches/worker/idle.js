// A worker that does nothing, with the wasm of a package beside it: what an edge worker takes in before a line of the package runs.
import bytes from "model.bin";
import module from "model-wasm";

export default {
  fetch: () => Response.json(bytes.byteLength + (module instanceof WebAssembly.Module ? 1 : 0)),
};
