// The packed package in Chromium, as a page without a bundler uses it, and under a strict Content-Security-Policy.
import assert from "node:assert/strict";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer } from "./consumer.mjs";
import { misbehaviour, serve, tables } from "./fixtures.mjs";
import { expectedBits } from "./table.mjs";
import { EVERY_STAGE, MISBEHAVIOUR } from "./trouble.mjs";

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const installed = join(await consumer(), "node_modules/edgelet/");
const here = fileURLToPath(new URL("./", import.meta.url));
const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>edgelet</title>`;
const origin = await serve({ "/edgelet/": installed, "/tests/": here }, { "/": html, ...(await misbehaviour()) });
const browser = await launch();
after(() => browser.close());
const page = await browser.newPage();
await page.goto(origin);

test("a module script predicts the table with the same bits", async () => {
  const read = await tables();
  const found = await page.evaluate(async (tables) => {
    const [{ load }, { predictTable }] = await Promise.all([import("/edgelet/edgelet.js"), import("/tests/table.mjs")]);
    return predictTable(load, new URL("/models", location).href, tables);
  }, read);
  assert.deepEqual(found, expectedBits(read));
});

test("it downloads one wasm and no file twice", async () => {
  const fresh = await browser.newPage();
  const requests = [];
  fresh.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await fresh.goto(origin);
  await fresh.evaluate(async () => {
    const { init, load } = await import("/edgelet/edgelet.js");
    await Promise.all([init(), init(), load("/models/mixed.edgelet")]);
    await load("/models/mixed.edgelet", { cache: "only-if-cached" }).catch(() => {});
  });
  const scripts = requests.filter((path) => path.startsWith("/edgelet/"));
  assert.equal(new Set(scripts).size, scripts.length, scripts.join(" "));
  assert.equal(scripts.filter((path) => path.endsWith(".wasm")).length, 1);
  await fresh.close();
});

test("files, blobs' bytes and streams are sources; progress ends at 1", async () => {
  const found = await page.evaluate(async () => {
    const { load } = await import("/edgelet/edgelet.js");
    const blob = await (await fetch("/models/iris_logistic.edgelet")).blob();
    const rows = [5.1, 3.5, 1.4, 0.2];
    const fractions = [];
    const sources = [blob.arrayBuffer(), blob.stream(), new Response(blob), fetch("/models/iris_logistic.edgelet")];
    const models = await Promise.all(sources.map((source) => load(source, { onProgress: (p) => fractions.push(p.fraction) })));
    return { labels: models.map((model) => model.predict(rows)), fractions };
  });
  assert.equal(new Set(found.labels).size, 1);
  assert.equal(found.labels.length, 4);
  assert.ok(found.fractions.every((fraction) => fraction === undefined || fraction === null || (fraction >= 0 && fraction <= 1)));
  assert.equal(found.fractions.at(-1), 1);
});

test("errors are real errors with a code", async () => {
  const codes = await page.evaluate(async () => {
    const { load, EdgeletError } = await import("/edgelet/edgelet.js");
    const codeOf = (promise) => promise.then(() => "none", (error) => (error instanceof EdgeletError ? error.code : String(error)));
    const model = await load("/models/mixed.edgelet");
    const row = async () => model.predict({ age: 1, usage: 2, plam: "pro" });
    return Promise.all([codeOf(load("/models/nothing.edgelet")), codeOf(load("/")), codeOf(row()), codeOf(load("http://127.0.0.1:9/x"))]);
  });
  assert.deepEqual(codes, ["http_status", "not_a_model", "unknown_feature", "network"]);
});

test("an abort at every stage rejects with its reason, a misbehaving server with a code", async () => {
  const found = await page.evaluate(async () => {
    const [edgelet, trouble] = await Promise.all([import("/edgelet/edgelet.js"), import("/tests/trouble.mjs")]);
    const { abortAtEveryStage, misbehave } = trouble;
    return [await abortAtEveryStage(edgelet, location.origin), await misbehave(edgelet, location.origin)];
  });
  assert.deepEqual(found, [EVERY_STAGE, MISBEHAVIOUR]);
});

test("a page in place of the wasm is called one", async () => {
  const fresh = await browser.newPage();
  await fresh.goto(origin);
  const message = await fresh.evaluate(async () => {
    const { init } = await import("/edgelet/slim.js");
    return init("/").then(() => "none", (error) => `${error.name}: ${error.message}`);
  });
  assert.match(message, /^EdgeletError: edgelet\.wasm: expected a WebAssembly module, found an HTML page/);
  await fresh.close();
});
