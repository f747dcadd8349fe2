// The packed package in Node: the table of bits, inputs and errors. `cargo xtask test` names the package's folder.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { serve, tables } from "./fixtures.mjs";
import { expectedBits, predictTable } from "./table.mjs";

const folder = resolve(process.env.EDGELET_PACKAGE ?? assert.fail("EDGELET_PACKAGE is not set: run `cargo xtask test`"));
const edgelet = await import(pathToFileURL(resolve(folder, "node.js")));
const { load, EdgeletError } = edgelet;
const bits = new URL("../fixtures/bits/", import.meta.url);
const file = (name) => readFile(new URL(`${name}.edgelet`, bits));
const mixed = async () => load(await file("mixed"));
const row = { age: 30, usage: 12.5, plan: "pro" };
const code = (expected) => (error) => error instanceof EdgeletError && (assert.equal(error.code, expected), true);

test("the table is predicted with the same bits", async () => {
  const read = await tables();
  assert.ok(Object.keys(read).length >= 9);
  assert.deepEqual(await predictTable(load, `${await serve()}/models`, read), expectedBits(read));
});

test("every kind of rows gives the same answers", async () => {
  const model = await mixed();
  const rows = [row, { age: 61, usage: null, plan: "basic" }, { age: 44, usage: 90, plan: "never seen" }];
  const expected = [...model.predictProba(rows).probabilities];
  const columns = { age: [30, 61, 44], usage: [12.5, null, 90], plan: ["pro", "basic", "never seen"] };
  const numbers = [30, 12.5, 1, 61, Number.NaN, 0, 44, 90, -1];
  assert.deepEqual([...model.predictProba(columns).probabilities], expected);
  assert.deepEqual([...model.predictProba(Float64Array.from(numbers), { rows: 3 }).probabilities], expected);
  assert.deepEqual([...model.predictProba(Float32Array.from(numbers), { rows: 3 }).probabilities], expected);
  assert.deepEqual([...model.predictProba(rows.map(Object.values)).probabilities], expected);
  assert.deepEqual(rows.flatMap((one) => [...model.predict_proba(one).probabilities]), expected);
  assert.deepEqual(model.predict(rows), rows.map((one) => model.predict(one)));
  assert.deepEqual(model.predictProba(rows).shape, [3, 2]);
  assert.deepEqual(model.predictProba(row).classes, [0, 1]);
});

test("a classifier of several targets gives each one's label and probabilities", async () => {
  const model = await load(await readFile(new URL("../fixtures/pets.edgelet", import.meta.url)));
  const targets = [
    { name: "kind", classes: ["cat", "dog", "fish"] },
    { name: "indoor", classes: [false, true] },
    { name: "legs", classes: [0, 4] },
  ];
  assert.deepEqual(model.targets, targets);
  assert.equal(model.classes, undefined);
  assert.deepEqual(model.schema.classes, targets.map(({ classes }) => classes));
  assert.equal(model.verify(), 3);
  const rows = [{ weight: 8, barks: 1 }, { weight: 0.25, barks: 0 }, { weight: 4, barks: 0 }];
  const labels = [["dog", false, 4], ["fish", true, 0], ["cat", false, 4]];
  assert.deepEqual(model.predict(rows), labels);
  assert.deepEqual(rows.map((one) => model.predict(one)), labels);
  assert.deepEqual(model.predict(Float32Array.of(8, 1, 0.25, 0), { rows: 2 }), labels.slice(0, 2));
  assert.deepEqual(model.predict([]), []);
  const many = model.predictProba(rows).targets;
  assert.deepEqual(many.map(({ name, classes }) => ({ name, classes })), targets);
  assert.deepEqual(many.map(({ shape }) => shape), [[3, 3], [3, 2], [3, 2]]);
  const each = rows.map((one) => model.predictProba(one).targets);
  for (const [j, { probabilities, classes }] of many.entries()) {
    assert.deepEqual([...probabilities], each.flatMap((answer) => [...answer[j].probabilities]));
    for (const [i, answer] of each.entries()) {
      assert.deepEqual(answer[j].shape, [classes.length]);
      assert.ok(Math.abs(answer[j].probabilities.reduce((sum, p) => sum + p) - 1) < 1e-12);
      assert.equal(classes.indexOf(labels[i][j]), answer[j].probabilities.indexOf(Math.max(...answer[j].probabilities)));
    }
  }
  const regression = await load(await file("diabetes_linear"));
  assert.deepEqual(regression.targets, [{ name: regression.schema.targets[0], classes: undefined }]);
  assert.deepEqual((await mixed()).targets, [{ name: (await mixed()).schema.targets[0], classes: [0, 1] }]);
});

