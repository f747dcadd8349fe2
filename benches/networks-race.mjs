// The race of networks, wherever it runs: edgelet as it is and with int8 weights, onnxruntime-web's wasm backend on one thread, rten's
// wasm build, and whoever else is there. First all have to agree: within 1e-4 of the largest number; of int8 it is told how far off it
// is.
import { race } from "./clock.mjs";
import { rten } from "./rten.mjs";

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

/**
 * Races one network and returns a line of the table. `read(file)` gives a file's bytes; `others(given)` may give more competitors:
 * each is { name, run(times) }, and is not compared.
 */
export async function raceNetwork(name, { read, load, ort, others = async () => [] }) {
  const inputs = JSON.parse(new TextDecoder().decode(await read(`${name}.json`)));
  const model = await load(await read(`${name}.edgelet`));
  const small = await load(await read(`${name}.int8.edgelet`));
  const file = new Uint8Array(await read(`${name}.onnx`));
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  const given = Object.fromEntries(inputs.map((input) => [input.name, { data: filled(input), shape: input.shape }]));
  const feeds = Object.fromEntries(inputs.map(({ name, dtype, shape }) => [name, new ort.Tensor(dtype, given[name].data, shape)]));
  const peer = await rten(read, file, session.inputNames.map((input) => given[input]));
  const [ours, theirs, rounded] = [model.run(given), await session.run(feeds), small.run(given)];
  const rtens = { [session.outputNames[0]]: { data: peer.once() } };
  let most = 0;
  for (const [output, expected] of Object.entries(theirs)) {
    for (const [who, outputs] of Object.entries({ edgelet: ours, rten: rtens })) {
      const off = apart(outputs[output], expected);
      if (!(off < 1e-4)) throw new Error(`${name}: ${who}'s ${output} is ${off} of the largest number off onnxruntime-web`);
    }
    most = Math.max(most, apart(rounded[output], expected));
  }
  const more = [peer, ...(await others(given))];
  const seen = await race(
    [
      { name: "edgelet", run: (times) => { for (let i = 0; i < times; i++) model.run(given); } },
      { name: "int8", run: (times) => { for (let i = 0; i < times; i++) small.run(given); } },
      { name: "onnxruntime-web", run: async (times) => { for (let i = 0; i < times; i++) await session.run(feeds); } },
      ...more,
    ],
    { rounds: 9, roundMs: 200, warm: 600 },
  );
  small.dispose();
  model.dispose();
  await session.release();
  const ms = (competitor) => (seen[competitor] / 1e6).toFixed(3).padStart(9);
  const times = (ours, peer) => `${(seen[peer] / seen[ours]).toFixed(2)}x`;
  const peers = more.map((peer) => `  ${peer.name} ${ms(peer.name)} (${times("edgelet", peer.name)})`);
  return `${name.padEnd(14)} edgelet ${ms("edgelet")} ${times("edgelet", "onnxruntime-web")}  int8 ${ms("int8")} ${times("int8", "onnxruntime-web")} (${(100 * most).toFixed(2)} % off)  onnxruntime-web ${ms("onnxruntime-web")}${peers.join("")}`;
}
