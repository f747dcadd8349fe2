// Speed and size of tabular models beside their peers, in one run: what models.py trained, as everyone has it.
// `cargo xtask bench` runs it: `node tabular.mjs FOLDER PYTHON`. FOLDER/CASE/model.edgelet is there where it can be imported.
import { existsSync, readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { brotliCompressSync, constants } from "node:zlib";
import { load } from "edgelet";
import { race } from "./clock.mjs";
import { openPeer } from "./peer.mjs";
import { openYdf } from "./ydf.mjs";

const ROWS = 10_000;
/** Single rows take turns, since one row again and again is a way through the trees that a processor learns. */
const TURNS = 1024;
const [folder, python] = process.argv.slice(2);

const CASES = {
  W2: { title: "logistic regression, digits: 64 × 10", categories: [], answer: "predictProba" },
  W3: { title: "XGBoost, 500 trees × depth 6 × 50 features", categories: [], answer: "predict" },
  W4: { title: "scikit-learn forest, 100 full trees, digits", categories: [], answer: "predictProba" },
  W5: { title: "LightGBM, 500 × 63 leaves, categories, missing", categories: [20, 21], answer: "predict" },
};
/** How many times faster than whom edgelet should be: for one row, and for a batch. */
const TARGETS = {
  W2: { one: { "onnxruntime-web": 1, "m2cgen, labels": 1 }, many: { "onnxruntime-web": 1, m2cgen: 1, native: 1 } },
  W3: { one: { "onnxruntime-web": 8, "ydf-inference": 3, m2cgen: 1 }, many: { "onnxruntime-web": 8, "ydf-inference": 1, m2cgen: 1, native: 2 } },
  W4: { one: { "onnxruntime-web": 1, "ydf-inference": 1, m2cgen: 1 }, many: { "onnxruntime-web": 1, "ydf-inference": 1, m2cgen: 1, native: 1 } },
  W5: { one: { "onnxruntime-web": 1, "ydf-inference": 1 }, many: { "onnxruntime-web": 1, "ydf-inference": 1, native: 1 } },
};
/** Of the smallest original, how much an .edgelet may be. */
const SMALL = 0.75;

const native = spawn(python, [new URL("native.py", import.meta.url).pathname, folder], {
  stdio: ["pipe", "pipe", "inherit"],
  env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
});
const answers = createInterface({ input: native.stdout })[Symbol.asyncIterator]();
await answers.next();

let missed = 0;
const report = (met, text, ratio, target) => {
  if (!met) missed += 1;
  console.log(`  ${met ? "ok  " : "MISS"} ${text.padEnd(70)} ${ratio.toFixed(2).padStart(8)}   target ${target}`);
};
let sink = 0;
for (const [name, { title, categories, answer }] of Object.entries(CASES)) {
  const path = (file) => `${folder}/${name}/${file}`;
  const { brotli, missing } = JSON.parse(readFileSync(path("sizes.json"), "utf8"));
  console.log(`\n${name}: ${title}`);
  for (const [peer, why] of Object.entries(missing)) console.log(`  without ${peer}: ${why}`);
  const bytes = readFileSync(path("model.edgelet"));
  const rows = readFileSync(path("rows.f32"));
  const batch = new Float32Array(rows.buffer.slice(rows.byteOffset, rows.byteOffset + rows.length));
  const width = batch.length / ROWS;
  const turns = Array.from({ length: TURNS }, (_, i) => batch.slice(i * width, (i + 1) * width));
  const model = await load(bytes);
  const one = [{ name: "edgelet", run: (times) => { for (let i = 0; i < times; i++) sink += firstOf(model[answer](turns[i % TURNS])); } }];
  const many = [{ name: "edgelet", run: repeat(() => (sink += firstOf(model[answer](batch, { rows: ROWS })))) }];
  if (existsSync(path("model.onnx"))) {
    const peer = await openPeer(readFileSync(path("model.onnx")));
    one.push({
      name: "onnxruntime-web",
      run: async (times) => {
        for (let i = 0; i < times; i++) await peer.predict(turns[i % TURNS], 1, 1);
      },
    });
    many.push({ name: "onnxruntime-web", run: (times) => peer.predict(batch, ROWS, times) });
  }
  if (existsSync(path("model.zip"))) {
    const peer = await openYdf(readFileSync(path("model.zip")), width, categories);
    const examples = turns.map((row) => peer.examples(row, 1));
    const together = peer.examples(batch, ROWS);
    one.push({ name: "ydf-inference", run: (times) => { for (let i = 0; i < times; i++) peer.predict(examples[i % TURNS]); } });
    many.push({ name: "ydf-inference", run: repeat(() => peer.predict(together)) });
  }
  if (existsSync(path("model.mjs"))) {
    const { score } = await import(path("model.mjs"));
    const lists = Array.from({ length: ROWS }, (_, i) => Array.from(batch.subarray(i * width, (i + 1) * width)));
    if (name === "W2") {
      // m2cgen's logistic regression gives margins, not probabilities: what both can answer alike is the label.
      one.push({ name: "edgelet, labels", run: (times) => { for (let i = 0; i < times; i++) sink += model.predict(turns[i % TURNS]); } });
      one.push({ name: "m2cgen, labels", run: (times) => { for (let i = 0; i < times; i++) sink += largest(score(lists[i % TURNS])); } });
    }
    one.push({ name: "m2cgen", run: (times) => { for (let i = 0; i < times; i++) sink += firstOf(score(lists[i % TURNS])); } });
    many.push({ name: "m2cgen", run: repeat(() => { for (const list of lists) sink += firstOf(score(list)); }) });
  }
  many.push({
    name: "native",
    run: async (times) => {
      native.stdin.write(`${name} ${times}\n`);
      await answers.next();
    },
  });
  const options = { rounds: 11, roundMs: 60 };
  const times = { one: await race(one, options), many: await race(many, options) };
  for (const [kind, unit, scale, what] of [["one", "µs", 1e3, "one row"], ["many", "ms", 1e6, "10,000 rows"]]) {
    const all = Object.entries(times[kind]).map(([peer, ns]) => `${peer} ${(ns / scale).toFixed(2)}`);
    console.log(`  ${what}, median ${unit}: ${all.join(" · ")}`);
  }
  for (const [kind, what] of [["one", "one row"], ["many", "10,000 rows"]]) {
    for (const [peer, target] of Object.entries(TARGETS[name][kind])) {
      if (!(peer in times[kind])) continue;
      const own = peer.endsWith(", labels") ? "edgelet, labels" : "edgelet";
      const ratio = times[kind][peer] / times[kind][own];
      report(ratio >= target, `${what}: × faster than ${peer}`, ratio, `>= ${target}`);
    }
  }
  const size = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
  const originals = Object.entries(brotli).map(([file, size]) => `${file.slice(6)} ${size}`);
  console.log(`  brotli 11, bytes: .edgelet ${size} · ${originals.join(" · ")}`);
  const { "model.mjs": _, ...models } = brotli;
  const ratio = size / Math.min(...Object.values(models));
  if (name !== "W2") report(ratio <= SMALL, "size: × the smallest of pickle, ONNX and its own", ratio, `<= ${SMALL}`);
  model.dispose();
}
native.kill();
if (!Number.isFinite(sink)) throw new Error("a prediction was not finite");
console.log(missed === 0 ? "\nevery target met" : `\n${missed} targets missed in this run`);
process.exit(0);

/** The first number of an answer, which keeps the work from being left out. */
function firstOf(answer) {
  const numbers = answer.probabilities ?? answer;
  return typeof numbers === "number" ? numbers : numbers[0];
}

/** The place of the largest number. */
function largest(numbers) {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}

function repeat(work) {
  return (times) => {
    for (let i = 0; i < times; i++) work();
  };
}
