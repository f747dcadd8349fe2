// `load` with `worker`, in Node: the plain model's answers and errors, all its options, cancelling, workers that fail.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { ModelBucket, model as file, newKey, serveBuckets } from "./bucket.mjs";
import { run } from "./consumer.mjs";
import { misbehaviour, serve, tables } from "./fixtures.mjs";
import { EVERY_STAGE, MISBEHAVIOUR, abortAtEveryStage, misbehave } from "./trouble.mjs";

const entry = pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", "node.js")).href;
const { load, EdgeletError } = await import(entry);
const row = { age: 30, usage: 12.5, plan: "pro" };
const rows = Array.from({ length: 3000 }, (_, i) => ({ age: i % 90, usage: i % 7 ? i / 8 : null, plan: ["pro", "basic", "?"][i % 3] }));
const columns = Object.fromEntries(Object.keys(row).map((name) => [name, rows.map((one) => one[name])]));
const both = async (source) => Promise.all([load(source), load(source, { worker: 3 })]);
const errorOf = async (run) => {
  try {
    return await run();
  } catch (error) {
    assert.ok(error instanceof EdgeletError, String(error));
    return { ...error, message: error.message };
  }
};

test("every kind of rows has the plain model's answers, of one row, of many and of none", async () => {
  const [plain, remote] = await both(await file("mixed"));
  for (const name of ["schema", "featureNames", "targets", "classes", "classes_", "feature_names_in_"]) {
    assert.deepEqual(remote[name], plain[name], name);
  }
  const numbers = Float32Array.from({ length: 3 * 700 }, (_, i) => (i % 3 === 2 ? (i % 4) - 1 : i));
  const given = [[row], [[row]], [rows], [rows.map(Object.values)], [columns], [numbers, { rows: 700 }], [[]], [[30, null, "pro"]]];
  for (const method of ["predict", "predictProba", "decisionFunction"]) {
    for (const [rows, options] of given) assert.deepEqual(await remote[method](rows, options), plain[method](rows, options));
  }
  assert.equal(numbers.length, 2100, "the caller's array stays the caller's");
  assert.equal(await remote.verify(), plain.verify());
  remote.dispose();
});

test("texts, and several targets", async () => {
  const { texts } = (await tables()).sklearn_text_union_hashed;
  const many = Array.from({ length: 900 }, (_, i) => texts[i % texts.length]);
  const [plain, remote] = await both(await file("sklearn_text_union_hashed"));
  const [name] = plain.featureNames;
  for (const rows of [many, many[0], { [name]: many[1] }, { [name]: many }, many.map((text) => [text])]) {
    assert.deepEqual(await remote.predictProba(rows), plain.predictProba(rows));
  }
  const [pets, there] = await both(await readFile(new URL("../fixtures/pets.edgelet", import.meta.url)));
  const weights = Array.from({ length: 600 }, (_, i) => ({ weight: i / 50, barks: i % 2 }));
  assert.deepEqual(await there.predict(weights), pets.predict(weights));
  assert.deepEqual(await there.predictProba(weights), pets.predictProba(weights));
  remote.dispose();
  there.dispose();
});

test("wrong rows and options are the plain model's errors, with the row's own number", async () => {
  const [plain, remote] = await both(await file("mixed"));
  const wrong = rows.with(2900, { ...row, usage: Number.POSITIVE_INFINITY });
  for (const rows of [{ age: 1 }, [row, { ...row, plan: 7 }], wrong, { ...row, plam: 1 }, new Float32Array(5), 7]) {
    assert.deepEqual(await errorOf(() => remote.predict(rows)), await errorOf(() => plain.predict(rows)));
  }
  assert.equal((await errorOf(() => remote.predict(wrong))).at, "row 2900: usage");
  assert.equal((await errorOf(() => remote.transform(row))).code, "unsupported_method");
  assert.equal((await errorOf(() => remote.predict(row, { sginal: 1 }))).hint, 'Did you mean "signal"?');
  for (const worker of [0.5, 65, {}, "two"]) {
    assert.equal((await errorOf(() => load("x", { worker }))).at, "options.worker");
  }
  remote.dispose();
});

test("a load ends at every stage, and meets a server that misbehaves, as the plain one does", async () => {
  const origin = await serve({}, await misbehaviour());
  const remote = { load: (source, options) => load(source, { retry: { attempts: 1 }, ...options, worker: true }) };
  const { after, ...stages } = EVERY_STAGE;
  assert.deepEqual(await abortAtEveryStage(remote, origin), { ...stages, after: "object" });
  assert.deepEqual(await misbehave(remote, origin), MISBEHAVIOUR);
});

