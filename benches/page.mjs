// From a page's start to its first prediction in Chromium, and what the visitor downloads for it, beside the peers on the same
// models, in one run over loopback. `cargo xtask bench` runs it: `node page.mjs MODELS SITE`, with the folder of the models and
// one for the pages.
import { copyFile, mkdir, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { median } from "./clock.mjs";
import { launch } from "../tests/chromium.mjs";

const [models, site] = process.argv.slice(2);
const { build } = createRequire(new URL("../tests/package.json", import.meta.url))("esbuild");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROUNDS = 15;
const ORT = "onnxruntime-web/dist/ort-wasm-simd-threaded";
/** What lies beside each script: it loads what it needs. */
const BESIDE = {
  edgelet: ["edgelet/edgelet.wasm"],
  onnxruntime: [`${ORT}.jsep.wasm`, `${ORT}.jsep.mjs`],
  "onnxruntime-wasm": [`${ORT}.wasm`, `${ORT}.mjs`],
  tfjs: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
  ydf: ["ydf-inference/dist/inference.wasm"],
};
const FILES = { edgelet: "model.edgelet", onnxruntime: "model.onnx", "onnxruntime-wasm": "model.onnx", tfjs: "weights.f32", ydf: "model.zip" };
const CASES = {
  W2: { width: 64, runtimes: ["edgelet", "package", "onnxruntime", "onnxruntime-wasm", "tfjs"] },
  W3: { width: 50, runtimes: ["edgelet", "package", "onnxruntime", "onnxruntime-wasm", "ydf"] },
};
/** A page tells the time since its navigation began when it has predicted. */
const HTML = `<!doctype html><title>first prediction</title><script type="module">
import { predictOnce } from "./main.js";
const row = new Float32Array(await (await fetch("row")).arrayBuffer());
await predictOnce(row);
window.took = performance.now();
</script>`;
const TYPES = { wasm: "application/wasm", js: "text/javascript", mjs: "text/javascript" };

const squeeze = promisify(brotliCompress);

/** A file as it is sent: what a bucket or a CDN would store. */
async function sent(path) {
  const bytes = await readFile(path);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 22, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return squeeze(bytes, { params });
}

/** The files of every page, by case, runtime and name. */
const pages = {};
const external = ["node:*", "fs", "path", "crypto", "os", "worker_threads", "perf_hooks", "util", "string_decoder"];
const options = { bundle: true, minify: true, format: "esm", platform: "browser", external, logLevel: "error" };
const shared = {};
for (const [runtime, beside] of Object.entries(BESIDE)) {
  const folder = join(site, runtime);
  await mkdir(folder, { recursive: true });
  await build({ ...options, entryPoints: [here(`page/${runtime}.js`)], outfile: join(folder, "main.js"), nodePaths: [here("node_modules")] });
  for (const file of beside) await copyFile(here(`node_modules/${file}`), join(folder, basename(file)));
  shared[runtime] = await allOf(folder, ["main.js", ...beside.map((file) => basename(file))]);
}
for (const [name, { runtimes }] of Object.entries(CASES)) {
  pages[name] = {};
  for (const runtime of runtimes) {
    const isPackage = runtime === "package";
    const files = isPackage ? await packageOf(name) : { ...shared[runtime], model: await sent(join(models, name, FILES[runtime])) };
    pages[name][runtime] = files;
  }
}

async function allOf(folder, names) {
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await sent(join(folder, name))])));
}

async function packageOf(name) {
  const folder = join(models, name, "package");
  const names = (await readdir(folder)).filter((file) => file === "index.js" || file.endsWith(".wasm"));
  return { ...(await allOf(folder, names)), "main.js": await sent(here("page/package.js")) };
}

/** What the page that is being loaded has asked for, in bytes. */
let downloaded = 0;
const server = createServer(async (request, response) => {
  const [, test, runtime, name] = new URL(request.url, "http://localhost").pathname.split("/");
  if (name === "") return response.writeHead(200, { "content-type": "text/html" }).end(HTML);
  if (name === "row") return response.end((await readFile(join(models, test, "rows.f32"))).subarray(0, 4 * CASES[test].width));
  const body = pages[test]?.[runtime]?.[name];
  if (body === undefined) return response.writeHead(404).end();
  downloaded += body.length;
  const type = TYPES[name.split(".").at(-1)] ?? "application/octet-stream";
  response.writeHead(200, { "content-type": type, "content-encoding": "br" }).end(body);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launch();
const results = {};
for (const [name, { runtimes }] of Object.entries(CASES)) {
  const seen = Object.fromEntries(runtimes.map((runtime) => [runtime, { times: [], bytes: 0 }]));
  // The first round is not counted: it warms the server and the disk.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const runtime of runtimes) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`${name} ${runtime}: ${error}`));
      downloaded = 0;
      await page.goto(`${origin}/${name}/${runtime}/`);
      const took = await page.waitForFunction("window.took", undefined, { timeout: 60_000 });
      if (round > 0) seen[runtime].times.push(await took.jsonValue());
      seen[runtime].bytes = downloaded;
      await context.close();
    }
  }
  results[name] = seen;
}
await browser.close();
server.close();

console.log("\npage load to first prediction in Chromium, median, and what is downloaded for it, model included (brotli 11)");
for (const [name, seen] of Object.entries(results)) {
  const { edgelet } = seen;
  for (const [runtime, { times, bytes }] of Object.entries(seen)) {
    const [time, size] = [median(times) / median(edgelet.times), bytes / edgelet.bytes];
    const target = runtime === "onnxruntime" ? `   ${time >= 10 && size >= 30 ? "ok" : "MISS"}: target >= 10, >= 30` : "";
    const ratios = `× ${time.toFixed(2).padStart(6)}   bytes × ${size.toFixed(2).padStart(6)}${target}`;
    console.log(`  ${name} ${runtime.padEnd(17)} ${median(times).toFixed(1).padStart(8)} ms ${String(bytes).padStart(10)} B   ${ratios}`);
  }
}