test("a batch larger than the core's memory for it", async () => {
  const model = await load(await file("diabetes_linear"));
  const rows = 20_000;
  const batch = Float64Array.from({ length: rows * 10 }, (_, i) => Math.sin(i) / 10);
  const together = model.predict(batch, { rows });
  for (const i of [0, 1637, 1638, 1639, rows - 1]) {
    assert.equal(together[i], model.predict(batch.subarray(i * 10, i * 10 + 10)));
  }
  batch[15_000 * 10 + 2] = Number.POSITIVE_INFINITY;
  assert.throws(() => model.predict(batch, { rows }), { code: "not_finite", at: "row 15000: bmi" });
});

test("rows that do not match the schema", async () => {
  const model = await mixed();
  assert.throws(() => model.predict({ ...row, plam: 1 }), code("unknown_feature"));
  assert.throws(() => model.predict({ age: 30, usge: 1, plan: "pro" }), { code: "unknown_feature", hint: 'Did you mean "usage"?' });
  assert.throws(() => model.predict({ age: 30, plan: "pro" }), code("missing_feature"));
  assert.throws(() => model.predict({ ...row, age: "30" }), code("wrong_type"));
  assert.throws(() => model.predict({ ...row, age: null }), code("missing_value"));
  assert.throws(() => model.predict({ ...row, age: Number.POSITIVE_INFINITY }), code("not_finite"));
  assert.throws(() => model.predict({ ...row, plan: 3 }), code("wrong_type"));
  assert.throws(() => model.predict([1, 2]), code("wrong_shape"));
  assert.throws(() => model.predict(new Float64Array(4)), code("wrong_shape"));
  assert.throws(() => model.predict(new Float64Array(4), { rows: 2 }), code("wrong_shape"));
  assert.throws(() => model.predict(Float64Array.of(30, 1, 7)), code("unknown_category"));
  assert.throws(() => model.predict("row"), code("wrong_type"));
  assert.throws(() => model.transform(row), code("unsupported_method"));
  assert.equal(typeof model.predict(row), "number", "and the model still works");
});

test("a model of texts takes them alone, in rows and in columns", async () => {
  const model = await load(await file("sklearn_text_union_hashed"));
  const { texts, outputs } = (await tables()).sklearn_text_union_hashed;
  assert.equal(model.schema.inputs[0].type, "text");
  const expected = outputs.predict_proba;
  for (const rows of [texts, texts.map((text) => ({ text })), texts.map((text) => [text]), { text: texts }]) {
    assert.deepEqual([...model.predictProba(rows).probabilities], expected);
  }
  assert.deepEqual(texts.flatMap((text) => [...model.predictProba({ text }).probabilities]), expected);
  assert.deepEqual(model.predict(texts), texts.map((text) => model.predict(text)));
  assert.deepEqual(model.predict([texts[0]]), [model.predict(texts[0])], "a list is many rows");
  // Memory grows while this one is taken.
  const long = `${texts[1]} `.repeat(4000);
  assert.equal(model.predict(long), model.predict(long));
  assert.equal(model.predict(texts[0]), outputs.predict[0]);
  assert.throws(() => model.predict("a".repeat(2 ** 24 + 1)), code("limit_exceeded"));
  assert.throws(() => model.predict({ text: 3 }), { code: "wrong_type", at: "row: text" });
  assert.throws(() => model.predict({ text: null }), code("missing_value"));
  assert.throws(() => model.predict([texts[0], null]), code("wrong_type"));
  assert.throws(() => model.predict(Float64Array.of(0)), code("wrong_type"));
  assert.throws(() => model.predict(Float64Array.of(0), { rows: 1 }), code("wrong_type"));
  assert.equal(model.verify(), 16);
  assert.equal(model.predict(texts[3]), outputs.predict[3], "and the test rows' texts are in nobody's way");
});

test("a model that was disposed of says so", async () => {
  const model = await mixed();
  model.dispose();
  model.dispose();
  assert.throws(() => model.predict(row), code("disposed"));
  assert.throws(() => model.verify(), code("disposed"));
});

