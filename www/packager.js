// A model → the npm package of it, as one file. The wasm for it is fetched when the visitor asks for packages.

import { Workshop } from "./workshop.js";

let workshop;

/** Starts to fetch what packaging takes. */
export function prepare() {
  workshop ??= new Workshop(new URL("./packager-worker.js", import.meta.url), {
    who: "packager",
    what: "package",
    title: "The package could not be made",
  });
}

/** The bytes of the .tgz; `{ name, version, url, cdn }` are the options of `edgelet package`. */
export async function makePackage(bytes, options, signal) {
  prepare();
  const mine = workshop;
  workshop = undefined;
  try {
    return await mine.call("package", { bytes, ...options }, signal);
  } finally {
    // The memory that a large model took goes with the worker.
    mine.end();
  }
}

/** What npm calls the file. */
export const fileName = (name, version) => `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
