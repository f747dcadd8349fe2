// Explanations beside XGBoost's own and the shap package's native code, on one thread, in one run: W3 of models.py.
// `cargo xtask bench` runs it: `node explain.mjs FOLDER PYTHON`. FOLDER/W3/explain.edgelet was imported with --explain.
import { readFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { load } from "edgelet/explain";
import { race } from "./clock.mjs";

/** The rows of a batch of explain.py, and how many rows take turns here. */
const BATCH = 16;
const TURNS = 1024;
const [folder, python] = process.argv.slice(2);

const native = spawn(python, ["-Wignore", new URL("explain.py", import.meta.url).pathname, folder], {
  stdio: ["pipe", "pipe", "inherit"],
  env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
});
const answers = createInterface({ input: native.stdout })[Symbol.asyncIterator]();
await answers.next();

const model = await load(readFileSync(`${folder}/W3/explain.edgelet`));
const width = model.featureNames.length;
const rows = readFileSync(`${folder}/W3/rows.f32`);
const numbers = new Float32Array(rows.buffer.slice(rows.byteOffset, rows.byteOffset + 4 * TURNS * width));
const turns = Array.from({ length: TURNS }, (_, i) => numbers.slice(i * width, (i + 1) * width));

let [sink, turn] = [0, 0];
const own = (times) => {
  for (let i = 0; i < times; i++) sink += model.explain(turns[turn++ % TURNS]).values[0];
};
const peer = (name) => async (times) => {
  native.stdin.write(`${name} ${times}\n`);
  await answers.next();
};
const peers = ["pred_contribs", "shap"].map((name) => ({ name, run: peer(name) }));
const times = await race([{ name: "edgelet", run: own }, ...peers], { rounds: 5, roundMs: 60 });
native.kill();
console.log("\nexplaining W3: XGBoost, 500 trees × depth 6 × 50 features; edgelet row by row, its peers in batches");
const own_us = times.edgelet / 1e3;
console.log(`  one row, median µs: edgelet ${own_us.toFixed(0)}`);
for (const { name } of peers) {
  const us = times[name] / BATCH / 1e3;
  const ratio = us / own_us;
  console.log(`  ${ratio >= 1 ? "ok  " : "MISS"} ${name}: ${us.toFixed(0)} µs a row, edgelet is × faster ${ratio.toFixed(1).padStart(8)}   target >= 1`);
}
if (!Number.isFinite(sink)) throw new Error("a value was not finite");
process.exit(0);
