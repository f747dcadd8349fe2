// Pictures into `edgelet/tensors` of the packed package, whatever shows them, and labels out: beside Pillow and onnxruntime, in Node,
// Chromium and workers.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer, run } from "./consumer.mjs";
import { codes, serve } from "./fixtures.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "edgelet-pictures-"));
after(() => rm(folder, { recursive: true, force: true }));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
await run(here("../../target/venv/bin/python"), [here("../onnx/images.py"), program, folder]);

const installed = join(await consumer(), "node_modules/edgelet/");
const { EdgeletError, load } = await import(pathToFileURL(join(installed, "tensors-node.js")).href);
const read = (name) => readFile(join(folder, name));
const expected = JSON.parse(await read("ranked.json"));
const [width, height] = [83, 61];
const cat = { data: new Uint8Array(await read("cat.rgba")), width, height };

/** The labels of onnxruntime in its order, and its scores. */
function assertRanked(found, many = 5) {
  assert.deepEqual(found.map(({ label }) => label), expected.slice(0, many).map(({ label }) => label));
  found.forEach(({ score }, i) => assert.ok(Math.abs(score - expected[i].score) < 1e-6, `${score} ${expected[i].score}`));
}

const codeOf = codes(EdgeletError);

test("in Node pixels become labels, here and in a worker", async () => {
  const [model, remote] = [await load(await read("classifier.edgelet")), await load(await read("classifier.edgelet"), { worker: true })];
  assert.deepEqual(model.schema.classes, ["cat", "dog", "héron", '"quoted"', "plane", "ship", "zebra"]);
  assert.deepEqual(model.schema.inputs, [{ name: "image", dtype: "float32", shape: ["n", 3, 28, 28], images: true }]);
  assert.deepEqual(remote.schema, model.schema);
  assertRanked(model.classify(cat));
  assertRanked(model.classify(cat, { top: 1 }), 1);
  assertRanked(model.classify(cat, { top: 99 }), 7);
  // Without alpha the same; gray is another picture, its three colours the same.
  const rgb = { ...cat, data: Uint8ClampedArray.from(cat.data.filter((_, i) => i % 4 < 3)) };
  const gray = { ...cat, data: cat.data.filter((_, i) => i % 4 === 0) };
  const grays = { ...cat, data: cat.data.map((_, i, data) => data[i - (i % 4)]) };
  const [one, two, three] = model.classify([rgb, gray, grays]);
  assert.deepEqual(one, model.classify(cat));
  assert.deepEqual(two, three);
  assert.notDeepEqual(one, two);
  assert.deepEqual(model.classify({ image: cat }), [one]);
  assert.deepEqual(await remote.classify(cat), one);
  assert.deepEqual(await remote.classify([rgb, gray, grays]), [one, two, three]);
  const { probabilities } = model.run({ image: [cat, gray] });
  assert.deepEqual(probabilities.shape, [2, 7]);
  assert.deepEqual(await remote.run({ image: [cat, gray] }), { probabilities });
  // It takes tensors as before.
  assert.deepEqual(model.classify({ image: { data: new Float32Array(2 * 3 * 28 * 28), shape: [2, 3, 28, 28] } }).length, 2);
  remote.dispose();
  model.dispose();
});

test("what is no picture is refused by name, and the network stays as it is", async () => {
  const [model, mirror] = [await load(await read("classifier.edgelet")), await load(await read("mirror.edgelet"))];
  const before = model.classify(cat);
  for (const [given, found] of [
    [{ ...cat, width: 82 }, ["wrong_shape", "image"]],
    [{ ...cat, width: 0, data: new Uint8Array(0) }, ["wrong_shape", "image"]],
    [{ ...cat, width: NaN }, ["wrong_shape", "image"]],
    [{ ...cat, data: new Float32Array(cat.data) }, ["wrong_type", "image"]],
    [{ ...cat, colorSpace: "display-p3" }, ["wrong_type", "image"]],
    [[cat, { ...cat, height: 60 }], ["wrong_shape", "image[1]"]],
    [[], ["wrong_type", "inputs"]],
    ["cat.png", ["wrong_type", "inputs"]],
    [{ images: cat }, ["unknown_feature", "inputs"]],
    // A line of pixels would be resized beyond what there is room for.
    [{ data: new Uint8Array(2 ** 24), width: 2 ** 24, height: 1 }, ["limit_exceeded", "image: pixels"]],
  ]) {
    assert.deepEqual(await codeOf(() => model.classify(given)), found);
    assert.deepEqual(model.classify(cat), before);
  }
  for (const options of [{ top: 0 }, { top: 1.5 }, { topK: 3 }]) {
    const [code] = await codeOf(() => model.classify(cat, options));
    assert.equal(code, "bad_option");
  }
  assert.deepEqual(await codeOf(() => mirror.classify(cat)), ["unsupported_method", "classify"]);
  const plain = await load(await read("plain.edgelet"));
  assert.deepEqual(await codeOf(() => plain.run({ image: cat })), ["wrong_type", "image"]);
  plain.dispose();
  mirror.dispose();
  model.dispose();
});

test("in Chromium whatever a canvas can draw is a picture, here and in a worker", async () => {
  const [origin, other] = [
    await serve({ "/edgelet/": installed, "/files/": folder }, { "/": "<!doctype html>" }),
    await serve({ "/files/": folder }, {}),
  ];
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async (other) => {
    const { load } = await import("/edgelet/tensors.js");
    const address = new URL("/files/classifier.edgelet", location);
    const [model, remote] = [await load(address), await load(address, { worker: true })];
    const picture = new Image();
    const [waiting, foreign] = [new Image(), new Image()];
    picture.src = "/files/cat.png";
    foreign.src = `${other}/files/cat.png`;
    await Promise.all([picture.decode(), foreign.decode()]);
    const canvas = Object.assign(document.createElement("canvas"), { width: picture.width, height: picture.height });
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const offscreen = new OffscreenCanvas(picture.width, picture.height);
    offscreen.getContext("2d").drawImage(picture, 0, 0);
    const shown = {
      picture,
      canvas,
      offscreen,
      pixels: context.getImageData(0, 0, canvas.width, canvas.height),
      bitmap: await createImageBitmap(picture),
      frame: new VideoFrame(canvas, { timestamp: 0 }),
    };
    const ranked = {};
    for (const [name, image] of Object.entries(shown)) ranked[name] = [model.classify(image), await remote.classify(image)];
    const refused = [];
    for (const image of [waiting, foreign, new ImageData(8, 8, { colorSpace: "display-p3" })]) {
      try {
        refused.push(model.classify(image));
      } catch ({ code, at }) {
        refused.push([code, at]);
      }
    }
    return { ranked, refused };
  }, other);
  assert.deepEqual(Object.keys(found.ranked), ["picture", "canvas", "offscreen", "pixels", "bitmap", "frame"]);
  for (const [here, there] of Object.values(found.ranked)) {
    assertRanked(here);
    assert.deepEqual(there, here);
  }
  assert.deepEqual(found.refused, [["wrong_shape", "image"], ["wrong_type", "image"], ["wrong_type", "image"]]);
});
