// Networks: which files are one, what ONNX, Keras and TFLite become, and a look inside. The wasm for it is fetched at the first call.

import { Workshop } from "./workshop.js";

/** How an .edgelet file begins that holds a network: its mark, and version 3. */
const EDGELET = [0x89, 0x45, 0x44, 0x47, 0x45, 0x0d, 0x0a, 0x1a, 3, 0];
const HDF5 = [0x89, 0x48, 0x44, 0x46];
const ZIP = [0x50, 0x4b, 3, 4];
/** What a .keras file has in it, and no other archive. */
const KERAS = "model.weights.h5";
/** Names are at the end of an archive, in a list as long as this at most. */
const LIST = 1 << 16;

/** Whether a file holds a network, by its first bytes or, where those tell nothing, by its name. */
export function isNetwork(bytes, name) {
  const begins = (start, at = 0) => start.every((byte, i) => bytes[at + i] === byte);
  if (begins(ZIP)) return new TextDecoder("latin1").decode(bytes.subarray(-LIST)).includes(KERAS);
  const isTflite = begins([..."TFL3"].map((letter) => letter.charCodeAt(0)), 4);
  return begins(EDGELET) || begins(HDF5) || isTflite || (bytes[0] === 8 && bytes[1] <= 32) || /\.(onnx|keras|h5|tflite)$/i.test(name);
}

/**
 * A network that was read, with the files that lie `beside` it: `description` is what `src/importer/network.rs` tells of it, `bytes` those of its .edgelet file. The error
 * of a refused file lists all that is in the way.
 */
export async function readNetwork(given, name, beside = [], signal = undefined) {
  const who = { who: "importer of networks", what: "file", title: "This file could not be read" };
  const workshop = new Workshop(new URL("./network-worker.js", import.meta.url), who);
  try {
    const description = await workshop.call("read", { bytes: given, name, beside }, signal);
    const isMade = description.sourceNodes === undefined;
    return { description, bytes: isMade ? given : await workshop.call("file", {}, signal) };
  } finally {
    // The memory that a large file took goes with the worker.
    workshop.end();
  }
}
