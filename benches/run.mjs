// Speed of a linear model of 10 features in Node, beside onnxruntime-web and a bare wasm dot product, in one run.
// `cargo xtask bench` runs it: `node run.mjs DOT.wasm`, with the edgelet package installed beside onnxruntime-web.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { load } from "edgelet";
import { median, race } from "./clock.mjs";
import { openPeer } from "./peer.mjs";

const FEATURES = 10;
const ROWS = 10_000;
const here = (path) => new URL(path, import.meta.url);

const modelBytes = await readFile(here("../tests/fixtures/bits/diabetes_linear.edgelet"));
const table = JSON.parse(await readFile(here("../tests/fixtures/sklearn/diabetes_linear.json"), "utf8"));
const model = await load(modelBytes);
const peer = await openPeer(await readFile(here("linear10.onnx")));

const row = Float64Array.from(table.rows[0]);
const object = Object.fromEntries(table.inputs.map(({ name }, i) => [name, row[i]]));
const batch = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => row[i % FEATURES] + (i % 97) / 970);

const { dot, memory } = (await WebAssembly.instantiate(await readFile(process.argv[2]))).instance.exports;
const bareWeights = new Float64Array(memory.buffer, 0, FEATURES);
const bareRows = new Float64Array(memory.buffer, 128, ROWS * FEATURES);
const bareOut = new Float64Array(memory.buffer, 128 + ROWS * FEATURES * 8, ROWS);
bareWeights.set(table.linear.coefficients[0]);

let sink = 0;
const bareOneRow = (times) => {
  for (let i = 0; i < times; i++) {
    // A loop, since TypedArray.prototype.set takes several times as long for ten numbers.
    for (let j = 0; j < FEATURES; j++) bareRows[j] = row[j];
    dot(1, bareOut.byteOffset);
    sink += bareOut[0];
  }
};
const bareBatch = (times) => {
  for (let i = 0; i < times; i++) {
    bareRows.set(batch);
    dot(ROWS, bareOut.byteOffset);
    sink += bareOut[0];
  }
};
const repeat = (work) => (times) => {
  for (let i = 0; i < times; i++) sink += work();
};

const one = await race([
  { name: "bare", run: bareOneRow },
  { name: "typed array", run: repeat(() => model.predict(row)) },
  { name: "object", run: repeat(() => model.predict(object)) },
  { name: "onnxruntime-web", run: (times) => peer.predict(row, 1, times) },
]);
const many = await race([
  { name: "bare", run: bareBatch },
  { name: "edgelet", run: repeat(() => model.predict(batch, { rows: ROWS })[0]) },
  { name: "onnxruntime-web", run: (times) => peer.predict(batch, ROWS, times) },
]);
const start = await startTimes(modelBytes, await readFile(here("linear10.onnx")));

const checks = [
  ["one row, typed array: × the bare kernel", one["typed array"] / one.bare, "<=", 4],
  ["one row, typed array: × faster than onnxruntime-web", one["onnxruntime-web"] / one["typed array"], ">=", 50],
  ["one row, object: × faster than onnxruntime-web", one["onnxruntime-web"] / one.object, ">=", 10],
  ["10,000 rows: × onnxruntime-web's throughput", many["onnxruntime-web"] / many.edgelet, ">=", 1],
  ["process start to first prediction: × of a script that only fetches", start.edgelet / start.fetch, "<=", 1.5],
  ["process start to first prediction: × faster than onnxruntime-web", start.onnxruntime / start.edgelet, ">=", 20],
];

const show = (title, times, unit, scale) => {
  console.log(`\n${title}`);
  for (const [name, ns] of Object.entries(times)) console.log(`  ${name.padEnd(20)} ${(ns / scale).toFixed(3).padStart(12)} ${unit}`);
};
show("one row of 10 features, median", one, "µs", 1e3);
show("10,000 rows of 10 features (Float32Array), median", many, "ms", 1e6);
show("process start to first prediction over loopback http, median", start, "ms", 1e6);
console.log("\nratio");
let missed = 0;
for (const [name, ratio, relation, target] of checks) {
  const met = relation === "<=" ? ratio <= target : ratio >= target;
  if (!met) missed += 1;
  console.log(`  ${met ? "ok  " : "MISS"} ${name.padEnd(70)} ${ratio.toFixed(2).padStart(8)}   target ${relation} ${target}`);
}
if (!Number.isFinite(sink)) throw new Error("a prediction was not finite");
console.log(missed === 0 ? "\nevery target met" : `\n${missed} of ${checks.length} targets missed in this run`);
process.exit(0);

/** Median wall time of fresh Node processes that fetch and predict, taking turns. */
async function startTimes(edgeletFile, onnxFile) {
  const server = createServer((request, response) => response.end(request.url.endsWith(".onnx") ? onnxFile : edgeletFile));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${server.address().port}`;
  const scripts = { fetch: "model.edgelet", edgelet: "model.edgelet", onnxruntime: "model.onnx" };
  const seen = { fetch: [], edgelet: [], onnxruntime: [] };
  for (let round = 0; round < 9; round++) {
    for (const [name, file] of Object.entries(scripts)) {
      const begin = process.hrtime.bigint();
      const child = spawn(process.execPath, [`start/${name}.mjs`, `${base}/${file}`], { cwd: here("."), stdio: "inherit" });
      const [code] = await once(child, "exit");
      if (code !== 0) throw new Error(`start/${name}.mjs ended with ${code}`);
      seen[name].push(Number(process.hrtime.bigint() - begin));
    }
  }
  server.close();
  return Object.fromEntries(Object.entries(seen).map(([name, times]) => [name, median(times)]));
}
