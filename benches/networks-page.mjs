// The race of networks in Chromium, one thread: `node networks-page.mjs FOLDER SITE [NAME …]`, with the folder of the networks that
// `networks.mjs` races too, and one for the page.
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../tests/chromium.mjs";

const [networks, site, ...only] = process.argv.slice(2);
const { build } = createRequire(new URL("../tests/package.json", import.meta.url))("esbuild");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const TYPES = { wasm: "application/wasm", js: "text/javascript", mjs: "text/javascript" };
const BESIDE = [
  "edgelet/edgelet-tensors.wasm",
  "edgelet/edgelet-tensors.relaxed.bin",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.wasm",
  "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs",
  "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm",
];

await mkdir(site, { recursive: true });
await build({
  bundle: true,
  format: "esm",
  platform: "browser",
  external: ["node:*", "fs", "path", "crypto", "os", "worker_threads", "perf_hooks", "util", "string_decoder"],
  logLevel: "error",
  entryPoints: [here("page/networks.js")],
  outfile: join(site, "main.js"),
  nodePaths: [here("node_modules")],
});
for (const file of BESIDE) await copyFile(here(`node_modules/${file}`), join(site, basename(file)));

const server = createServer(async (request, response) => {
  const [, name, file] = new URL(request.url, "http://localhost").pathname.split("/");
  if (name === "") {
    const html = '<!doctype html><title>networks</title><script type="module" src="main.js"></script>';
    return response.writeHead(200, { "content-type": "text/html" }).end(html);
  }
  try {
    const body = await readFile(name === "networks" ? join(networks, basename(file)) : join(site, basename(name)));
    response.writeHead(200, { "content-type": TYPES[name.split(".").at(-1)] ?? "application/octet-stream" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const browser = await launch();
console.log(`Chromium ${browser.version()}, one thread: ms a run, the median of rounds, and how many times as fast as its peers`);
for (const name of only.length ? only : ["mlp", "mobilenet_v2", "resnet_18", "minilm"]) {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`${name}: ${error}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction("window.race");
  console.log(await page.evaluate((name) => window.race(name), name));
  await page.close();
}
await browser.close();
server.close();
