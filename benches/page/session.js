// A session of onnxruntime-web on one thread of the wasm backend; of several outputs only the last is asked for.
export function openPage(ort) {
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL("./", location.href).href;
  return async (row) => {
    const model = new URL("model", location.href).href;
    const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });
    return session.run({ x: new ort.Tensor("float32", row, [1, row.length]) }, session.outputNames.slice(-1));
  };
}
