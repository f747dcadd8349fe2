// Speed of networks in one run with onnxruntime-web's wasm backend and rten's, one thread, in Node: `node networks.mjs FOLDER
// [NAME …]`, where `benches/networks.py` wrote the ONNX files, `edgelet import` NAME.edgelet and `edgelet optimize --quantize int8`
// NAME.int8.edgelet of them, and `cargo xtask bench` put rten.wasm and rten-relaxed.wasm.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "edgelet/tensors";
import * as ort from "onnxruntime-web/wasm";
import { raceNetwork } from "./networks-race.mjs";

ort.env.wasm.numThreads = 1;
const [folder, ...only] = process.argv.slice(2);
const read = (file) => readFile(join(folder, file));

console.log(`Node ${process.versions.node}, one thread: ms a run, the median of rounds, and how many times as fast as its peers`);
for (const name of only.length ? only : ["mlp", "mobilenet_v2", "resnet_18", "minilm"]) {
  console.log(await raceNetwork(name, { read, load, ort }));
}
