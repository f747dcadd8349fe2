// onnxruntime-web on one thread, as its documentation sets it up for Node.
import * as ort from "onnxruntime-web/wasm";

ort.env.wasm.numThreads = 1;

/**
 * Opens the ONNX bytes; `predict(rows, count, times)` runs the same rows `times` times over, one after another. Of several
 * outputs only the last is asked for: a classifier's probabilities.
 */
export async function openPeer(bytes) {
  const session = await ort.InferenceSession.create(new Uint8Array(bytes));
  const wanted = session.outputNames.slice(-1);
  return {
    async predict(rows, count, times) {
      const data = Float32Array.from(rows);
      for (let i = 0; i < times; i++) {
        await session.run({ x: new ort.Tensor("float32", data, [count, data.length / count]) }, wanted);
      }
    },
  };
}