test("files that are not models", async () => {
  const good = await file("mixed");
  const flipped = Uint8Array.from(good);
  flipped[100] ^= 1;
  const other = Uint8Array.from(good);
  other[8] = 9;
  await assert.rejects(load(good.subarray(0, 99)), code("truncated"));
  await assert.rejects(load(flipped), code("corrupt"));
  await assert.rejects(load(other), code("unsupported_version"));
  await assert.rejects(load(new TextEncoder().encode("<!doctype html>")), { code: "not_a_model", found: "an HTML or XML page" });
  await assert.rejects(load(Uint8Array.of(80, 75, 3, 4)), { code: "not_a_model", found: "a zip archive" });
  await assert.rejects(load(new ArrayBuffer(0)), code("not_a_model"));
  await assert.rejects(load(42), code("wrong_type"));
});

test("over http: sources, progress, headers, integrity, abort and what goes wrong", async (t) => {
  const bytes = await file("mixed");
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    const path = new URL(request.url, "http://localhost").pathname;
    if (path === "/model") return response.end(bytes);
    if (path === "/html") return response.end("<html></html>");
    if (path === "/cut") {
      response.writeHead(200, { "content-length": bytes.length });
      response.write(bytes.subarray(0, 50));
      return setTimeout(() => response.destroy(), 20);
    }
    if (path === "/slow") {
      response.writeHead(200, { "content-length": bytes.length });
      return response.write(bytes.subarray(0, 50));
    }
    response.writeHead(path === "/403" ? 403 : 404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => (server.closeAllConnections(), server.close()));
  const base = `http://127.0.0.1:${server.address().port}`;
  const works = async (source, options) => assert.equal(typeof (await load(source, options)).predict(row), "number");

  await works(`${base}/model`);
  await works(new URL(`${base}/model`));
  await works(new Request(`${base}/model`));
  await works(fetch(`${base}/model`));
  await works((await fetch(`${base}/model`)).body);
  await works(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  await works(`${base}/model`, { headers: async () => ({ authorization: "Bearer token" }) });
  assert.equal(seen.at(-1), "Bearer token");
  await works(`${base}/gone`, { fetch: () => fetch(`${base}/model`) });

  const stages = [];
  await works(`${base}/model`, { onProgress: (progress) => stages.push(progress) });
  assert.deepEqual([...new Set(stages.map(({ stage }) => stage))], ["fetch", "download", "decode", "ready"]);
  assert.equal(stages.at(-1).fraction, 1);
  assert.ok(stages.every(({ fraction }) => fraction === undefined || fraction <= 1));

  const hash = Buffer.from(await crypto.subtle.digest("SHA-256", bytes)).toString("base64");
  await works(`${base}/model`, { integrity: `sha256-${hash}` });
  await assert.rejects(load(`${base}/model`, { integrity: `sha256-${hash.replace(/./, "_")}` }), code("integrity"));
  await assert.rejects(load(`${base}/model`, { integrity: "md5-x" }), code("bad_option"));

  await assert.rejects(load(`${base}/404?signature=secret`), (error) => code("http_status")(error) && !error.message.includes("secret"));
  await assert.rejects(load(`${base}/403`), code("http_status"));
  await assert.rejects(load(`${base}/html`), code("not_a_model"));
  await assert.rejects(load(`${base}/cut`), code("network"));
  await assert.rejects(load(`${base}/model`, { progress: true }), { code: "bad_option", hint: 'Did you mean "onProgress"?' });
  await assert.rejects(load(`${base}/model`, { signal: 1 }), code("bad_option"));

  await assert.rejects(load(`${base}/model`, { signal: AbortSignal.abort(new Error("early")) }), { message: "early" });
  for (const stage of ["fetch", "download"]) {
    const controller = new AbortController();
    const onProgress = (progress) => progress.stage === stage && controller.abort(new Error(stage));
    await assert.rejects(load(`${base}/slow`, { signal: controller.signal, onProgress }), { message: stage });
  }
});

test("require gives the same package", async () => {
  const required = createRequire(import.meta.url)(resolve(folder, "node.cjs"));
  const model = await required.load(await file("mixed"));
  assert.equal(model.predict(row), (await mixed()).predict(row));
  assert.equal(required.version, edgelet.version);
});

test("a model proves itself", async () => assert.equal((await load(await file("mixed"))).verify(), 0));