test("options that cannot cross to a worker mean what they always do: a signed bucket, functions, progress", async () => {
  const key = newKey();
  const bucket = new ModelBucket("churn", [key]);
  bucket.publish(1, await file("mixed"));
  bucket.promote("canary", 1);
  const { origin, asked } = await serveBuckets([bucket]);
  const stages = [];
  const model = await load(`${origin}/churn`, {
    publicKey: key.text,
    alias: "canary",
    headers: async () => ({ "x-token": "1" }),
    fetch: (...parameters) => fetch(...parameters),
    onProgress: ({ stage }) => stages.push(stage),
    worker: 2,
  });
  assert.deepEqual([model.version, model.alias, model.release.model], [1, "canary", "churn"]);
  assert.equal(asked.length, 3, "however many workers there are");
  assert.deepEqual([...new Set(stages)], ["fetch", "download", "decode", "ready"]);
  assert.equal(typeof (await model.predict(row)), "number");
  model.dispose();
  const other = errorOf(() => load(`${origin}/churn@canary`, { publicKey: newKey().text, worker: true }));
  assert.equal((await other).code, "signature");
});

test("a signal ends a batch at once; the model goes on; after dispose nothing does", async () => {
  const model = await load(await file("mixed"), { worker: 2 });
  const many = Array.from({ length: 200 }, () => rows).flat();
  const controller = new AbortController();
  const cancelled = model.predict(many, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("enough")), 1);
  await assert.rejects(cancelled, { message: "enough" });
  await assert.rejects(model.predict(row, { signal: AbortSignal.abort(new Error("before")) }), { message: "before" });
  assert.equal(typeof (await model.predict(row)), "number");
  const waiting = model.predict(many);
  model.dispose();
  for (const promise of [waiting, model.predict(row), model.verify()]) await assert.rejects(promise, { code: "disposed" });
});

test("a worker that fails, at its start or later, is an error for all who wait", { timeout: 20_000 }, async () => {
  for (const script of ["throw new Error('no')", "process.exit(3)", "process.nextTick(() => { throw new Error('late') })"]) {
    const worker = new Worker(script, { eval: true });
    assert.equal((await errorOf(() => load("data:,", { worker, fetch: () => new Promise(() => {}) }).then(String))).code, "worker_failed");
  }
  const thread = new URL("node-thread.js", entry);
  const script = `import("${thread}").then(() => {
    require("node:worker_threads").parentPort.on("message", ({ method }) => method === "verify" && process.exit(9));
  });`;
  const model = await load(await file("mixed"), { worker: new Worker(script, { eval: true }) });
  // It may have answered this before it ends.
  await Promise.allSettled([model.verify(), assert.rejects(model.predict(rows), { code: "worker_failed" })]);
  await assert.rejects(model.predict(row), { code: "worker_failed", hint: "Load the model again." });
});

test("idle workers keep no program from ending; those of a forgotten model end", { timeout: 30_000 }, async () => {
  const address = `${await serve()}/models/mixed.edgelet`;
  const script = `const { load } = await import("${entry}"); const m = await load("${address}", { worker: 2 }); console.log(await m.predict(${JSON.stringify(row)}));`;
  assert.match(await run(process.execPath, ["--input-type=module", "--eval", script], { timeout: 15_000 }), /^[01]\n$/);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const thread = new Worker(new URL("node-thread.js", entry));
  const ended = new Promise((resolve) => thread.once("exit", resolve));
  await load(await file("mixed"), { worker: thread });
  let isOver = false;
  void ended.then(() => (isOver = true));
  while (!isOver) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  // Who waits for an answer holds the model, though nothing names it.
  const slow = `const { parentPort } = require("node:worker_threads");
    const post = parentPort.postMessage.bind(parentPort);
    parentPort.postMessage = (...parameters) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200) && post(...parameters);
    void import("${new URL("node-thread.js", entry)}");`;
  const answer = (await load(await file("mixed"), { worker: new Worker(slow, { eval: true }) })).predict(row);
  let isAnswered = false;
  void answer.finally(() => (isAnswered = true));
  while (!isAnswered) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.equal(await answer, (await load(await file("mixed"))).predict(row));
});
