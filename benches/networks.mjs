// Speed of networks in one run with onnxruntime-web's wasm backend, one thread: `node networks.mjs FOLDER`, where
// `benches/networks.py` wrote the ONNX files and `edgelet import` the others. First both have to agree.
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

console.log(`Node ${process.versions.node}, one thread: ms a run, the median of rounds`);
for (const name of names) {
  const inputs = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  const model = await load(await readFile(join(folder, `${name}.edgelet`)));
  const session = await ort.InferenceSession.create(new Uint8Array(await readFile(join(folder, `${name}.onnx`))));
  const given = Object.fromEntries(inputs.map((input) => [input.name, { data: filled(input), shape: input.shape }]));
  const feeds = Object.fromEntries(inputs.map(({ name, dtype, shape }) => [name, new ort.Tensor(dtype, given[name].data, shape)]));
  const [ours, theirs] = [model.run(given), await session.run(feeds)];
  for (const output of Object.keys(ours)) {
    const largest = theirs[output].data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const off = ours[output].data.reduce((most, x, i) => Math.max(most, Math.abs(x - theirs[output].data[i])), 0) / largest;
    if (!(off < 1e-4)) throw new Error(`${name}: ${output} is ${off} of the largest number off onnxruntime-web`);
  }
  const seen = await race([
    { name: "edgelet", run: (times) => { for (let i = 0; i < times; i++) model.run(given); } },
    { name: "onnxruntime-web", run: async (times) => { for (let i = 0; i < times; i++) await session.run(feeds); } },
  ], { rounds: 9, roundMs: 200, warm: 600 });
  const [a, b] = [seen.edgelet / 1e6, seen["onnxruntime-web"] / 1e6];
  console.log(`${name.padEnd(14)} edgelet ${a.toFixed(3).padStart(9)}  onnxruntime-web ${b.toFixed(3).padStart(9)}  ${(b / a).toFixed(2)}x`);
  model.dispose();
}
