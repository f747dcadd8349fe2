// The wasm that reads networks, in a worker.

import { answerCalls } from "./calls.js";
import start, { Opened } from "./networks/edgelet-networks.js";

let opened;

const CALLS = {
  read: ({ bytes, name }) => {
    opened = new Opened(bytes, name);
    return opened.describe();
  },
  file: () => opened.file(),
};

answerCalls(CALLS, start({ module_or_path: new URL("./networks/edgelet-networks.wasm", import.meta.url) }));
