// Models in buckets in Chromium: a page under a strict Content-Security-Policy, another origin's bucket, and a service worker
// that goes on when the servers are gone.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../chromium.mjs";
import { ModelBucket, model, newKey, serveBuckets } from "./bucket.mjs";
import { consumer } from "./consumer.mjs";
import { serveUntilClosed } from "./fixtures.mjs";

const key = newKey();
const bucket = new ModelBucket("churn", [key]);
bucket.publish(1, await model("mixed"));
bucket.promote("production", 1);
const unkept = (path, response, request, object) => {
  if (request.method !== "GET" || object === undefined) return false;
  // The browser keeps nothing itself: whatever is there offline is there because edgelet kept it.
  return response.writeHead(200, { "access-control-allow-origin": "*", "cache-control": "no-store" }).end(object), true;
};
const { origin: store, asked, server: storeServer } = await serveBuckets([bucket], { bend: unkept });
const installed = join(await consumer(), "node_modules/edgelet/");
const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' ${store}`;
const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>edgelet</title>`;
const script = await readFile(fileURLToPath(new URL("service-worker.js", import.meta.url)));
const inWorker = `import { load } from "/edgelet/edgelet.js";
onmessage = async ({ data: [address, options, row] }) => {
  const model = await load(address, options).catch((error) => ({ predict: () => error.code }));
  postMessage(model.predict(row));
};`;
const asScript = (text) => (response) => response.writeHead(200, { "content-type": "text/javascript" }).end(text);
const pages = { "/": html, "/service-worker.js": asScript(script), "/worker.js": asScript(inWorker) };
const { origin, close } = await serveUntilClosed({ "/edgelet/": installed }, pages);
const browser = await launch();
after(() => browser.close());
const options = { publicKey: key.text };
const row = { age: 30, usage: 12.5, plan: "pro" };

test("a page loads from another origin's bucket, keeps the model, lists and forgets it", async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async ([address, options, row]) => {
    const { cached, load } = await import("/edgelet/edgelet.js");
    const models = await Promise.all([load(address, options), load(address, options), load(`${address}@production`, options)]);
    const kept = (await cached.list()).map(({ url, size }) => [url.slice(address.length + 1).split("/")[0], size > 0]);
    const offline = (await load(address, { ...options, cache: "only-if-cached" })).version;
    const labels = models.map((model) => model.predict(row));
    return { labels, kept, offline, forgotten: await cached.delete(address), left: await cached.list() };
  }, [`${store}/churn`, options, row]);
  assert.equal(new Set(found.labels).size, 1);
  assert.deepEqual(found.kept.sort(), [["aliases", true], ["blobs", true], ["releases", true]]);
  assert.deepEqual([found.offline, found.forgotten, found.left], [1, 3, []]);
  assert.equal(asked.length, 3, "three loads at once are one download");
  await page.close();
});

test("a worker of the page follows and checks as the page does", async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async ([address, options, other, row]) => {
    const { load } = await import("/edgelet/edgelet.js");
    const worker = new Worker("/worker.js", { type: "module" });
    const ask = (options) => {
      worker.postMessage([address, options, row]);
      return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
    };
    return [(await load(address, options)).predict(row), await ask(options), await ask({ publicKey: other })];
  }, [`${store}/churn`, options, newKey().text, row]);
  assert.equal(found[1], found[0]);
  assert.equal(found[2], "signature");
  await page.close();
});

test("a service worker predicts with the network off, also after the browser ended it", { timeout: 60_000 }, async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  const address = `/service-worker.js?${new URLSearchParams({ model: `${store}/churn@production`, key: key.text })}`;
  await page.evaluate(async (address) => {
    await navigator.serviceWorker.register(address, { type: "module" });
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resolve) => setTimeout(resolve, 20));
  }, address);
  const predict = () => page.evaluate(async (body) => (await fetch("/predict", { method: "POST", body })).json(), JSON.stringify([row]));
  const online = await predict();
  storeServer.closeAllConnections();
  storeServer.close();
  close();
  assert.deepEqual(await predict(), online);
  const devtools = await browser.contexts()[0].newCDPSession(page);
  await devtools.send("ServiceWorker.enable");
  await devtools.send("ServiceWorker.stopAllWorkers");
  await page.reload();
  assert.equal(await page.title(), "edgelet");
  assert.deepEqual(await predict(), online, "started anew, without any server");
  await page.close();
});
