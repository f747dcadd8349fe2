// Fetch the model and predict once: the smallest build that onnxruntime-web has, on one thread.
import * as ort from "onnxruntime-web/wasm";

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL("./", location.href).href;

export async function predictOnce(row) {
  const session = await ort.InferenceSession.create(new URL("model", location.href).href);
  return session.run({ x: new ort.Tensor("float32", row, [1, row.length]) }, session.outputNames.slice(-1));
}
