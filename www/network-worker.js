// The wasm that reads networks, in a worker.

import { answerCalls } from "./calls.js";
import start, { Opened } from "./networks/edgelet-networks.js";

let opened;

const CALLS = {
  read: async ({ bytes, name, beside }) => {
    const files = await Promise.all(beside.map(async (file) => new Uint8Array(await file.arrayBuffer())));
    opened = new Opened(bytes, name, beside.map(({ name }) => name), files);
    return opened.describe();
  },
  file: () => opened.file(),
};

answerCalls(CALLS, start({ module_or_path: new URL("./networks/edgelet-networks.wasm", import.meta.url) }));
