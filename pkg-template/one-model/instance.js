// The wasm of a package of one model, and the model that goes into it.
import { EdgeletError, shown } from "../errors.js";
import { checkOptions, FILE_OPTIONS, isModule } from "../options.js";
import { isSetUp, source } from "./about.js";
import { made } from "./core.js";

const OPTIONS = {
  signal: FILE_OPTIONS.signal,
  fetch: FILE_OPTIONS.fetch,
  wasm: [(value) => typeof value === "object" || typeof value === "string", "a WebAssembly.Module, bytes, a Response or a URL"],
};

/** The section of the wasm that holds the model where it is not set up. */
const SECTION = "model";

let module;

/** Loads the model; `own` is where the package's wasm is, if it is not given. */
export async function loadFrom(own, options = {}) {
  checkOptions(options, OPTIONS);
  const { signal, fetch = globalThis.fetch, wasm } = options;
  signal?.throwIfAborted();
  const compiled = (module ??= Promise.resolve(wasm ?? own()).then((wasm) => compile(wasm, fetch, signal)));
  try {
    const ready = await compiled;
    const bytes = isSetUp ? undefined : await model(ready, fetch, signal);
    signal?.throwIfAborted();
    return made((await WebAssembly.instantiate(ready, {})).exports, bytes);
  } catch (error) {
    module = undefined;
    throw error;
  }
}

async function compile(wasm, fetch, signal) {
  if (isModule(wasm)) return wasm;
  const bytes = ArrayBuffer.isView(wasm) || wasm instanceof ArrayBuffer ? wasm : await read(wasm, "model.wasm", fetch, signal);
  const head = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, Math.min(4, bytes.byteLength));
  if (head.join() !== "0,97,115,109") {
    const found = head[0] === 60 ? "an HTML page" : "other bytes";
    const hint = "The bundler did not copy model.wasm: pass its URL as { wasm }.";
    throw new EdgeletError("not_a_model", "model.wasm", "a WebAssembly module", found, hint);
  }
  return WebAssembly.compile(bytes);
}

/** The model's file: from the wasm, or from its address, with its hash checked. */
async function model(ready, fetch, signal) {
  if (source === undefined) return WebAssembly.Module.customSections(ready, SECTION)[0];
  const bytes = await read(source.url, "model", fetch, signal);
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    const hint = "Serve the page over https or from localhost.";
    throw new EdgeletError("integrity", "model", "WebCrypto to check its hash with", "none", hint);
  }
  const digest = new Uint8Array(await subtle.digest("SHA-256", bytes));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== source.sha256) {
    const hint = "The file at the address is not the one this package was made for.";
    throw new EdgeletError("integrity", "model", `sha-256 ${source.sha256}`, `sha-256 ${found}`, hint);
  }
  return bytes;
}

/** The bytes at an address, or of a response. No message holds an address: its query may be secret. */
async function read(from, at, fetch, signal) {
  try {
    const isAddress = typeof from === "string" || from instanceof URL;
    const response = isAddress ? await fetch(from, { signal }) : from;
    if (!(response instanceof Response)) {
      throw new EdgeletError("wrong_type", at, "a WebAssembly.Module, bytes, a Response or a URL", shown(response));
    }
    if (!response.ok) throw new EdgeletError("http_status", at, "status 200", `status ${response.status}`);
    return await response.arrayBuffer();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const hint = "Check the address and the connection; from another origin the server must allow this one (CORS).";
    throw new EdgeletError("network", at, "a whole answer", "a request that failed", hint);
  }
}
