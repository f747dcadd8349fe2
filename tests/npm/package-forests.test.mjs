// Packages of large forests, with the model inside and by its address: the same bits as the whole core gives, in a budget.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { run } from "./consumer.mjs";
import { serve } from "./fixtures.mjs";
import { named, program, project } from "./packages.mjs";

const FORESTS = { xgboost_binary: "json", lightgbm_categories: "txt", random_forest: "joblib" };
const { folder, edgelet, install, installed, entry } = await project();
await run(resolve("target/venv/bin/python"), [fileURLToPath(new URL("forests.py", import.meta.url)), folder]);
const origin = await serve({ "/forests/": `${folder}/` });
for (const [name, kind] of Object.entries(FORESTS)) {
  await run(program, ["--quiet", "import", `${name}.${kind}`, "-o", `${name}.edgelet`], { cwd: folder });
  await edgelet(`${name}.edgelet`, "--name", named(name), "-o", `made/${name}`);
  await edgelet(`${name}.edgelet`, "--name", named(`${name}_ready`), "-o", `made/${name}_ready`, "--ready");
  await edgelet(`${name}.edgelet`, "--name", named(`${name}_url`), "-o", `made/${name}_url`, "--url", `${origin}/forests/${name}.edgelet`);
}
await install(Object.keys(FORESTS).flatMap((name) => [name, `${name}_ready`, `${name}_url`]));
const budget = JSON.parse(await readFile(new URL("package-budget.json", import.meta.url), "utf8"));
const edgeletPackage = pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", "node.js"));
const { load } = await import(edgeletPackage);

/** Rows within the categories and a little beyond the numbers of training, and missing ones. */
function rowsOf({ inputs }, count) {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const number = () => (random() < 0.05 ? Number.NaN : Math.round(random() * 80 - 40) / 10);
  const value = ({ categories, missing }) => (categories ? Math.floor(random() * categories.length) : missing ? number() : number() || 0);
  return Float64Array.from({ length: count * inputs.length }, (_, i) => value(inputs[i % inputs.length]));
}

for (const name of Object.keys(FORESTS)) {
  for (const way of [name, `${name}_ready`, `${name}_url`]) {
    test(`${way}: many rows and one give the whole core's bits`, async () => {
      const theirs = await load(await readFile(join(folder, `${name}.edgelet`)));
      const ours = await (await entry(named(way))).load();
      const width = theirs.featureNames.length;
      const rows = rowsOf(theirs.schema, 1500);
      const expected = theirs.predictProba(rows, { rows: 1500 }).probabilities;
      assert.deepEqual(ours.predictProba(rows, { rows: 1500 }).probabilities, expected);
      for (let i = 0; i < 50; i++) {
        assert.deepEqual(ours.predictProba(rows.subarray(i * width, (i + 1) * width)).probabilities, expected.subarray(2 * i, 2 * i + 2));
      }
      const few = Float32Array.from(rows.subarray(0, 7 * width));
      assert.deepEqual(ours.predictProba(few, { rows: 7 }).probabilities, theirs.predictProba(few, { rows: 7 }).probabilities);
    });

    if (way.endsWith("_ready")) continue;
    test(`${way}: what a visitor downloads beside the model is within the budget`, async () => {
      const [script, wasm] = await Promise.all(["index.js", "model.wasm"].map((file) => readFile(join(installed(named(way)), file))));
      const size = brotliCompressSync(script).length + brotliCompressSync(withoutModel(wasm)).length;
      assert.ok(size <= budget.forests, `${way}: ${size} bytes are over ${budget.forests} (tests/npm/package-budget.json)`);
    });
  }
}

/** A module without the section that holds the model's file. */
function withoutModel(wasm) {
  const pieces = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    let [length, next, shift] = [0, at + 1, 0];
    do length |= (wasm[next] & 127) << shift;
    while (((shift += 7), wasm[next++] > 127));
    const section = wasm.subarray(at, next + length);
    if (!(section[0] === 0 && section.subarray(next - at + 1, next - at + 6).toString() === "model")) pieces.push(section);
    at = next + length;
  }
  return Buffer.concat(pieces);
}
