// A core with little memory: a thousand loads fit where there is room for a few, and a load that does not fit leaves the
// other models as they were.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";

const folder = resolve(process.env.EDGELET_PACKAGE ?? assert.fail("EDGELET_PACKAGE is not set: run `cargo xtask test`"));
const { init, load } = await import(pathToFileURL(resolve(folder, "slim.js")));
const bytes = await readFile(new URL("../fixtures/bits/mixed.edgelet", import.meta.url));
const row = { age: 30, usage: 12.5, plan: "pro" };
const MEMORY = 5;
const PAGES = 65_536;

await init(limited(await readFile(resolve(folder, "edgelet.wasm")), (MEMORY << 20) / PAGES));

/** The module with a memory of at most so many pages. */
function limited(wasm, pages) {
  const number = (at) => {
    let [value, shift] = [0, 0];
    for (;; at++, shift += 7) {
      value |= (wasm[at] & 127) << shift;
      if (wasm[at] < 128) return [value, at + 1];
    }
  };
  for (let at = 8; at < wasm.length; ) {
    const [length, start] = number(at + 1);
    if (wasm[at] === 5) {
      assert.equal(wasm[start + 1], 0, "a memory without a limit");
      const [, end] = number(start + 2);
      const section = [...wasm.subarray(start, end), (pages & 127) | 128, pages >> 7];
      section[1] = 1;
      return Buffer.concat([wasm.subarray(0, at), Buffer.from([5, section.length, ...section]), wasm.subarray(end)]);
    }
    at = start + length;
  }
  return assert.fail("a module with a memory");
}

test("a thousand models, one after another, need no more memory than one", async () => {
  for (let i = 0; i < 1000; i++) {
    const model = await load(bytes);
    assert.ok(model.predictProba(row).probabilities[0] > 0);
    model.dispose();
  }
});

test("a model for which there is no room is refused, however often; the others predict, and room that is made is used", async () => {
  const models = [];
  const expected = (await load(bytes)).predictProba(row);
  let error;
  while (error === undefined) await load(bytes).then((model) => models.push(model), (found) => (error = found));
  assert.equal(error.code, "out_of_memory", error.stack);
  assert.ok(models.length > 2, `${models.length} models`);
  for (let i = 0; i < 1000; i++) await assert.rejects(load(bytes), { code: "out_of_memory" });
  for (const model of models) assert.deepEqual(model.predictProba(row), expected);
  for (const model of models.splice(0, 2)) model.dispose();
  models.push(await load(bytes));
  for (const model of models) {
    assert.deepEqual(model.predictProba(row), expected);
    model.dispose();
  }
});

test("a text for which there is no room ends its model only", async () => {
  const texts = await readFile(new URL("../fixtures/bits/sklearn_text_union_hashed.edgelet", import.meta.url));
  const [model, other] = [await load(texts), await load(texts)];
  const expected = other.predictProba("a text");
  assert.throws(() => model.predict("text ".repeat((MEMORY << 20) / 5)), { code: "out_of_memory" });
  assert.throws(() => model.predict("a text"), { code: "disposed" });
  model.dispose();
  assert.deepEqual(other.predictProba("a text"), expected);
});
