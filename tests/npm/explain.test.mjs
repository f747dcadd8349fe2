// The entry `edgelet/explain` of the packed package, in Node and in Chromium: the host's bits, and what it refuses.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer } from "./consumer.mjs";
import { expectedBits, explainTables } from "./explanations.mjs";
import { serve } from "./fixtures.mjs";

const installed = join(await consumer(), "node_modules/edgelet/");
const folder = fileURLToPath(new URL("../fixtures/explain/", import.meta.url));
const here = fileURLToPath(new URL("./", import.meta.url));
const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
const read = async (name) => [name, JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"))];
const tables = Object.fromEntries(await Promise.all(names.map(read)));
const explain = await import(pathToFileURL(join(installed, "explain-node.js")).href);
const plain = await import(pathToFileURL(join(installed, "node.js")).href);
const origin = await serve({ "/edgelet/": installed, "/tests/": here, "/explain/": folder }, { "/": "<!doctype html>" });
const people = () => explain.load(`${origin}/explain/pipeline_classes.edgelet`);
const PERSON = { age: 31, income: 20, plan: "pro", city: "Oslo" };
const codeOf = (work) => {
  try {
    work();
  } catch (error) {
    return error instanceof explain.EdgeletError ? [error.code, error.at] : error;
  }
};

test("in Node, imported and required, values have the host's bits", async () => {
  assert.ok(names.length >= 4);
  const base = `${origin}/explain`;
  assert.deepEqual(await explainTables(explain.load, base, tables), expectedBits(tables));
  const required = createRequire(import.meta.url)(join(installed, "explain.cjs"));
  assert.deepEqual(await explainTables(required.load, base, tables), expectedBits(tables));
});

test("in Chromium values have the host's bits", async () => {
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async (tables) => {
    const [{ load }, { explainTables }] = await Promise.all([import("/edgelet/explain.js"), import("/tests/explanations.mjs")]);
    return explainTables(load, new URL("/explain", location).href, tables);
  }, tables);
  assert.deepEqual(found, expectedBits(tables));
});

test("contributions come with names and values, the largest first, and add up to the score", async () => {
  const model = await people();
  const { base, margin, values, contributions, ...rest } = model.explain(PERSON);
  assert.equal(rest.class, model.predict(PERSON));
  assert.equal(margin, model.decisionFunction(PERSON).values[model.classes.indexOf(rest.class)]);
  const sum = values.reduce((sum, value) => sum + value, base);
  assert.ok(Math.abs(sum - margin) < 1e-12 * Math.max(1, Math.abs(margin)));
  const sizes = contributions.map(({ contribution }) => Math.abs(contribution));
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a));
  for (const { feature, value, contribution } of contributions) {
    assert.equal(value, PERSON[feature]);
    assert.equal(contribution, values[model.featureNames.indexOf(feature)]);
  }
  const listed = model.explain([31, 20, "pro", "Oslo"].map((_, i) => PERSON[model.featureNames[i]]), { class: "high" });
  assert.equal(listed.class, "high");
  assert.notEqual(listed.margin, margin);
});

test("off the main thread explanations are the same", async () => {
  const [model, remote] = [await people(), await explain.load(`${origin}/explain/pipeline_classes.edgelet`, { worker: true })];
  assert.deepEqual(await remote.explain(PERSON, { class: "high" }), model.explain(PERSON, { class: "high" }));
  await assert.rejects(remote.explain([PERSON]), { code: "wrong_shape", at: "row" });
  await assert.rejects(remote.explain(PERSON, { class: "higher" }), { code: "bad_option" });
  remote.dispose();
});

test("what cannot be explained is an error with a code and the next step", async () => {
  const model = await people();
  assert.deepEqual(codeOf(() => model.explain(PERSON, { class: "lo" })), ["bad_option", "options.class"]);
  assert.deepEqual(codeOf(() => model.explain(PERSON, { clas: "low" })), ["bad_option", "options"]);
  assert.deepEqual(codeOf(() => model.explain([PERSON])), ["wrong_shape", "row"]);
  assert.equal(codeOf(() => model.explain({ ...PERSON, age: Infinity }))[0], "not_finite");
  assert.equal(codeOf(() => model.explain({ ...PERSON, plam: 1 }))[0], "unknown_feature");
  // An error leaves the model as it was.
  assert.ok(Number.isFinite(model.explain(PERSON).base));
  model.dispose();
  assert.equal(codeOf(() => model.explain(PERSON))[0], "disposed");
  const silent = await explain.load(`${origin}/models/mixed.edgelet`);
  assert.throws(() => silent.explain({ age: 1, usage: 2, plan: "pro" }), { code: "unsupported", hint: /edgelet import … --explain/ });
  assert.deepEqual(silent.predict({ age: 1, usage: 2, plan: "pro" }), (await plain.load(`${origin}/models/mixed.edgelet`)).predict({ age: 1, usage: 2, plan: "pro" }));
});

test("the plain entry predicts with such a file and has nothing of explaining", async () => {
  const [model, explaining] = await Promise.all([plain.load(`${origin}/explain/pipeline_classes.edgelet`), people()]);
  assert.deepEqual(model.predictProba(PERSON), explaining.predictProba(PERSON));
  assert.equal(model.explain, undefined);
  const files = (await readdir(installed)).filter((name) => /^(edgelet|node|slim|worker)\.js$/.test(name));
  for (const name of files) {
    const script = await readFile(join(installed, name), "utf8");
    const chunks = [...script.matchAll(/from"\.\/(shared-[^"]+)"/g)].map(([, chunk]) => chunk);
    const texts = [script, ...(await Promise.all(chunks.map((chunk) => readFile(join(installed, chunk), "utf8"))))];
    for (const text of texts) assert.doesNotMatch(text, /explain_load|contributions|Explaining/, name);
  }
  const exports = (name) => readFile(join(installed, name)).then((bytes) => WebAssembly.Module.exports(new WebAssembly.Module(bytes)));
  assert.ok((await exports("edgelet.wasm")).every(({ name }) => !name.includes("explain")));
  assert.ok((await exports("edgelet-explain.wasm")).some(({ name }) => name.includes("explain")));
});
