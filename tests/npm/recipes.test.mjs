// docs/RECIPES.md as it stands there: its files written, its lines run, what comes of them used in Chromium, workerd and Node.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { dirname, join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import vue from "@vitejs/plugin-vue";
import * as esbuild from "esbuild";
import { Miniflare } from "miniflare";
import { build } from "vite";
import { launch } from "../chromium.mjs";
import { model as fixture } from "./bucket.mjs";
import { consumer, run, tarball } from "./consumer.mjs";
import { serve } from "./fixtures.mjs";
import { recipe } from "./recipes.mjs";

const { load } = await import(pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", "node.js")));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
const churn = await fixture("mixed");
const model = await load(churn);
const row = { age: 30, usage: 12.5, plan: "pro" };
const env = { ...process.env, PATH: [resolve("target/venv/bin"), dirname(program), process.env.PATH].join(":") };
const browser = await launch();
after(() => browser.close());

/** A project with the package and the files of some recipes. */
async function project(...titles) {
  const folder = await consumer();
  for (const title of titles) {
    for (const [name, text] of Object.entries(recipe(title).files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
  }
  return folder;
}

/** Starts a program that says its address in its first line. */
async function started(command, parameters, options) {
  const child = spawn(command, parameters, { ...options, stdio: ["ignore", "pipe", "inherit"] });
  after(() => child.kill());
  const [line] = await once(createInterface(child.stdout), "line");
  return /http:\S+/.exec(line)[0];
}

test("from scikit-learn to a web page, line by line", { timeout: 240_000 }, async () => {
  const title = "From scikit-learn to a web page in five minutes";
  const folder = await project(title);
  const [install, ...others] = recipe(title).lines;
  // These are there already, and the package is the one that is tested.
  const packages = await run("python", ["-m", "pip", "list", "--format=freeze"], { env });
  for (const name of install.split(" ").slice(2)) assert.match(packages, new RegExp(`^${name}==`, "m"));
  const last = others.pop();
  for (const line of others) {
    const ours = line.replace(/^npm install edgelet$/, `npm install --offline --no-audit --no-fund ${await tarball()}`);
    await run("sh", ["-c", ours], { cwd: folder, env });
  }
  const address = await started("sh", ["-c", `exec ${last} --port 0`], { cwd: folder, env });
  const page = await browser.newPage();
  await page.goto(address);
  for (const [species, row] of [["setosa", [5.1, 3.5, 1.4, 0.2]], ["virginica", [6.3, 3.3, 6, 2.5]]]) {
    await page.locator("input").nth(3).waitFor();
    for (const [i, value] of row.entries()) await page.locator("input").nth(i).fill(String(value));
    assert.equal(await page.locator("output").textContent(), species);
  }
});

/** The rows of one table in several files, as a cluster has them. */
const PARTS = `
from sklearn.datasets import load_breast_cancer
frame = load_breast_cancer(as_frame=True).frame.rename(columns=lambda name: name.replace(" ", "_"))
for part in range(4):
    frame.iloc[part::4].to_parquet(f"rows/{part}.parquet", index=False)`;

test("what a cluster has learned", { timeout: 300_000 }, async () => {
  const title = "From a cluster: Dask, Ray, Spark";
  const folder = await project(title);
  await mkdir(join(folder, "rows"));
  await run("python", ["-c", PARTS], { cwd: folder, env });
  for (const line of recipe(title).lines) await run("sh", ["-c", line], { cwd: folder, env });
  for (const framework of ["xgboost", "lightgbm"]) {
    const model = await load(await readFile(join(folder, `${framework}.edgelet`)));
    assert.equal(model.verify(), 16);
    assert.deepEqual([model.featureNames.length, model.featureNames[0]], [30, "mean_radius"]);
    model.dispose();
  }
  // Every row of every part is scored once.
  const scores = await Promise.all([0, 1, 2, 3].map((part) => readFile(join(folder, `scores/${part}.parquet`))));
  assert.ok(scores.every((bytes) => bytes.subarray(0, 4).toString() === "PAR1"));
});

/** How each framework puts its component on the page. */
const MOUNTED = {
  react: `import { StrictMode, createElement } from "react"; import { createRoot } from "react-dom/client";
import { Churn } from "./Churn.jsx";
createRoot(document.querySelector("main")).render(createElement(StrictMode, undefined, createElement(Churn)));`,
  svelte: `import { mount } from "svelte"; import Churn from "./Churn.svelte"; mount(Churn, { target: document.querySelector("main") });`,
  vue: `import { createApp } from "vue"; import Churn from "./Churn.vue"; createApp(Churn).mount("main");`,
};

test("React, Vue and Svelte predict what a slider says", { timeout: 120_000 }, async () => {
  const folder = await project("React", "Vue", "Svelte");
  for (const name of ["react", "react-dom", "scheduler", "svelte", "vue", "@vue"]) {
    await symlink(fileURLToPath(new URL(`../node_modules/${name}`, import.meta.url)), join(folder, "node_modules", name));
  }
  for (const [name, script] of Object.entries(MOUNTED)) {
    await writeFile(join(folder, `${name}.js`), script);
    await writeFile(join(folder, `${name}.html`), `<!doctype html><title>${name}</title><main></main><script type="module" src="/${name}.js"></script>`);
  }
  const input = Object.keys(MOUNTED).map((name) => join(folder, `${name}.html`));
  const plugins = [vue(), svelte({ configFile: false })];
  await build({ root: folder, configFile: false, logLevel: "warn", plugins, build: { rollupOptions: { input } } });
  const origin = await serve({ "/": join(folder, "dist/") }, { "/models/churn.edgelet": (response) => response.writeHead(200).end(churn) });
  const expected = (usage) => model.predictProba({ age: 30, usage, plan: "pro" }).probabilities[1].toFixed(6);
  for (const name of Object.keys(MOUNTED)) {
    const page = await browser.newPage();
    const problems = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${origin}/${name}.html`);
    for (const usage of [10, 80]) {
      await page.locator("input").fill(String(usage));
      await page.waitForFunction((text) => document.querySelector("output").textContent === text, expected(usage));
    }
    assert.deepEqual(problems, [], name);
    await page.close();
  }
});

test("a Cloudflare Worker", { timeout: 60_000 }, async () => {
  const folder = await project("A Cloudflare Worker");
  const settings = JSON.parse(await readFile(join(folder, "wrangler.json"), "utf8"));
  // What wrangler does with a worker: bundled for workerd, each .wasm a module.
  const options = { bundle: true, format: "esm", conditions: ["workerd", "worker", "browser"], loader: { ".wasm": "copy" } };
  const { outputFiles } = await esbuild.build({ ...options, absWorkingDir: folder, entryPoints: [settings.main], outdir: "out", write: false });
  const modules = outputFiles.map(({ path, contents }) => ({ type: path.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path, contents }));
  modules.sort((one) => (one.type === "ESModule" ? -1 : 1));
  const [{ binding }] = settings.r2_buckets;
  const compatibilityDate = settings.compatibility_date;
  const worker = new Miniflare({ modules, modulesRoot: join(folder, "out"), compatibilityDate, r2Buckets: [binding] });
  after(() => worker.dispose());
  const address = await worker.ready;
  await (await worker.getR2Bucket(binding)).put("churn.edgelet", new Uint8Array(churn));
  const ask = async (row) => (await fetch(address, { method: "POST", body: JSON.stringify(row) })).json();
  const { classes, probabilities } = model.predictProba(row);
  assert.deepEqual(await ask(row), { classes, probabilities: [...probabilities] });
  assert.equal((await ask({ ...row, plam: "pro" })).code, "unknown_feature");
});

test("a Node server", { timeout: 60_000 }, async () => {
  const folder = await project("A Node server");
  const MODEL = `${await serve()}/models/mixed.edgelet`;
  const address = await started(process.execPath, ["server.js"], { cwd: folder, env: { ...process.env, MODEL, PORT: "0" } });
  const ask = async (body) => (await fetch(address, { method: "POST", body })).json();
  assert.deepEqual(await ask(JSON.stringify([row, row])), model.predict([row, row]));
  assert.equal((await ask(JSON.stringify([{ age: 1 }]))).code, "missing_feature");
  assert.match((await ask("{")).message, /JSON/);
});
