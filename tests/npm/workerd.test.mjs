// The packed package in workerd, Cloudflare's runtime: bytes cannot be compiled there, so the wasm is imported statically.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, readFile, readdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { ModelBucket, model, newKey, serveBuckets } from "./bucket.mjs";
import { consumer, run, tools } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { expectedBits as explainedBits } from "./explanations.mjs";
import { proved } from "./proofs.mjs";
import { expectedBits } from "./table.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const embedded = (wasm) => `(name = "${wasm}", wasm = embed "out/${wasm}")`;
const config = (wasms) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "cache", worker = .cache),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "out/worker.js"), ${wasms.map(embedded).join(", ")}],
  compatibilityDate = "2025-06-01",
  globalOutbound = "internet",
  cacheApiOutbound = "cache",
);
const cache :Workerd.Worker = (modules = [(name = "cache.js", esModule = embed "worker-cache.js")], compatibilityDate = "2025-06-01");
`;

const folder = await consumer();
const networks = join(folder, "networks");
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
await run(here("../../target/venv/bin/python"), [here("../onnx/networks.py"), program, networks]);
const origin = await serve({ "/explain/": here("../fixtures/explain/"), "/networks/": networks });
for (const name of ["worker.js", "worker-cache.js", "table.mjs", "explanations.mjs"]) await copyFile(here(name), join(folder, name));
const bundle = ["worker.js", "--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--outdir=out"];
await run(join(tools, "esbuild"), [...bundle, "--log-level=warning"], { cwd: folder });
const wasms = (await readdir(join(folder, "out"))).filter((name) => name.endsWith(".wasm"));
await writeFile(join(folder, "config.capnp"), config(wasms));
const address = await start(folder);

/** Starts workerd and returns the address it says it listens at. */
async function start(folder) {
  const program = createRequire(import.meta.url).resolve("@cloudflare/workerd-linux-64/bin/workerd");
  const stdio = ["ignore", "inherit", "inherit", "pipe"];
  const worker = spawn(program, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio });
  after(() => worker.kill());
  const died = once(worker, "exit").then(([code]) => assert.fail(`workerd ended with ${code}`));
  const [line] = await Promise.race([once(createInterface(worker.stdio[3]), "line"), died]);
  return `http://127.0.0.1:${JSON.parse(line).port}`;
}

async function ask(question) {
  const response = await fetch(address, { method: "POST", body: JSON.stringify({ origin, ...question }) });
  return response.json();
}

test("a worker predicts the table with the same bits", async () => {
  const read = await tables();
  assert.deepEqual(await ask({ ask: "table", names: Object.keys(read) }), { answer: expectedBits(read) });
  await proved("workerd", "worker");
});

test("a worker explains with the same bits", async () => {
  const name = "xgboost_categories";
  const table = JSON.parse(await readFile(here(`../fixtures/explain/${name}.json`), "utf8"));
  assert.deepEqual(await ask({ ask: "explain", name }), { answer: explainedBits({ [name]: table }) });
});

test("a worker runs a network as onnxruntime did", async () => {
  assert.deepEqual(await ask({ ask: "network", address: `${origin}/networks/encoder.edgelet` }), { answer: 1 });
});

test("one request after another, and several at once", async () => {
  const row = { age: 30, usage: null, plan: "pro" };
  const first = await ask({ ask: "predict", row });
  assert.ok([0, 1].includes(first.answer), JSON.stringify(first));
  const more = await Promise.all(Array.from({ length: 4 }, () => ask({ ask: "predict", row })));
  assert.deepEqual(more, [first, first, first, first]);
});

test("errors keep their code", async () => {
  assert.deepEqual(await ask({ ask: "predict", row: { age: 30, usage: 1, plan: 7 } }), { error: "wrong_type" });
  assert.deepEqual(await ask({ ask: "predict", origin: `${origin}/nothing`, row: {} }), { error: "http_status" });
});

test("a model in a bucket: kept in the platform's cache, revalidated, there when the bucket is not", async () => {
  const [key, other] = [newKey(), newKey()];
  const bucket = new ModelBucket("churn", [key]);
  bucket.publish(1, await model("mixed"));
  bucket.promote("production", 1);
  let isDown = false;
  const bend = async (_, response) => {
    // So slow that requests overlap.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isDown && (response.destroy(), true);
  };
  const { origin, asked } = await serveBuckets([bucket], { bend });
  const follow = (publicKey, more) => {
    const options = { publicKey, retry: { attempts: 2, delay: 1 }, ...more };
    return ask({ ask: "follow", address: `${origin}/churn`, options, row: { age: 30, usage: null, plan: "pro" } });
  };
  const first = await follow(key.text);
  assert.equal(first.answer?.[0], 1, JSON.stringify(first));
  assert.equal(asked.length, 3);
  assert.deepEqual(await follow(key.text), first);
  assert.deepEqual(asked.slice(3), ["aliases/production if changed"]);
  assert.deepEqual(await follow(other.text), { error: "signature" });
  const atOnce = await Promise.all(Array.from({ length: 4 }, () => follow(key.text, { cache: false })));
  assert.deepEqual(atOnce, [first, first, first, first], "requests at once");
  assert.equal(asked.length, 5 + 12, "which do not wait for each other's: one may be cancelled");
  isDown = true;
  assert.deepEqual(await follow(key.text), first);
  assert.deepEqual(await follow(key.text, { offline: "fail" }), { error: "network" });
});
