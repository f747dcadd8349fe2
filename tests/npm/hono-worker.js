// An edge worker with Hono's routes: it has its models from R2, from KV, or from a URL.
import * as edgelet from "edgelet";
import { Hono } from "hono";
import { predictTable } from "./table.mjs";

/** How a model is loaded from each place, by its address. */
const PLACES = {
  URL: () => edgelet.load,
  R2: ({ BUCKET }) => async (address) => edgelet.load((await BUCKET.get(address)).body),
  KV: ({ KEPT }) => (address) => edgelet.load(KEPT.get(address, "arrayBuffer")),
};

const app = new Hono();

app.post("/:place", async (context) => {
  const { base, names } = await context.req.json();
  const read = async (name) => [name, await (await fetch(`${base}/${name}.json`)).json()];
  const tables = Object.fromEntries(await Promise.all(names.map(read)));
  const load = PLACES[context.req.param("place")](context.env);
  return context.json(await predictTable(load, base, tables));
});

app.get("/thread", async (context) => {
  const error = await edgelet.load("https://example.com/model.edgelet", { worker: true }).catch((error) => error);
  return context.text(error.code);
});

export default app;
