// The packed package in Chromium and in Firefox, without a bundler: a module script, a page under a strict
// Content-Security-Policy with Trusted Types, a web worker, a service worker.
import assert from "node:assert/strict";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../chromium.mjs";
import { launchFirefox } from "../firefox.mjs";
import { consumer } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { proved } from "./proofs.mjs";
import { proven } from "./proof.mjs";
import { expectedBits } from "./table.mjs";

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const TRUSTED = `${POLICY}; require-trusted-types-for 'script'; trusted-types app`;
const html = (policy) => `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>edgelet</title>`;

const installed = join(await consumer(), "node_modules/edgelet/");
const here = fileURLToPath(new URL("./", import.meta.url));
const pages = { "/": "<!doctype html><title>edgelet</title>", "/strict": html(POLICY), "/trusted": html(TRUSTED) };
const origin = await serve({ "/edgelet/": installed, "/tests/": here }, pages);
const expected = expectedBits(await tables());
const names = Object.keys(expected);

/** What a page does to prove what it can, by what it is. */
const WAYS = {
  "module script": { path: "/", worker: true, prove: provePage },
  "strict CSP": { path: "/strict", worker: true, prove: provePage },
  "Trusted Types": { path: "/trusted", worker: true, prove: proveTrusted },
  "web worker": { path: "/", worker: true, prove: proveInWorker },
  "service worker": { path: "/", worker: false, prove: proveInServiceWorker },
};

// Both before the first test: what is started for a file ends when no test of it is left.
const browsers = { Chromium: await launch(), Firefox: await launchFirefox() };
after(() => Promise.all(Object.values(browsers).map((browser) => browser.close())));

for (const [runtime, browser] of Object.entries(browsers)) {
  for (const [how, { path, worker: does, prove }] of Object.entries(WAYS)) {
    // A worker that Firefox starts in a worker is not proved: under load `new Worker` there never returns, one time in fifty
    // (153 ESR, driven by WebDriver BiDi; also for workers that have nothing of this package).
    const worker = does && !(runtime === "Firefox" && how === "web worker");
    test(`${runtime}, ${how}`, { timeout: 60_000 }, async () => {
      const page = await browser.newPage();
      await page.goto(origin + path);
      assert.deepEqual(await page.evaluate(prove, { names, worker }), proven(expected, worker));
      await page.close();
      await proved(runtime, how, { worker });
    });
  }
}

async function provePage({ names }) {
  const [edgelet, { prove }] = await Promise.all([import("/edgelet/edgelet.js"), import("/tests/proof.mjs")]);
  return prove(edgelet, location.origin, names, 2);
}

/** Where scripts are trusted types, the app vouches for the worker's. */
async function proveTrusted({ names }) {
  const [edgelet, { prove }] = await Promise.all([import("/edgelet/edgelet.js"), import("/tests/proof.mjs")]);
  const { code } = await edgelet.load("/models/mixed.edgelet", { worker: true }).catch((error) => error);
  if (code !== "worker_failed") throw new Error(`an address that nobody vouches for: ${code}`);
  const policy = trustedTypes.createPolicy("app", { createScriptURL: (address) => address });
  const load = (source, { worker } = {}) => {
    if (!worker) return edgelet.load(source);
    return edgelet.load(source, { worker: new Worker(policy.createScriptURL("/edgelet/thread.js"), { type: "module" }) });
  };
  return prove({ load }, location.origin, names, true);
}

async function proveInWorker({ names, worker }) {
  // Firefox forgets a worker that nothing holds, whoever waits for its answer.
  const held = (globalThis.held = new Worker("/tests/in-worker.mjs", { type: "module" }));
  const { port1, port2 } = new MessageChannel();
  held.postMessage([names, worker || undefined], [port2]);
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data }) => resolve(data);
    held.onerror = reject;
  });
}

async function proveInServiceWorker({ names }) {
  const registered = await navigator.serviceWorker.register("/tests/in-worker.mjs", { type: "module" });
  const worker = registered.active ?? registered.waiting ?? registered.installing;
  while (worker.state !== "activated") await new Promise((resolve) => setTimeout(resolve, 20));
  const { port1, port2 } = new MessageChannel();
  worker.postMessage([names], [port2]);
  return new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
}
