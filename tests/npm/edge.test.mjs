// The packed package in an edge framework, Hono, on workerd as Cloudflare's own tools run it (miniflare, which is what `wrangler dev`
// starts), with the model from R2, from KV, and from a URL.
import assert from "node:assert/strict";
import { copyFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { Miniflare } from "miniflare";
import { model } from "./bucket.mjs";
import { consumer } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { proved } from "./proofs.mjs";
import { expectedBits } from "./table.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await consumer();
for (const name of ["hono-worker.js", "table.mjs"]) await copyFile(here(name), join(folder, name));
await symlink(here("../node_modules/hono"), join(folder, "node_modules/hono"));
const options = { bundle: true, format: "esm", conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" } };
const { outputFiles } = await esbuild.build({ ...options, absWorkingDir: folder, entryPoints: ["hono-worker.js"], outdir: ".", write: false });
const modules = outputFiles.map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }));
// The first is the entry.
modules.sort((one) => (one.type === "ESModule" ? -1 : 1));
const worker = new Miniflare({ modules, modulesRoot: folder, compatibilityDate: "2025-06-01", r2Buckets: ["BUCKET"], kvNamespaces: ["KEPT"] });
after(() => worker.dispose());
const address = await worker.ready;
const base = `${await serve()}/models`;
const expected = expectedBits(await tables());
const names = Object.keys(expected);
const [bucket, kept] = await Promise.all([worker.getR2Bucket("BUCKET"), worker.getKVNamespace("KEPT")]);
for (const name of names) {
  const file = new Uint8Array(await model(name));
  await bucket.put(`${base}/${name}.edgelet`, file);
  await kept.put(`${base}/${name}.edgelet`, file);
}

for (const place of ["R2", "KV", "URL"]) {
  test(`the model from ${place}`, async () => {
    const response = await fetch(new URL(place, address), { method: "POST", body: JSON.stringify({ base, names }) });
    assert.deepEqual(await response.json(), expected);
    await proved("workerd", `Hono with ${place}`);
  });
}

test("a worker of its own is refused", async () => {
  assert.equal(await (await fetch(new URL("thread", address))).text(), "unsupported_method");
});
