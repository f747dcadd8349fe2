// A model → the npm package of it, as one file. The wasm for it is fetched when the visitor asks for packages.

import { Workshop } from "./workshop.js";

const SAID = { who: "packager", what: "package", title: "The package could not be made" };

/** What is ready, by what it makes packages of. */
const workshops = {};

/** Starts to fetch what packages of "models" of rows or of "networks" take. */
export function prepare(kind) {
  workshops[kind] ??= new Workshop(new URL(`./packager-worker.js?${kind}`, import.meta.url), SAID);
}

/** The bytes of the .tgz; `{ name, version, url, cdn }` are the options of `edgelet package`. */
export async function makePackage(kind, bytes, options, signal) {
  prepare(kind);
  const mine = workshops[kind];
  delete workshops[kind];
  try {
    return await mine.call("package", { bytes, ...options }, signal);
  } finally {
    // The memory that a large model took goes with the worker.
    mine.end();
  }
}

/** What npm calls the file. */
export const fileName = (name, version) => `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
