// From a file or an address to a model or a network that is shown: an .edgelet file is loaded, any other is imported first, in a worker.

import { byId } from "./dom.js";
import { bytes as sizeOf, joined } from "./format.js";
import { isNetwork, readNetwork } from "./networks.js";
import { clearProblem, showProblem } from "./problem.js";
import { load, networks } from "./runtime.js";

/** How an .edgelet file begins. */
const MAGIC = [0x89, 0x45, 0x44, 0x47, 0x45, 0x0d, 0x0a, 0x1a];
/** An address that ends so is a reference into a registry: the runtime follows it. */
const REFERENCE = /@[\w.-]+$/;

/** What shows each. */
const EXPLORERS = { model: () => import("./explorer.js"), network: () => import("./network-explorer.js") };

let opening = new AbortController();
let shown;
byId("cancel").addEventListener("click", () => {
  opening.abort();
  say("Cancelled.");
  busy(false);
});

/** Opens a model and shows it; one that is still being opened is given up. */
export async function open({ source, name, beside, address, start }) {
  opening.abort();
  const { signal } = (opening = new AbortController());
  clearProblem(byId("explorer-problem"));
  busy(true);
  say(`Loading ${name} …`);
  try {
    const [found, { looks }] = await Promise.all([modelOf(source, name, beside, signal), import("./looks.js")]);
    const [{ Shown }] = await Promise.all([EXPLORERS[found.network ? "network" : "model"](), looks]);
    if (signal.aborted) return found.model.dispose();
    shown?.close();
    shown = new Shown({ ...found, name, address, start });
    byId("model-name").focus({ preventScroll: true });
    byId("model").scrollIntoView({ block: "start" });
    say("");
  } catch (error) {
    if (signal.aborted) return;
    say("");
    showProblem(byId("explorer-problem"), error);
    byId("explorer-problem").scrollIntoView({ block: "nearest" });
  } finally {
    if (!signal.aborted) busy(false);
  }
}

/** The model, the bytes of its .edgelet file, and if it was imported what from. */
async function modelOf(source, name, beside, signal) {
  if (typeof source === "string" && REFERENCE.test(source)) {
    const options = { signal, onProgress: ({ fraction }) => progress(name, fraction) };
    return load(source, options).then((model) => ({ model }), (error) => referredNetwork(source, options, error));
  }
  const given = typeof source === "string" ? await fetched(source, name, signal) : new Uint8Array(await source.arrayBuffer());
  if (!(given instanceof Uint8Array)) return { model: await load(given, { signal }) };
  if (isNetwork(given, name)) return networkOf(given, name, beside, signal);
  // A page is no model, and the runtime says so best.
  if (beginsWith(given, MAGIC) || given[0] === 0x3c) return { model: await load(given, { signal }), bytes: given };
  say(`Importing ${name} (${joined(sizeOf(given.length))}) …`);
  const from = { size: given.length, given };
  const begin = performance.now();
  const { importModel } = await import("./importer.js");
  const bytes = await importModel(given, name, signal);
  from.milliseconds = performance.now() - begin;
  return { model: await load(bytes, { signal }), bytes, from };
}

/** The same of a network: what its file tells, its .edgelet's bytes, and if it was imported what from. It runs in a worker. */
async function networkOf(given, name, beside, signal) {
  say(`Reading ${name} (${joined(sizeOf(given.length))}) …`);
  const begin = performance.now();
  const { description, bytes } = await readNetwork(given, name, beside, signal);
  const size = (beside ?? []).reduce((sum, file) => sum + file.size, given.length);
  const from = bytes === given ? undefined : { size, milliseconds: performance.now() - begin };
  const model = await (await networks()).load(bytes, { signal, worker: true });
  return { model, bytes, from, network: description };
}

/** A release in a bucket may be a network's: the runtime of models says that it is of a version that only the other one reads. */
async function referredNetwork(source, options, error) {
  if (error.code !== "unsupported_version") throw error;
  return { model: await (await networks()).load(source, { ...options, worker: true }), network: {} };
}

/** The bytes at an address; the response itself if it is a refusal, which the runtime explains. */
async function fetched(address, name, signal) {
  const response = await fetch(address, { signal }).catch((error) => {
    // Without a status the runtime's own fetch says the same in the package's words.
    if (signal.aborted) throw error;
    return load(address, { signal }).then(() => Promise.reject(error));
  });
  if (!response.ok || !response.body) return response;
  const total = Number(response.headers.get("content-length")) || undefined;
  const pieces = [];
  let length = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value);
    length += value.length;
    progress(name, total && Math.min(1, length / total));
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function beginsWith(bytes, start) {
  return start.every((byte, i) => bytes[i] === byte);
}

function progress(name, fraction) {
  const share = fraction === undefined ? "" : ` ${Math.round(fraction * 100)} %`;
  say(`Loading ${name} …${share}`);
}

function say(text) {
  byId("loading").textContent = text;
}

function busy(is) {
  byId("cancel").hidden = !is;
  if (is) byId("explorer").setAttribute("aria-busy", "true");
  else byId("explorer").removeAttribute("aria-busy");
}
