// The package of one model that `edgelet package` made: start it and predict once.
import { load } from "./index.js";

export async function predictOnce(row) {
  const model = await load();
  return model.predictProba === undefined ? model.predict(row) : model.predictProba(row);
}
