// What a strict TypeScript project writes. `types.test.mjs` checks it with `tsc`; it is never run.
import { EdgeletError, cached, fileCache, init, load, version, type Label, type Progress, type Schema, type TargetProbabilities } from "edgelet";
import { load as loadToExplain, type Contribution, type Explanation } from "edgelet/explain";
import { load as loadNetwork, type Tensor } from "edgelet/tensors";
import { monitor } from "edgelet/monitor";
import * as slim from "edgelet/slim";

const model = await load(new URL("https://example.com/churn.edgelet"), {
  signal: AbortSignal.timeout(1000),
  onProgress: ({ stage, fraction }: Progress) => console.log(stage, fraction?.toFixed(2)),
  headers: async () => ({ authorization: "Bearer token" }),
  cache: false,
  integrity: "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
});

const one = model.predict({ age: 31, plan: "pro", usage: null });
const many = model.predict([{ age: 31 }, { age: 32 }]);
const numbers: Label[] | Float64Array = model.predict(new Float32Array(20), { rows: 2 });
const { classes, probabilities, shape } = model.predictProba({ age: Float64Array.of(31, 32), plan: ["pro", "basic"] });
const scores: Float64Array = model.decision_function([31, "pro"]).values;
const labels: Label[] | Float64Array = model.predict(["a text", "another"]);
const label: Label | Float64Array = model.predict("a text");
const dated = model.predict([{ when: new Date() }, { when: "2026-11-27T18:30" }, { when: Date.now() }]);
const schema: Schema = model.schema;
const several: Label[][] = model.predict<Label[][]>([{ age: 31 }, { age: 32 }]);
const [target] = model.predictProba<TargetProbabilities>({ age: 31 }).targets;
console.log(several, target?.name, target?.probabilities[0], model.targets[0]?.classes);
const names: string[] = model.feature_names_in_;
console.log(one, dated, labels, label, many, numbers, classes, probabilities, shape, scores, schema.inputs[0]?.categories, names, version);

{
  using scoped = await load(new Uint8Array(8));
  const proven: number = scoped.verify();
  console.log(proven);
}

const explaining = await loadToExplain("model.edgelet", { publicKey: "ed25519:" });
const explanation: Explanation = explaining.explain({ age: 31, plan: "pro" }, { class: "yes" });
const [largest]: Contribution[] = explanation.contributions;
console.log(explanation.class, explanation.base + explanation.margin, explanation.values[0], largest?.feature, largest?.value);
// @ts-expect-error Only a model of edgelet/explain explains.
model.explain({ age: 31 });

await init();
await slim.init(fetch("edgelet.wasm"));
const other: slim.Model = await slim.load(new Response());
other.dispose();

try {
  await load("model.edgelet");
} catch (error) {
  if (error instanceof EdgeletError) console.error(error.code.length, error.at, error.expected, error.found, error.hint);
}

// @ts-expect-error There is no such option.
await load("model.edgelet", { sginal: null });
// @ts-expect-error A number says nowhere where a model lies.
await load(42);
// @ts-expect-error A feature is not an object.
model.predict({ age: { years: 31 } });
// @ts-expect-error Only `load` makes models.
new slim.Model();
// @ts-expect-error An error's code does not change.
new EdgeletError().code = "";

const followed = await load("https://example.com/models/churn@production", {
  publicKey: ["ed25519:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
  cache: fileCache("models"),
  offline: "fail",
  retry: { attempts: 2 },
  sticky: "user 7",
});
const running: [number | undefined, string | undefined] = [followed.version, followed.alias];
const sizes: number[] = (await cached.list()).map(({ size }) => size);
console.log(running, sizes, followed.release?.blob.size, await cached.delete("https://example.com/models/churn"));
const drift = monitor(followed, { onPrediction: ({ method, answer }) => console.log(method, answer) });
const index: number | undefined = drift.report().inputs[0]?.psi;
console.log(index);
drift.stop();
await load("https://example.com/models/churn", { version: 7, cache: await caches.open("mine") });

const remote = await load("https://example.com/churn.edgelet", { worker: 2, publicKey: "ed25519:…", signal: AbortSignal.timeout(9) });
const there: Label[] = await remote.predict<Label[]>([{ age: 31 }], { signal: AbortSignal.timeout(1000) });
const shares: Float64Array = (await remote.predictProba(new Float32Array(2), { rows: 2 })).probabilities;
console.log(there, shares, remote.schema.inputs.length, await remote.verify(), (await load("x", { worker: false })).verify());
remote.dispose();
await load("x", { worker: new Worker(new URL("worker.js", import.meta.url), { type: "module" }) });
// @ts-expect-error A remote model only promises.
remote.predictProba({ age: 31 }).probabilities;
// @ts-expect-error Models in buckets are for the main entry.
await slim.load("https://example.com/models/churn@production", { publicKey: "ed25519:" });

const network = await loadNetwork("digits.edgelet");
const { scores: digits }: Record<string, Tensor> = network.run({ image: { data: new Float32Array(784), shape: [1, 784] } });
const elements: ArrayLike<number | bigint | string> | undefined = digits?.data;
const away = await loadNetwork("digits.edgelet", { worker: true });
console.log(elements);
const promised: Promise<Record<string, Tensor>> = away.run({ image: [1, 2] }, { signal: AbortSignal.timeout(5) });
const [best] = network.classify(document.createElement("canvas"), { top: 1 });
const bestLabel: string | number | boolean | undefined = best?.label;
const [said] = network.classify("A text", { top: 1 });
network.run({ input_ids: [{ text: "A question?", pair: "A passage." }, "A text"] });
const lists: Promise<{ score: number }[][]> = away.classify([new ImageData(8, 8)], { signal: AbortSignal.timeout(5) });
network.run({ image: [new ImageData(8, 8), { data: new Uint8Array(192), width: 8, height: 8 }] });
console.log(bestLabel, lists);
// @ts-expect-error A network has no rows.
network.predict({ age: 31 });
