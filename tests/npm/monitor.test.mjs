// What a model sees, counted against its release's profile: bins, rates, the index of drift, and nothing where nobody asked.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { ModelBucket, model, newKey, serveBuckets } from "./bucket.mjs";

const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const { load } = await import(pathToFileURL(`${folder}/node.js`));
const { monitor } = await import(pathToFileURL(`${folder}/monitor.js`));
const file = await model("mixed");
const profile = {
  rows: 100,
  inputs: [
    { name: "age", edges: [20, 40, 60], counts: [10, 40, 40, 10], missing: 0 },
    { name: "usage", edges: [10], counts: [50, 40], missing: 10 },
    { name: "plan", categories: ["basic", "pro"], counts: [70, 28], missing: 0, unknown: 2 },
  ],
  outputs: [{ name: "prediction", categories: [0, 1], counts: [60, 40], missing: 0, unknown: 0 }],
};
const rows = [
  { age: 20, usage: 10, plan: "pro" },
  { age: 20.5, usage: 10.5, plan: "basic" },
  { age: 61, usage: null, plan: "never seen" },
  { age: 40, usage: null, plan: "pro" },
];

/** The index by its definition, with half a row in each bin. */
function psi(expected, found) {
  const share = (counts) => counts.map((count) => (count + 0.5) / (counts.reduce((a, b) => a + b, 0) + counts.length / 2));
  const [then, now] = [share(expected), share(found)];
  return now.reduce((total, part, i) => total + (part - then[i]) * Math.log(part / then[i]), 0);
}

test("the profile of a signed release: rows and answers fall into its bins", async () => {
  const key = newKey();
  const bucket = new ModelBucket("churn", [key]);
  bucket.publish(1, file, { profile });
  bucket.promote("production", 1);
  const { origin } = await serveBuckets([bucket]);
  const model = await load(`${origin}/churn`, { publicKey: key.text });
  const drift = monitor(model);
  const answers = model.predict(rows);
  const { rows: seen, since, inputs, outputs } = drift.report();
  assert.equal(seen, 4);
  assert.ok(Date.now() - since < 60_000);
  const [age, usage, plan] = inputs;
  assert.deepEqual([age.counts, age.missing, age.unknown], [[1, 2, 0, 1], 0, 0]);
  assert.deepEqual([usage.counts, usage.missing, usage.expected.missing], [[1, 1], 0.5, 0.1]);
  assert.deepEqual([plan.counts, plan.unknown, plan.expected.unknown], [[1, 2], 0.25, 0.02]);
  assert.deepEqual(outputs[0].counts, [0, 1].map((label) => answers.filter((answer) => answer === label).length));
  assert.ok(Math.abs(age.psi - psi([10, 40, 40, 10, 0, 0], [1, 2, 0, 1, 0, 0])) < 1e-12);
  assert.deepEqual(JSON.parse(JSON.stringify(drift.report())).inputs, inputs, "plain values");
});

test("drift is told from none; a large batch, columns, numbers and single rows count alike", async () => {
  const model = await load(file);
  const drift = monitor(model, { profile });
  const [ages, usages] = [[15, 30, 30, 30, 30, 50, 50, 50, 50, 65], [null, 5, 5, 5, 5, 5, 15, 15, 15, 15]];
  const plan = (i) => (i % 10 < 7 ? "basic" : "pro");
  const usual = Array.from({ length: 600 }, (_, i) => ({ age: ages[i % 10], usage: usages[i % 10], plan: plan(i) }));
  model.predict(usual);
  assert.ok(drift.report().inputs.every(({ psi }) => psi < 0.1), JSON.stringify(drift.report().inputs.map(({ psi }) => psi)));
  drift.reset();
  model.predict(usual.map((row) => ({ ...row, age: row.age + 25 })));
  assert.ok(drift.report().inputs[0].psi > 0.25);

  const counted = [];
  for (const ask of [
    () => model.predict(rows),
    () => rows.forEach((row) => model.predictProba(row)),
    () => model.predict_proba(Object.fromEntries(Object.keys(rows[0]).map((name) => [name, rows.map((row) => row[name])]))),
    () => model.decisionFunction(Float32Array.of(20, 10, 1, 20.5, 10.5, 0, 61, NaN, -1, 40, NaN, 1), { rows: 4 }),
  ]) {
    drift.reset();
    ask();
    counted.push(JSON.stringify(drift.report().inputs));
  }
  assert.equal(new Set(counted).size, 1);
});

test("a listener hears what was predicted, not what was refused; a model that nobody watches has nothing of it", async (t) => {
  const [watched, other] = [await load(file), await load(file)];
  const heard = [];
  const drift = monitor(watched, { onPrediction: (prediction) => heard.push(prediction) });
  const answer = watched.predict(rows[0]);
  other.predict(rows[0]);
  assert.throws(() => watched.predict({ age: 1 }), { code: "missing_feature" });
  assert.deepEqual(heard, [{ method: "predict", rows: rows[0], answer }]);
  assert.equal(drift.report().rows, 1);
  drift.stop();
  watched.predict(rows[0]);
  assert.equal(heard.length, 1);
  assert.deepEqual(Object.keys(watched).filter((name) => name in other === false || watched[name] instanceof Function), []);
  const logged = t.mock.method(console, "error", () => {});
  monitor(other, { onPrediction: () => { throw new Error("the listener's own"); } });
  assert.equal(other.predict(rows[0]), answer);
  assert.equal(logged.mock.callCount(), 1);
});

test("profiles that make no sense, and models without one", async () => {
  const model = await load(file);
  assert.throws(() => monitor(model), { code: "bad_option", at: "options.profile" });
  assert.throws(() => monitor({}), { code: "wrong_type" });
  const feature = { name: "age", edges: [1, 2], counts: [1, 1, 1], missing: 0 };
  const wrong = [
    { name: "agee" },
    ...[[2, 1], [1, NaN], "12", undefined].map((edges) => ({ edges })),
    ...[[1, 1], [1, 1, -1], [1, 1, "1e999"]].map((counts) => ({ counts })),
    { missing: -1 },
    { edges: undefined, categories: ["a"] },
  ];
  for (const change of wrong) {
    const profile = { inputs: [{ ...feature, ...change }] };
    assert.throws(() => monitor(model, { profile }), { code: "corrupt" }, JSON.stringify(change));
  }
  assert.throws(() => monitor(model, { profile: { inputs: 7 } }), { code: "corrupt" });
  assert.throws(() => monitor(model, { profile: { inputs: [null] } }), { code: "corrupt" });
});
