// Fetch the model and predict once.
import { load } from "edgelet";

export async function predictOnce(row) {
  const model = await load(new URL("model", location.href));
  return model.schema.outputs.some(({ method }) => method === "predict_proba") ? model.predictProba(row) : model.predict(row);
}
