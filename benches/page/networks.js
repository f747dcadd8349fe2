// The race of networks in a page: beside onnxruntime-web and rten also tfjs's wasm backend, where it has the layers. Its networks
// have the same layers and sizes, and weights of their own.
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { load } from "edgelet/tensors";
import * as ort from "onnxruntime-web/wasm";
import { raceNetwork } from "../networks-race.mjs";

const here = new URL("./", location.href).href;
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = here;
setWasmPaths(here);

const read = async (file) => new Uint8Array(await (await fetch(`networks/${file}`)).arrayBuffer());
const weight = (...shape) => tf.randomUniform(shape, -0.1, 0.1);

/** A convolution with its bias and its activation, as tfjs's converter fuses them: [N, H, W, C]. */
function convolution(channels, out, size, stride = 1, activation = "linear") {
  const [filter, bias] = [weight(size, size, channels, out), weight(out)];
  return (x) => tf.fused.conv2d({ x, filter, bias, strides: stride, pad: size >> 1, activation });
}

function depthwise(channels, stride) {
  const [filter, bias] = [weight(3, 3, channels, 1), weight(channels)];
  return (x) => tf.fused.depthwiseConv2d({ x, filter, bias, strides: stride, pad: 1, activation: "relu6" });
}

function dense(width, out, activation = "linear") {
  const [b, bias] = [weight(width, out), weight(out)];
  return (a) => tf.fused.matMul({ a, b, bias, activation });
}

const chain = (layers) => (x) => layers.reduce((x, layer) => layer(x), x);
const classified = (width) => chain([(x) => tf.mean(x, [1, 2]), dense(width, 1000)]);

/** Source: Sandler et al., MobileNetV2, table 2. */
function mobilenet() {
  const layers = [convolution(3, 32, 3, 2, "relu6")];
  let channels = 32;
  for (const [expand, out, repeat, stride] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
    for (let i = 0; i < repeat; i++) {
      const [wide, step] = [channels * expand, i === 0 ? stride : 1];
      const before = expand > 1 ? [convolution(channels, wide, 1, 1, "relu6")] : [];
      const block = chain([...before, depthwise(wide, step), convolution(wide, out, 1)]);
      layers.push(step === 1 && channels === out ? (x) => tf.add(x, block(x)) : block);
      channels = out;
    }
  }
  return chain([...layers, convolution(channels, 1280, 1, 1, "relu6"), classified(1280)]);
}

/** Source: He et al., Deep residual learning, table 1. */
function resnet() {
  const layers = [convolution(3, 64, 7, 2, "relu"), (x) => tf.maxPool(x, 3, 2, 1)];
  let channels = 64;
  for (const [out, stride] of [[64, 1], [128, 2], [256, 2], [512, 2]]) {
    for (const step of [stride, 1]) {
      const block = chain([convolution(channels, out, 3, step, "relu"), convolution(out, out, 3)]);
      const around = step !== 1 || channels !== out ? convolution(channels, out, 1, step) : (x) => x;
      layers.push((x) => tf.relu(tf.add(around(x), block(x))));
      channels = out;
    }
  }
  return chain([...layers, classified(512)]);
}

const PEERS = {
  mlp: () => chain([dense(784, 256, "relu"), dense(256, 128, "relu"), dense(128, 10), (x) => tf.softmax(x)]),
  mobilenet_v2: mobilenet,
  resnet_18: resnet,
};

/** tfjs's network, fed with the numbers of the picture as they lie, and read as edgelet's results are: at once. */
async function tfjs(name, given) {
  if (PEERS[name] === undefined) return [];
  await tf.setBackend("wasm");
  const network = PEERS[name]();
  const { data, shape } = given.image;
  const own = shape.length === 4 ? [shape[0], shape[2], shape[3], shape[1]] : shape;
  const once = () => tf.tidy(() => network(tf.tensor(data, own)).dataSync());
  return [{ name: "tfjs", run: (times) => { for (let i = 0; i < times; i++) once(); } }];
}

window.race = (name) => raceNetwork(name, { read, load, ort, others: (given) => tfjs(name, given) });
