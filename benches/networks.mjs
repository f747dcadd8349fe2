// Speed of networks in one run with onnxruntime-web's wasm backend, one thread: `node networks.mjs FOLDER`, where
// `benches/networks.py` wrote the ONNX files, `edgelet import` NAME.edgelet and `edgelet optimize --quantize int8` NAME.int8.edgelet of
// them. First all have to agree: within 1e-4 of the largest number; of int8 it is told how far off it is.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "edgelet/tensors";
import * as ort from "onnxruntime-web/wasm";
import { race } from "./clock.mjs";

ort.env.wasm.numThreads = 1;
const [folder, ...only] = process.argv.slice(2);
const names = only.length ? only : ["mlp", "mobilenet_v2", "resnet_18", "minilm"];

/** Numbers that look random and are the same each time. */
function* numbers() {
  for (let state = 1; ; state = (state * 48271) % 2147483647) yield state / 2147483647;
}

function filled({ dtype, shape, name }) {
  const count = shape.reduce((a, b) => a * b, 1);
  const random = numbers();
  if (dtype === "float32") return Float32Array.from({ length: count }, () => random.next().value - 0.5);
  return BigInt64Array.from({ length: count }, () => (name.includes("mask") ? 1n : BigInt(Math.floor(random.next().value * 1000))));
}

/** The largest difference of two tensors, relative to the largest number of the second. */
function apart(a, b) {
  const largest = b.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return a.data.reduce((most, x, i) => Math.max(most, Math.abs(x - b.data[i])), 0) / largest;
}

console.log(`Node ${process.versions.node}, one thread: ms a run, the median of rounds`);
for (const name of names) {
  const inputs = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  const model = await load(await readFile(join(folder, `${name}.edgelet`)));
  const small = await load(await readFile(join(folder, `${name}.int8.edgelet`)));
  const session = await ort.InferenceSession.create(new Uint8Array(await readFile(join(folder, `${name}.onnx`))));
  const given = Object.fromEntries(inputs.map((input) => [input.name, { data: filled(input), shape: input.shape }]));
  const feeds = Object.fromEntries(inputs.map(({ name, dtype, shape }) => [name, new ort.Tensor(dtype, given[name].data, shape)]));
  const [ours, theirs, rounded] = [model.run(given), await session.run(feeds), small.run(given)];
  let most = 0;
  for (const output of Object.keys(ours)) {
    const off = apart(ours[output], theirs[output]);
    if (!(off < 1e-4)) throw new Error(`${name}: ${output} is ${off} of the largest number off onnxruntime-web`);
    most = Math.max(most, apart(rounded[output], theirs[output]));
  }
  const seen = await race([
    { name: "edgelet", run: (times) => { for (let i = 0; i < times; i++) model.run(given); } },
    { name: "int8", run: (times) => { for (let i = 0; i < times; i++) small.run(given); } },
    { name: "onnxruntime-web", run: async (times) => { for (let i = 0; i < times; i++) await session.run(feeds); } },
  ], { rounds: 9, roundMs: 200, warm: 600 });
  const [a, b, c] = [seen.edgelet, seen.int8, seen["onnxruntime-web"]].map((ns) => ns / 1e6);
  const ms = (x) => x.toFixed(3).padStart(9);
  console.log(
    `${name.padEnd(14)} edgelet ${ms(a)} ${(c / a).toFixed(2)}x  int8 ${ms(b)} ${(c / b).toFixed(2)}x (${(100 * most).toFixed(2)} % off)  onnxruntime-web ${ms(c)}`,
  );
  small.dispose();
  model.dispose();
}
