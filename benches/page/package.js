// The package of one model that `edgelet package` made: start it and predict once.
import { load, schema } from "./index.js";

const answersProbabilities = schema.outputs.some(({ method }) => method === "predict_proba");

export async function predictOnce(row) {
  const model = await load();
  return answersProbabilities ? model.predictProba(row) : model.predict(row);
}
