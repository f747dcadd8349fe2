// The entry `edgelet/tensors` of the packed package, in Node, Chromium and workers: onnxruntime's own numbers, every type of
// elements, and what is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFile, cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer, run } from "./consumer.mjs";
import { codes, serve } from "./fixtures.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "edgelet-networks-"));
after(() => rm(folder, { recursive: true, force: true }));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
const printed = await run(here("../../target/venv/bin/python"), [here("../onnx/networks.py"), program, folder]);
const names = printed.trim().split("\n").map((line) => line.split(" ")[0]);
// Smaller ones bring along what the host made of their rounded weights.
const smaller = ["f16", "int8"].flatMap((how) => ["perceptron", "residual", "encoder", "speech"].map((name) => [name, how]));
for (const [name, how] of smaller) {
  await run(program, ["optimize", join(folder, `${name}.edgelet`), "--quantize", how, "-o", join(folder, `${name}.${how}.edgelet`)]);
}
names.push(...smaller.map((parts) => parts.join(".")));

const installed = join(await consumer(), "node_modules/edgelet/");
const { EdgeletError, load } = await import(pathToFileURL(join(installed, "tensors-node.js")).href);
const plain = await import(pathToFileURL(join(installed, "node.js")).href);
const read = (name) => readFile(join(folder, `${name}.edgelet`));
const origin = await serve({ "/edgelet/": installed, "/networks/": folder }, { "/": "<!doctype html>" });
const codeOf = codes(EdgeletError);

test("in Node, imported and required, networks make what onnxruntime made, and smaller ones what the host made", async () => {
  assert.equal(names.length, 17, printed);
  const required = createRequire(import.meta.url)(join(installed, "tensors.cjs"));
  for (const name of names) {
    for (const from of [load, required.load]) {
      const model = await from(await read(name));
      assert.equal(model.verify(), 1, name);
      model.dispose();
    }
  }
});

test("in Chromium too, there and in a worker", async () => {
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async (names) => {
    const { load } = await import("/edgelet/tensors.js");
    const verify = async (name, worker) => (await load(new URL(`/networks/${name}.edgelet`, location), { worker })).verify();
    return Promise.all(names.map(async (name) => [await verify(name, false), await verify(name, true)]));
  }, names);
  assert.deepEqual(found, names.map(() => [1, 1]));
});

