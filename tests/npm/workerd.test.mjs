// The packed package in workerd, Cloudflare's runtime: bytes cannot be compiled there, so the wasm is imported statically.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { consumer, run, tools } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { expectedBits } from "./table.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const config = (wasm) => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "worker", worker = .worker),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "out/worker.js"), (name = "${wasm}", wasm = embed "out/${wasm}")],
  compatibilityDate = "2025-06-01",
  globalOutbound = "internet",
);
`;

const origin = await serve();
const folder = await consumer();
for (const name of ["worker.js", "table.mjs"]) await copyFile(here(name), join(folder, name));
const bundle = ["worker.js", "--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--outdir=out"];
await run(join(tools, "esbuild"), [...bundle, "--log-level=warning"], { cwd: folder });
const wasm = (await readdir(join(folder, "out"))).find((name) => name.endsWith(".wasm"));
await writeFile(join(folder, "config.capnp"), config(wasm));
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
