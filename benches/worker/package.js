// A worker with a package of the model: its wasm has the model in it.
import { load } from "model-package";

let model;

export default {
  async fetch() {
    model ??= await load();
    return Response.json(model.predict(new Float32Array(model.featureNames.length)));
  },
};
