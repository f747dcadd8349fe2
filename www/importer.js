// Other frameworks' files → .edgelet, and a look inside a model. The wasm for it is fetched at the first call.

import { Workshop } from "./workshop.js";

const importer = () =>
  new Workshop(new URL("./importer-worker.js", import.meta.url), { who: "importer", what: "file", title: "This file could not be read" });

/** The bytes of the .edgelet file that a framework's file becomes; the error of a refused file lists all that is in the way. */
export async function importModel(bytes, name, signal, options = {}) {
  const workshop = importer();
  try {
    return await workshop.call("import", { bytes, name, ...options }, signal);
  } finally {
    // The memory that a large file took goes with the worker.
    workshop.end();
  }
}

/**
 * A model taken apart: what `src/importer/describe.rs` tells of it, and its trees on demand.
 */
export class Inside {
  #workshop = importer();

  /** Resolves with the description. */
  open(bytes) {
    return this.#workshop.call("open", { bytes });
  }

  /** A tree of a step that is a forest; `undefined` if it is too large. */
  tree(step, tree) {
    return this.#workshop.call("tree", { step, tree });
  }

  /** The bytes of a model that transforms a row into what a step sees. */
  before(step) {
    return this.#workshop.call("before", { step });
  }

  close() {
    this.#workshop.end();
  }
}
