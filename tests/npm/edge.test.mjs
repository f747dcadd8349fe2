// The packed package in an edge framework, Hono, on workerd as Cloudflare's own tools run it (miniflare, which is what `wrangler dev`
// starts), with the model from R2, from KV, and from a URL over http and https.
import assert from "node:assert/strict";
import { copyFile, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { model } from "./bucket.mjs";
import { consumer, run } from "./consumer.mjs";
import { serve, serveUntilClosed, tables } from "./fixtures.mjs";
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

/** A certificate by nobody else, and its key. */
async function certificate(name) {
  const how = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=edgelet"];
  await run("openssl", [...how, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", `${name}.key`, "-out", `${name}.pem`], { cwd: folder });
  const [key, cert] = await Promise.all([`${name}.key`, `${name}.pem`].map((file) => readFile(join(folder, file))));
  return { key, cert };
}
const [trusted, unknown] = [await certificate("trusted"), await certificate("unknown")];
// Miniflare looks for it when it is imported.
process.env.NODE_EXTRA_CA_CERTS = join(folder, "trusted.pem");
const { Miniflare } = await import("miniflare");
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

/** Asks the worker for its table, with models from a place. */
const ask = (place, base, asked = names) => fetch(new URL(place, address), { method: "POST", body: JSON.stringify({ base, names: asked }) });

for (const place of ["R2", "KV", "URL"]) {
  test(`the model from ${place}`, async () => {
    assert.deepEqual(await (await ask(place, base)).json(), expected);
    await proved("workerd", `Hono with ${place}`);
  });
}

test("the model from a URL over https, whose certificate is checked", async () => {
  const { origin } = await serveUntilClosed({}, {}, trusted);
  assert.deepEqual(await (await ask("URL", `${origin}/models`)).json(), expected);
  await proved("workerd", "Hono with https");
  const others = await serveUntilClosed({}, {}, unknown);
  assert.equal((await ask("URL", `${others.origin}/models`, ["mixed"])).status, 500);
});

test("a worker of its own is refused", async () => {
  assert.equal(await (await fetch(new URL("thread", address))).text(), "unsupported_method");
});
