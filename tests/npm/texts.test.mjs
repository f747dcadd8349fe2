// Texts into `edgelet/tensors` of the packed package: the ids, masks and types that the library `tokenizers` makes of them, in Node,
// Chromium and workers.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer, run } from "./consumer.mjs";
import { codes, serve } from "./fixtures.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "edgelet-texts-"));
after(() => rm(folder, { recursive: true, force: true }));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
const names = ["bert", "roberta", "llama3"];
await run(here("../../target/venv/bin/python"), [here("../onnx/texts.py"), program, folder, "--texts", "300", ...names]);

const installed = join(await consumer(), "node_modules/edgelet/");
const { EdgeletError, load } = await import(pathToFileURL(join(installed, "tensors-node.js")).href);
const read = (name) => readFile(join(folder, name));
const expected = async (name) => JSON.parse(await read(`${name}.json`));

/** Tensors of rows as the library's lists. */
const rows = (made) =>
  Object.fromEntries(
    Object.entries(made).map(([name, { data, shape: [count, length] }]) => [
      name,
      Array.from({ length: count }, (_, i) => Array.from(data.subarray(i * length, (i + 1) * length), Number)),
    ]),
  );
const sentences = ({ texts, pairs }) => [texts, pairs.map(([text, pair]) => ({ text, pair }))];

test("in Node, here and in a worker, texts become the library's ids", async () => {
  for (const name of names) {
    const { given, made } = await expected(name);
    const [model, remote] = [await load(await read(`${name}.edgelet`)), await load(await read(`${name}.edgelet`), { worker: true })];
    assert.deepEqual(model.schema.inputs.map(({ name, texts, with: maker }) => [name, texts, maker]), [
      ["input_ids", true, undefined],
      ["attention_mask", undefined, "input_ids"],
      ["token_type_ids", undefined, "input_ids"],
      ["position_ids", undefined, "input_ids"],
    ]);
    const [texts, pairs] = sentences(given);
    assert.deepEqual(rows(model.run({ input_ids: texts })), made.texts, name);
    assert.deepEqual(rows(model.run({ input_ids: pairs })), made.pairs, name);
    assert.deepEqual(rows(await remote.run({ input_ids: pairs })), made.pairs, name);
    const { ids } = model.run({ input_ids: texts[0] });
    assert.deepEqual(Array.from(ids.data, Number), made.texts.ids[0].slice(0, ids.data.length), name);
    // Tensors go in as before.
    const tensor = { data: new BigInt64Array(2), shape: [1, 2] };
    const again = model.run({ input_ids: tensor, attention_mask: tensor, token_type_ids: tensor, position_ids: tensor });
    assert.deepEqual(again.ids.shape, [1, 2]);
    model.dispose();
    remote.dispose();
  }
});

test("in Chromium too", async () => {
  const origin = await serve({ "/edgelet/": installed, "/networks/": folder }, { "/": "<!doctype html>" });
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  for (const name of names) {
    const { given, made } = await expected(name);
    const found = await page.evaluate(
      async ([name, texts]) => {
        const { load } = await import("/edgelet/tensors.js");
        const model = await load(new URL(`/networks/${name}.edgelet`, location));
        return Array.from(model.run({ input_ids: texts }).ids.data, Number);
      },
      [name, given.texts],
    );
    assert.deepEqual(found, made.texts.ids.flat(), name);
  }
});

test("a text is told its class", async () => {
  const { texts, said } = await expected("classifier");
  const [model, remote] = [await load(await read("classifier.edgelet")), await load(await read("classifier.edgelet"), { worker: true })];
  const best = model.classify(texts, { top: 1 }).map(([{ label }]) => label);
  assert.deepEqual(best, said);
  assert.deepEqual((await remote.classify(texts, { top: 1 })).map(([{ label }]) => label), said);
  const [first, second] = model.classify(texts[0]);
  assert.equal(first.label, said[0]);
  assert.ok(first.score >= second.score && Math.abs(first.score + second.score - 1) < 1e-6);
  remote.dispose();
});

test("what does not fit is refused by name, and the network stays as it is", async () => {
  const model = await load(await read("bert.edgelet"));
  const codeOf = (inputs) => codes(EdgeletError)(() => model.run(inputs));
  const tensor = { data: new BigInt64Array(2), shape: [1, 2] };
  assert.deepEqual(await codeOf({ input_ids: "a", attention_mask: tensor }), ["wrong_type", "attention_mask"]);
  assert.deepEqual(await codeOf({ input_ids: tensor }), ["missing_feature", "attention_mask"]);
  assert.deepEqual(await codeOf({ input_ids: tensor, attention_mask: "a", token_type_ids: tensor, position_ids: tensor }), ["wrong_type", "attention_mask"]);
  assert.deepEqual(await codeOf({ input_ids: [{ text: "a", pair: "b" }, "c"] }), ["wrong_shape", "input_ids"]);
  assert.deepEqual(await codeOf({ input_ids: { text: "a", pair: 1 } }), ["wrong_type", "input_ids[0].pair"]);
  assert.deepEqual(await codeOf({ input_ids: ["a", 1] }), ["wrong_shape", "input_ids"]);
  // What is no character becomes U+FFFD, as in every text that leaves JavaScript.
  assert.deepEqual(model.run({ input_ids: "a \ud800 b" }), model.run({ input_ids: "a \ufffd b" }));
  assert.deepEqual(model.run({ input_ids: "" }).ids.shape, [1, 2]);
});
