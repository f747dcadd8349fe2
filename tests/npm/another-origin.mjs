// A page in Chromium that loads a published model from a bucket of another origin; `tests/native/store/pages.rs` runs it.
// `node another-origin.mjs ADDRESS PUBLIC_KEY OTHER_KEY` prints what came of it as JSON.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { extname } from "node:path";
import { launch } from "../chromium.mjs";

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const packaged = new URL("../../target/npm/edgelet/", import.meta.url);
const server = createServer(async ({ url }, response) => {
  const body = url === "/" ? "<!doctype html><title>edgelet</title>" : await readFile(new URL(`.${url}`, packaged)).catch(() => undefined);
  response.writeHead(body === undefined ? 404 : 200, { "content-type": TYPES[extname(url)] ?? "text/html" }).end(body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

const [address, publicKey, otherKey] = process.argv.slice(2);
const browser = await launch();
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}`);
const found = await page.evaluate(
  async ([address, publicKey, otherKey]) => {
    const { load } = await import("/edgelet.js");
    const totals = new Set();
    const onProgress = ({ stage, loaded, total }) => stage === "download" && loaded === total && totals.add(total);
    const refused = await load(address, { publicKey: otherKey }).catch(({ code }) => code);
    const model = await load(address, { publicKey, onProgress });
    const prediction = model.predict(new Float64Array(model.featureNames.length).fill(1));
    return { refused, version: model.version, alias: model.alias, prediction, downloaded: [...totals] };
  },
  [address, publicKey, otherKey],
);
await browser.close();
server.close();
console.log(JSON.stringify(found));
