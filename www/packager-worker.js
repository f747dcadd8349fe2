// The packager's wasm, in a worker, and the file that it makes packages of.

import { answerCalls } from "./calls.js";
import start, { package_model } from "./packager/edgelet-package.js";

const CALLS = {
  package: ({ bytes, name, version, url, cdn }, [runtime]) => package_model(bytes, runtime, name, version, url, cdn),
};

/** What packages are made of, by the worker's own query. */
const RUNTIMES = { "?models": "edgelet-runtime.bin", "?networks": "edgelet-networks-runtime.bin" };

const started = Promise.all([
  fetched(new URL(`./packager/${RUNTIMES[new URL(import.meta.url).search]}`, import.meta.url)),
  start({ module_or_path: new URL("./packager/edgelet-package.wasm", import.meta.url) }),
]);
answerCalls(CALLS, started);

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.pathname.split("/").at(-1)} is answered with ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
