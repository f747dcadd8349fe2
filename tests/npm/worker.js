// An edge worker with edgelet in it: bundled with the `workerd` condition, run by workerd.
import { EdgeletError, load, version } from "edgelet";
import { predictTable } from "./table.mjs";

const answers = {
  /** The table of bits, its models fetched from `origin`. */
  table: async ({ origin, tables }) => predictTable(load, `${origin}/models`, tables),
  /** One row, the model fetched once for each request. */
  predict: async ({ origin, row }) => (await load(`${origin}/models/mixed.edgelet`)).predict(row),
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
