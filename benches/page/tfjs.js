// Fetch the weights of a logistic regression and predict once: tfjs without its layers, and its wasm backend.
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js";
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

setWasmPaths(new URL("./", location.href).href);

export async function predictOnce(row) {
  const [response] = await Promise.all([fetch("model"), tf.setBackend("wasm")]);
  const weights = new Float32Array(await response.arrayBuffer());
  const classes = weights.length / (row.length + 1);
  const coefficients = tf.tensor2d(weights.subarray(0, row.length * classes), [row.length, classes]);
  const scores = tf.add(tf.matMul(tf.tensor2d(row, [1, row.length]), coefficients), tf.tensor1d(weights.slice(-classes)));
  return tf.softmax(scores).data();
}