test("where an engine has relaxed SIMD, the core is the one that adds products in one step, and without it all is there too", async () => {
  const { hasRelaxed, made } = await import("../../pkg-template/tensors/relaxed.js");
  const [known, difference] = await Promise.all(["edgelet-tensors.wasm", "edgelet-tensors.relaxed.bin"].map((name) => readFile(join(installed, name))));
  const relaxed = made(known, difference);
  assert.equal(relaxed.length, known.length);
  assert.equal(WebAssembly.validate(relaxed), hasRelaxed());
  const another = Uint8Array.from(known);
  another[another.length >> 1] ^= 1;
  assert.equal(made(another, difference), undefined, "of another core");

  const files = await readdir(installed);
  const plain = await mkdtemp(join(tmpdir(), "edgelet-plain-"));
  after(() => rm(plain, { recursive: true, force: true }));
  await Promise.all(files.filter((name) => /^(tensors|shared|edgelet-tensors).*[sm]$/.test(name)).map((name) => copyFile(join(installed, name), join(plain, name))));
  const mixed = await mkdtemp(join(tmpdir(), "edgelet-mixed-"));
  after(() => rm(mixed, { recursive: true, force: true }));
  await cp(plain, mixed, { recursive: true });
  const other = Uint8Array.from(difference);
  other[4] ^= 1;
  await writeFile(join(mixed, "edgelet-tensors.relaxed.bin"), other);
  const places = await serve({ "/edgelet/": installed, "/plain/": plain, "/mixed/": mixed, "/networks/": folder }, { "/": "<!doctype html>" });
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(places);
  const seen = await page.evaluate(async () => {
    const compile = WebAssembly.compile;
    const sums = [];
    WebAssembly.compile = async (bytes) => {
      const hash = await crypto.subtle.digest("SHA-256", bytes);
      sums.push([...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
      return compile(bytes);
    };
    const verified = [];
    for (const place of ["edgelet", "plain", "mixed"]) {
      const { load } = await import(`/${place}/tensors.js`);
      // Two at once fetch it once.
      const models = await Promise.all([0, 1].map(() => load(new URL("/networks/residual.edgelet", location))));
      verified.push(...models.map((model) => model.verify()));
    }
    return { verified, sums };
  });
  const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
  assert.deepEqual(seen.verified, [1, 1, 1, 1, 1, 1]);
  assert.deepEqual(seen.sums, [hash(relaxed), hash(known), hash(known)]);
});

test("a network is in memory once, while it is loaded too", async () => {
  const tower = `
import numpy as np, onnx, sys
from onnx import TensorProto, helper
random = np.random.default_rng(3)
array = lambda name, *shape: onnx.numpy_helper.from_array((random.normal(size=shape) / 22).astype("f4"), name)
weights = [array(f"{kind}{i}", *shape) for i in range(32) for kind, shape in [("w", (512, 512)), ("b", (512,))]]
nodes = [helper.make_node("Gemm", [f"t{i}", f"w{i}", f"b{i}"], [f"t{i + 1}"]) for i in range(32)]
ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 512])] for name in ("t0", "t32")]
graph = helper.make_graph(nodes, "tower", *ports, weights)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), sys.argv[1])`;
  const [onnx, file] = ["tower.onnx", "tower.edgelet"].map((name) => join(folder, name));
  await run(here("../../target/venv/bin/python"), ["-c", tower, onnx]);
  await run(program, ["import", onnx, "-o", file]);
  const script = `
    const { readFile } = await import("node:fs/promises");
    let memory;
    WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
      construct(Instance, parameters) {
        const instance = new Instance(...parameters);
        memory = instance.exports.memory;
        return instance;
      },
    });
    const { load } = await import("${pathToFileURL(join(installed, "tensors-node.js")).href}");
    const model = await load(await readFile("${file}"));
    model.run({ t0: new Float32Array(512) });
    console.log(memory.buffer.byteLength);`;
  const most = Number(await run(process.execPath, ["--input-type=module", "--eval", script]));
  const { length } = await readFile(file);
  assert.ok(most > length && most < 1.3 * length, `${most} bytes for a file of ${length}`);
});

test("every type of elements goes in and comes out as its array, here and in a worker", async () => {
  const given = {
    float: Float32Array.of(-3.4e38, 1, 0.1),
    double: Float64Array.of(-1e308, 1, 0.1),
    float16: Float32Array.of(-65504, 1, 0.1),
    int8: Int8Array.of(-128, 1, 127),
    int16: Int16Array.of(-32768, 1, 32767),
    int32: Int32Array.of(-(2 ** 31), 1, 2 ** 31 - 1),
    int64: BigInt64Array.of(-(2n ** 63n), 1n, 2n ** 63n - 1n),
    uint8: Uint8Array.of(0, 1, 255),
    uint16: Uint16Array.of(0, 1, 65535),
    uint32: Uint32Array.of(0, 1, 2 ** 32 - 1),
    uint64: BigUint64Array.of(0n, 1n, 2n ** 64n - 1n),
    bool: Uint8Array.of(1, 0, 1),
  };
  const texts = ["", "héllo", "a text"];
  const shaped = (data) => ({ data, shape: [3] });
  const inputs = Object.fromEntries([...Object.entries(given), ["string", texts]].map(([name, data]) => [name, shaped(data)]));
  const [here, there] = await Promise.all([load(await read("types")), load(await read("types"), { worker: true })]);
  const made = here.run(inputs);
  assert.deepEqual(await there.run(inputs), made);
  assert.deepEqual(there.schema, here.schema);
  there.dispose();
  for (const [name, data] of Object.entries(given)) {
    const { shape, data: found } = made[`${name}_too`];
    assert.deepEqual(shape, [2, 3]);
    assert.equal(found.constructor, data.constructor, name);
    // What 16 bits hold of 0.1.
    const once = name === "float16" ? [-65504, 1, 0.0999755859375] : [...data];
    assert.deepEqual([...found], [...once, ...once], name);
  }
  assert.deepEqual(made.string_too, { dtype: "string", shape: [3, 1], data: texts });
  // Plain arrays become the input's type, if each number is one of it.
  const lists = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, shaped(Array.from(data))]));
  assert.deepEqual(here.run(lists), made);
  for (const [name, value] of [["int8", 128], ["uint8", 0.5], ["int64", 1.5], ["bool", "yes"], ["string", 1], ["float", null]]) {
    const wrong = { ...inputs, [name]: shaped([value, 1, 1]) };
    assert.deepEqual(await codeOf(() => here.run(wrong)), ["wrong_type", `${name}[0]`]);
  }
});

test("what does not fit is refused by name, and the network stays as it is", async () => {
  const model = await load(await read("perceptron"));
  assert.deepEqual(model.schema.inputs, [{ name: "image", dtype: "float32", shape: ["batch", 784] }]);
  const image = { data: new Float32Array(784), shape: [1, 784] };
  const { scores } = model.run({ image });
  assert.ok(Math.abs(scores.data.reduce((sum, x) => sum + x) - 1) < 1e-6);
  for (const [inputs, expected] of [
    [[1], ["wrong_type", "inputs"]],
    [{}, ["missing_feature", "image"]],
    [{ images: image }, ["unknown_feature", "inputs"]],
    [{ image: 1 }, ["wrong_type", "image"]],
    [{ image: { ...image, shape: [784] } }, ["wrong_shape", "image"]],
    [{ image: { ...image, shape: [2, 784] } }, ["wrong_shape", "image"]],
    [{ image: { data: image.data, shape: [-1, 784] } }, ["wrong_shape", "image"]],
    [{ image: image.data }, ["wrong_shape", "image"]],
  ]) {
    assert.deepEqual(await codeOf(() => model.run(inputs)), expected);
  }
  assert.deepEqual(model.run({ image }).scores, scores);
  model.dispose();
  assert.deepEqual(await codeOf(() => model.run({ image })), ["disposed", "model"]);
  const rows = await readFile(here("../fixtures/bits/mixed.edgelet"));
  assert.deepEqual(await codeOf(() => load(rows)), ["unsupported_version", "byte 8"]);
  await assert.rejects(plain.load(await read("perceptron")), { code: "unsupported_version" });
});

test("a run in a worker can be left", async () => {
  const model = await load(await read("encoder"), { worker: true });
  const abort = new AbortController();
  const ids = { data: new BigInt64Array(40), shape: [1, 40] };
  const mask = { data: new BigInt64Array(40).fill(1n), shape: [1, 40] };
  const inputs = { input_ids: ids, attention_mask: mask };
  const run = model.run(inputs, { signal: abort.signal });
  abort.abort(new Error("enough"));
  await assert.rejects(run, { message: "enough" });
  const { embedding } = await model.run(inputs);
  assert.deepEqual(embedding.shape, [1, 48]);
  model.dispose();
});
