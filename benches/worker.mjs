// The CPU time of workerd from its start to its first answer, and the memory it has then: a worker that decodes a model of a
// megabyte and predicts, and one with a package of that model, made with --ready, beside ones that do nothing with the same
// files. `cargo xtask bench` runs it: `node worker.mjs MODEL FOLDER`, with the folder of model.edgelet and of its package, and
// one for the workers.
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./clock.mjs";

const [from, folder] = process.argv.slice(2);
const model = join(from, "model.edgelet");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tests = createRequire(new URL("../tests/package.json", import.meta.url));
const { build } = tests("esbuild");
const program = tests.resolve("@cloudflare/workerd-linux-64/bin/workerd");
const ROUNDS = 15;
/** What Cloudflare's free plan gives a request. */
const BUDGET_MS = 10;
const size = (await stat(model)).size;

/** Bundles a worker as its author would, and returns the folder to start it in. */
async function prepare(name) {
  const out = join(folder, name);
  // What an earlier run left would be a part of the worker.
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const external = ["model.bin"];
  const loader = { ".wasm": "copy" };
  const options = { bundle: true, minify: true, format: "esm", conditions: ["workerd"], external, loader, logLevel: "error" };
  const alias = { "model-package": resolve(from, "package/worker.js"), "model-wasm": resolve(from, "package/model.wasm") };
  await build({ ...options, alias, entryPoints: [here(`worker/${name}.js`)], outfile: join(out, "worker.js"), nodePaths: [here("node_modules")] });
  await copyFile(model, join(out, "model.bin"));
  const wasms = (await readdir(out)).filter((file) => file.endsWith(".wasm"));
  const modules = [
    '(name = "worker.js", esModule = embed "worker.js")',
    '(name = "model.bin", data = embed "model.bin")',
    ...wasms.map((file) => `(name = "${file}", wasm = embed "${file}")`),
  ];
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
const worker :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "2025-06-01");
`;
  await writeFile(join(out, "config.capnp"), config);
  return out;
}

/** Starts workerd anew and asks it once: its CPU time in ms and its memory in bytes then. */
async function firstAnswer(cwd) {
  const worker = spawn(program, ["serve", "config.capnp", "--control-fd=3"], { cwd, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  try {
    const [line] = await once(createInterface(worker.stdio[3]), "line");
    const response = await fetch(`http://127.0.0.1:${JSON.parse(line).port}`);
    if (!Number.isFinite(await response.json())) throw new Error(`${cwd}: no number`);
    const status = await readFile(`/proc/${worker.pid}/status`, "utf8");
    // The scheduler's own count of each thread: a process's, in ticks of 10 ms, is too coarse.
    const threads = await readdir(`/proc/${worker.pid}/task`);
    const runs = await Promise.all(threads.map((thread) => readFile(`/proc/${worker.pid}/task/${thread}/schedstat`, "utf8")));
    const cpu = runs.reduce((sum, run) => sum + Number(run.split(" ")[0]) / 1e6, 0);
    return { cpu, memory: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024 };
  } finally {
    worker.kill();
    await once(worker, "exit");
  }
}

/** Each worker, and the one that does nothing with its files. */
const WORKERS = { nothing: "nothing", edgelet: "nothing", idle: "nothing", package: "idle" };
const names = Object.keys(WORKERS);
const folders = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await prepare(name)])));
const seen = Object.fromEntries(names.map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, cwd] of Object.entries(folders)) {
    const found = await firstAnswer(cwd);
    if (round > 0) seen[name].push(found);
  }
}
const of = (name, what) => median(seen[name].map((found) => found[what]));
const most = 2 * size + (4 << 20);
const verdict = (is) => (is ? "ok  " : "MISS");
console.log(`\nworkerd with a model of ${(size / 1e6).toFixed(2)} MB: from its start to its first answer, median of ${ROUNDS}`);
for (const name of names) {
  console.log(`  ${name.padEnd(8)} ${of(name, "cpu").toFixed(1).padStart(7)} ms CPU ${(of(name, "memory") / 1e6).toFixed(1).padStart(7)} MB resident`);
}
for (const name of ["edgelet", "package"]) {
  const [cpu, memory] = ["cpu", "memory"].map((what) => of(name, what) - of(WORKERS[name], what));
  console.log(`  ${verdict(cpu <= BUDGET_MS)} ${name}'s part ${cpu.toFixed(1)} ms CPU   target <= ${BUDGET_MS}`);
  console.log(`  ${verdict(memory <= most)} ${name}'s part ${(memory / 1e6).toFixed(1)} MB   target <= 2 × model + 4 MB = ${(most / 1e6).toFixed(1)}`);
}
