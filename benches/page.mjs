// From a page's start to its first prediction in Chromium, and what the visitor downloads for it, beside the peers on the same
// models, in one run over loopback. `cargo xtask bench` runs it: `node page.mjs MODELS TOOLS`, with the folder of the models
// and the folder of esbuild and Playwright.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { median } from "./clock.mjs";
import { launch } from "../tests/chromium.mjs";

const [models, site] = process.argv.slice(2);
const { build } = createRequire(new URL("../tests/package.json", import.meta.url))("esbuild");
const here = (path) => new URL(path, import.meta.url).pathname;
const ROUNDS = 15;
/** What stays beside each script. */
const BESIDE = {
  edgelet: ["edgelet/edgelet.wasm"],
  onnxruntime: ["onnxruntime-web/dist/ort-wasm-simd-threaded.wasm", "onnxruntime-web/dist/ort-wasm-simd-threaded.mjs"],
  tfjs: ["@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm"],
  ydf: ["ydf-inference/dist/inference.wasm"],
};
const FILES = { edgelet: "model.edgelet", onnxruntime: "model.onnx", tfjs: "weights.f32", ydf: "model.zip" };
const CASES = { W2: ["edgelet", "onnxruntime", "tfjs"], W3: ["edgelet", "onnxruntime", "ydf"] };
/** A page tells the time since its navigation began when it has predicted. */
const HTML = `<!doctype html><title>first prediction</title><script type="module">
import { predictOnce } from "./main.js";
const row = new Float32Array(await (await fetch("row")).arrayBuffer());
await predictOnce(row);
window.took = performance.now();
</script>`;
const TYPES = { wasm: "application/wasm", js: "text/javascript", mjs: "text/javascript", html: "text/html" };
const squeeze = promisify(brotliCompress);

/** The pages by their folders; of each its files as they are sent. */
const pages = {};
for (const [runtime, beside] of Object.entries(BESIDE)) {
  const outdir = join(site, runtime);
  await mkdir(outdir, { recursive: true });
  const external = ["node:*", "fs", "path", "crypto", "os", "worker_threads", "perf_hooks", "util", "string_decoder"];
  const options = { bundle: true, minify: true, format: "esm", platform: "browser", external, logLevel: "error" };
  await build({ ...options, entryPoints: [here(`page/${runtime}.js`)], outfile: join(outdir, "main.js"), nodePaths: [here("node_modules")] });
  for (const file of beside) await copyFile(here(`node_modules/${file}`), join(outdir, file.split("/").at(-1)));
  pages[runtime] = Object.fromEntries(
    await Promise.all(["main.js", ...beside.map((file) => file.split("/").at(-1))].map(async (name) => [name, await sent(join(outdir, name))])),
  );
}

async function sent(path) {
  const bytes = await readFile(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return squeeze(bytes, { params });
}

/** What the page that is being loaded has asked for, in bytes. */
let downloaded = 0;
const server = createServer(async (request, response) => {
  const [, test, runtime, name] = new URL(request.url, "http://localhost").pathname.split("/");
  const file = name === "model" ? join(models, test, FILES[runtime]) : name === "row" ? join(models, test, "rows.f32") : undefined;
  if (file !== undefined) {
    const bytes = name === "row" ? (await readFile(file)).subarray(0, 4 * WIDTHS[test]) : await sentModel(file);
    if (name === "model") downloaded += bytes.length;
    const coding = name === "model" ? { "content-encoding": "br" } : {};
    return response.writeHead(200, { "content-type": "application/octet-stream", ...coding }).end(bytes);
  }
  const body = name === "" ? Buffer.from(HTML) : pages[runtime]?.[name];
  if (body === undefined) return response.writeHead(404).end();
  const type = TYPES[name === "" ? "html" : name.split(".").at(-1)];
  if (name !== "") downloaded += body.length;
  response.writeHead(200, { "content-type": type, ...(name === "" ? {} : { "content-encoding": "br" }) }).end(body);
});
const WIDTHS = { W2: 64, W3: 50 };
const packed = {};
const sentModel = (file) => (packed[file] ??= sent(file));

server.listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await launch();
const results = {};
for (const [test, runtimes] of Object.entries(CASES)) {
  const seen = Object.fromEntries(runtimes.map((runtime) => [runtime, { times: [], bytes: 0 }]));
  // The first round is not counted: it warms the server and the disk.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const runtime of runtimes) {
      const context = await browser.newContext();
      const page = await context.newPage();
      page.on("pageerror", (error) => console.error(`${test} ${runtime}: ${error}`));
      downloaded = 0;
      await page.goto(`${origin}/${test}/${runtime}/`);
      const took = await page.waitForFunction("window.took", undefined, { timeout: 60_000 });
      if (round > 0) seen[runtime].times.push(await took.jsonValue());
      seen[runtime].bytes = downloaded;
      await context.close();
    }
  }
  results[test] = seen;
}
await browser.close();
server.close();

let missed = 0;
console.log("\npage load to first prediction in Chromium, median, and what is downloaded for it (brotli 11)");
for (const [test, seen] of Object.entries(results)) {
  const { edgelet } = seen;
  for (const [runtime, { times, bytes }] of Object.entries(seen)) {
    const [time, size] = [median(times) / median(edgelet.times), bytes / edgelet.bytes];
    const isTarget = runtime === "onnxruntime";
    const met = !isTarget || (time >= 10 && size >= 30);
    if (!met) missed += 1;
    const ratios = runtime === "edgelet" ? "" : `× ${time.toFixed(1).padStart(6)}   bytes × ${size.toFixed(1).padStart(5)}`;
    const target = isTarget ? `   ${met ? "ok" : "MISS"}: target >= 10, 30` : "";
    console.log(`  ${test} ${runtime.padEnd(12)} ${median(times).toFixed(1).padStart(8)} ms ${String(bytes).padStart(10)} B   ${ratios}${target}`);
  }
}
console.log(missed === 0 ? "every target met" : `${missed} targets missed in this run`);
