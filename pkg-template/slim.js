// The package without an opinion on where its wasm lies: call `init` with a module, bytes, a response or a URL first.
import initCore, { initSync, read } from "./core.js";
import { coreError, EdgeletError, shown } from "./errors.js";
import { Model } from "./model.js";
import { checkOptions, FILE_OPTIONS, isModule } from "./options.js";

export { EdgeletError, Model };
export const version = "{{version}}";

let memory;
let module;
let starting;

/** Whether the core has started. */
export const isReady = () => memory !== undefined;

/** The core as it was compiled, for workers. */
export const coreModule = () => module;

export async function init(source) {
  if (memory !== undefined) return;
  starting ??= Promise.resolve(source).then(start);
  try {
    await starting;
  } finally {
    starting = undefined;
  }
}

async function start(source) {
  if (source === undefined) {
    throw new EdgeletError("bad_option", "init", "a WebAssembly.Module, bytes, a Response or a URL", "nothing");
  }
  if (isModule(source)) {
    memory = initSync({ module: (module = source) }).memory;
    return;
  }
  const bytes = await bytesOf(source);
  const head = new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, Math.min(4, bytes.byteLength));
  if (head.join() !== "0,97,115,109") {
    const found = head[0] === 60 ? "an HTML page" : "other bytes";
    const hint = "The address of edgelet.wasm is wrong, or the bundler did not copy it: pass its URL to init().";
    throw new EdgeletError("not_a_model", "edgelet.wasm", "a WebAssembly module", found, hint);
  }
  module = await WebAssembly.compile(bytes);
  memory ??= (await initCore({ module_or_path: module })).memory;
}

async function bytesOf(source) {
  // Asked first: the mere mention of Request or Response makes Node load its fetch, which takes longer than all of this.
  if (ArrayBuffer.isView(source) || source instanceof ArrayBuffer) return source;
  const isAddress = typeof source === "string" || source instanceof URL || source instanceof Request;
  const response = isAddress ? await fetch(source) : source;
  if (!(response instanceof Response)) {
    throw new EdgeletError("wrong_type", "init", "a WebAssembly.Module, bytes, a Response or a URL", shown(source));
  }
  if (!response.ok) throw new EdgeletError("http_status", "edgelet.wasm", "status 200", `status ${response.status}`);
  return response.arrayBuffer();
}

export async function load(source, options = {}) {
  checkOptions(options, FILE_OPTIONS);
  const { signal, onProgress, headers, fetch, cache, integrity } = options;
  signal?.throwIfAborted();
  await init();
  // A promise that the core can race against whatever it waits for; the listener goes, since the signal may outlive it.
  let abort;
  const aborted = new Promise((_, reject) => (abort = () => reject(signal.reason)));
  aborted.catch(() => {});
  signal?.addEventListener("abort", abort);
  try {
    const file = await read(source, { signal, onProgress, headers, fetch, cache, integrity, aborted });
    try {
      // Of edgelet/explain the core comes with what explains (explanation.js).
      return new Model(EXPLAINS ? file.explain_decode() : file.decode(), memory);
    } catch (error) {
      throw coreError(error);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
