// An edge worker with edgelet in it: bundled with the `workerd` condition, run by workerd.
import { EdgeletError, load, version } from "edgelet";
import { load as loadToExplain } from "edgelet/explain";
import { load as loadNetwork } from "edgelet/tensors";
import { explainTables } from "./explanations.mjs";
import { predictTable } from "./table.mjs";

const answers = {
  /** The table of bits, fetched from `origin` as it lies there: on its way in a question JSON would make -0 a 0. */
  table: async ({ origin, names }) => {
    const read = async (name) => [name, await (await fetch(`${origin}/models/${name}.json`)).json()];
    return predictTable(load, `${origin}/models`, Object.fromEntries(await Promise.all(names.map(read))));
  },
  /** A table of explanations, fetched as well. */
  explain: async ({ origin, name }) => {
    const table = await (await fetch(`${origin}/explain/${name}.json`)).json();
    return explainTables(loadToExplain, `${origin}/explain`, { [name]: table });
  },
  /** How many examples a network makes again. */
  network: async ({ address }) => (await loadNetwork(address)).verify(),
  /** One row, the model fetched once for each request. */
  predict: async ({ origin, row }) => (await load(`${origin}/models/mixed.edgelet`)).predict(row),
  /** A model in a bucket, kept in the cache that all requests share. */
  follow: async ({ address, options, row }) => {
    const model = await load(address, options);
    return [model.version, model.predict(row)];
  },
  version: async () => version,
};

export default {
  async fetch(request) {
    const { ask, ...parameters } = await request.json();
    try {
      return Response.json({ answer: await answers[ask](parameters) });
    } catch (error) {
      return Response.json({ error: error instanceof EdgeletError ? error.code : String(error?.stack ?? error) });
    }
  },
};
