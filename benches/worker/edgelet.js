// A worker that starts the core, decodes the model that lies beside it and predicts once for each request.
import bytes from "model.bin";
import { load } from "edgelet";

let model;

export default {
  async fetch() {
    model ??= await load(bytes);
    return Response.json(model.predict(new Float32Array(model.featureNames.length)));
  },
};
