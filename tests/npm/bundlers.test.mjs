// The packed package through the bundlers that people have, with the settings that docs/RECIPES.md names; what each made is
// opened in Chromium.
import assert from "node:assert/strict";
import { copyFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import * as vite from "vite";
import webpack from "webpack";
import { launch } from "../chromium.mjs";
import { consumer, run, tools } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { proven } from "./proof.mjs";
import { proved } from "./proofs.mjs";
import { recipe } from "./recipes.mjs";
import { expectedBits } from "./table.mjs";

const app = `import * as edgelet from "edgelet";
import { prove } from "./proof.mjs";
globalThis.proveApp = (origin, names) => prove(edgelet, origin, names, 2);`;
const html = (script) => `<!doctype html><title>edgelet</title><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;

const folder = await consumer({ "app.js": app, "index.html": html("/app.js") });
for (const name of ["proof.mjs", "table.mjs"]) {
  await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
}
await symlink(fileURLToPath(new URL("../node_modules/@rollup", import.meta.url)), join(folder, "node_modules/@rollup"));
const models = await serve();
const browser = await launch();
after(() => browser.close());
const expected = proven(expectedBits(await tables()), true);

/** Opens what a bundler made, and has it prove what it can. */
async function check(how, address) {
  const page = await browser.newPage();
  const missing = [];
  page.on("response", (response) => response.ok() || missing.push(response.url()));
  await page.goto(address);
  await page.waitForFunction(() => globalThis.proveApp !== undefined);
  const found = await page.evaluate(([origin, names]) => proveApp(origin, names), [models, Object.keys(expected.here)]);
  assert.deepEqual(found, expected);
  assert.deepEqual(missing, []);
  await page.close();
  await proved(...how, { worker: true });
}

/** Where files that lie in a folder of the project are served. */
async function served(name, script) {
  return serve({ "/": join(folder, name, "/") }, script && { "/": html(script) });
}

test("Vite, in development", async () => {
  const server = await vite.createServer({ root: folder, logLevel: "warn", server: { host: "127.0.0.1", port: 0 } });
  try {
    await server.listen();
    await check(["Vite", "dev"], server.resolvedUrls.local[0]);
  } finally {
    await server.close();
  }
});

test("Vite, built", async () => {
  await vite.build({ root: folder, logLevel: "warn", build: { outDir: "vite" } });
  await check(["Vite", "build"], `${await served("vite")}/index.html`);
});

test("webpack", async () => {
  const output = { path: join(folder, "webpack"), publicPath: "auto" };
  const compiler = webpack({ mode: "production", context: folder, entry: "./app.js", output });
  const stats = await new Promise((resolve, reject) => compiler.run((error, stats) => (error ? reject(error) : resolve(stats))));
  assert.deepEqual(stats.toJson({ all: false, errors: true, warnings: true }), { errors: [], warnings: [] });
  await check(["webpack", "build"], await served("webpack", "/main.js"));
});

/** Runs a recipe in a folder of the project: its files, and its lines with the tools that are installed here. */
async function follow(title) {
  const { files, lines } = recipe(title);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const env = { ...process.env, PATH: `${tools}:${process.env.PATH}` };
  for (const line of lines) await run("sh", ["-c", line], { cwd: folder, env });
}

for (const how of ["esbuild", "Rollup"]) {
  test(how, async () => {
    await rm(join(folder, "dist"), { recursive: true, force: true });
    await follow(how);
    await check([how, "build"], await served("dist", "/app.js"));
  });
}
