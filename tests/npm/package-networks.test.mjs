// Packages of one network, as `edgelet package` makes them, installed as a user would: everywhere the bits of `edgelet/tensors` with the
// plain core, and its errors.
import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { launch } from "../chromium.mjs";
import { answers, sample } from "./answers.mjs";
import { consumer, run, tools } from "./consumer.mjs";
import { serve } from "./fixtures.mjs";
import { program, project, workerd } from "./packages.mjs";
import { RUNTIMES } from "./runtimes.mjs";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { folder, edgelet, install, installed, entry } = await project();
const python = async (script, to, ...parameters) => {
  await mkdir(join(folder, to));
  return run(here("../../target/venv/bin/python"), [here(`../onnx/${script}`), program, to, ...parameters], { cwd: folder });
};
const printed = await python("networks.py", "networks");
await python("images.py", "images");
await python("sounds.py", "sounds");
await python("texts.py", "texts", "--texts", "300", "bert");
const NAMES = printed.trim().split("\n").map((line) => line.split(" ")[0]);
await run(program, ["optimize", "networks/encoder.edgelet", "--quantize", "int8", "-o", "networks/encoder_int8.edgelet"], { cwd: folder });
const FILES = Object.fromEntries([...NAMES, "encoder_int8"].map((name) => [name, `networks/${name}.edgelet`]));
Object.assign(FILES, { classifier: "images/classifier.edgelet", front: "sounds/front.edgelet", heard: "sounds/classifier.edgelet", bert: "texts/bert.edgelet" });

const named = (name) => `@acme/${name.replaceAll("_", "-")}`;
for (const [name, file] of Object.entries(FILES)) await edgelet(file, "--name", named(name), "-o", `made/${name}`, "--cdn");
await edgelet(FILES.encoder, "--name", named("ready"), "-o", "made/ready", "--ready");
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>networks</title>`;
const origin = await serve({ "/made/": join(folder, "made/"), "/networks/": join(folder, "networks/"), "/tests/": here("./") }, { "/": html });
const BY_URL = ["perceptron", "residual", "encoder"];
for (const name of BY_URL) {
  await edgelet(FILES[name], "--name", named(`url_${name}`), "-o", `made/url_${name}`, "--url", `${origin}/networks/${name}.edgelet`);
}
for (const name of ["answers.mjs", "prove-network.mjs"]) await cp(here(name), join(folder, name));
await install([...Object.keys(FILES), "ready", ...BY_URL.map((name) => `url_${name}`)]);

// The npm package without what is otherwise in the core with relaxed SIMD: the packages' cores are without it, too.
const plain = join(folder, "plain");
await cp(join(await consumer(), "node_modules/edgelet"), plain, { recursive: true });
await rm(join(plain, "edgelet-tensors.relaxed.bin"));
const { load: loadPlain } = await import(pathToFileURL(join(plain, "tensors-node.js")));
const theirs = async (name) => loadPlain(await readFile(join(folder, FILES[name])));
const expected = Object.fromEntries(await Promise.all(Object.keys(FILES).map(async (name) => [name, answers(await theirs(name))])));

test("in Node every network makes the bits of edgelet/tensors, set up or decoded, inside or fetched", async () => {
  for (const name of Object.keys(FILES)) assert.deepEqual(answers(await (await entry(named(name))).load()), expected[name], name);
  assert.deepEqual(answers(await (await entry(named("ready"))).load()), expected.encoder);
  for (const name of BY_URL) {
    const { load } = await entry(named(`url_${name}`));
    assert.deepEqual(answers(await load()), expected[name], name);
    await assert.rejects(load({ fetch: () => new Response(new Uint8Array(416)) }), { code: "integrity" });
  }
});

for (const [runtime, [path, ...parameters]] of Object.entries(RUNTIMES)) {
  for (const how of ["ES module", "CommonJS"]) {
    test(`${runtime}, ${how}`, { timeout: 60_000 }, async () => {
      const names = ["perceptron", "types", "bert"];
      const given = [...parameters, "prove-network.mjs", how, ...names.map(named)];
      const found = JSON.parse(await run(path, given, { cwd: folder, maxBuffer: 2 ** 26 }));
      assert.deepEqual(found, Object.fromEntries(names.map((name) => [named(name), expected[name]])));
    });
  }
}

test("in Chromium, without a bundler and under a strict policy", async () => {
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  for (const [name, file] of [["residual", "index.js"], ["perceptron", "cdn.js"], ["url_encoder", "index.js"]]) {
    const found = await page.evaluate(async (path) => {
      const [{ load }, { answers }] = await Promise.all([import(path), import("/tests/answers.mjs")]);
      return answers(await load());
    }, `/made/${name}/${file}`);
    assert.deepEqual(found, expected[name.replace("url_", "")], `${name}/${file}`);
  }
});

test("in workerd, from a bundle, the wasm is imported as a module", async () => {
  const address = await workerd(folder, `import { load } from "${named("residual")}";
import { answers } from "./answers.mjs";
export default { fetch: async () => Response.json(answers(await load())) };\n`);
  assert.deepEqual(await (await fetch(address)).json(), expected.residual);
});

test("pictures, sounds and texts go in, labels come out", async () => {
  const load = async (name) => [await (await entry(named(name))).load(), await theirs(name)];
  const [sees, seen] = await load("classifier");
  const cat = { data: new Uint8Array(await readFile(join(folder, "images/cat.rgba"))), width: 83, height: 61 };
  assert.deepEqual(sees.classify(cat), seen.classify(cat));
  assert.deepEqual(sees.classify([cat, cat], { top: 2 }), seen.classify([cat, cat], { top: 2 }));
  const samples = Float32Array.from({ length: 16000 }, (_, i) => Math.sin(i * i * 1e-5));
  for (const name of ["front", "heard"]) {
    const [hears, heard] = await load(name);
    const input = hears.schema.inputs[0].name;
    assert.deepEqual(hears.run({ [input]: { samples, sampleRate: 22050 } }), heard.run({ [input]: { samples, sampleRate: 22050 } }));
  }
  const [reads, read] = await load("bert");
  const texts = ["", "Über uns, 1,000 naïve cafés", { text: "a question", pair: "its passage" }];
  for (const text of [texts[1], [texts[0], texts[1]], [texts[2], texts[2]]]) assert.deepEqual(reads.run({ input_ids: text }), read.run({ input_ids: text }));
});

test("wrong inputs are the errors that edgelet/tensors throws, and leave the model usable", async () => {
  const thrown = (work) => {
    try {
      work();
    } catch ({ name, code, message }) {
      return { name, code, message };
    }
  };
  for (const name of ["residual", "types", "encoder"]) {
    const { load, assertInputs } = await entry(named(name));
    const [ours, others] = [await load(), await theirs(name)];
    const good = sample(ours.schema);
    assertInputs(good);
    const [first] = ours.schema.inputs;
    const put = (tensor) => ({ ...good, [first.name]: tensor });
    const { data, shape } = good[first.name];
    const longer = [...shape, 2];
    const wrong = [undefined, {}, { ...good, other: 1 }, put("x"), put({ data, shape: longer }), put({ data: [...data, ...data], shape: longer })];
    for (const inputs of wrong) {
      const told = thrown(() => others.run(inputs));
      assert.ok(told !== undefined && told.message.length > 20);
      assert.deepEqual(thrown(() => ours.run(inputs)), told);
      assert.deepEqual(thrown(() => assertInputs(inputs)), told);
    }
    assert.deepEqual(answers(ours), expected[name]);
    ours.dispose();
    assert.throws(() => ours.run(good), { code: "disposed" });
  }
  // What only a node can tell: a row that a table does not have.
  const [ours, others] = [await (await entry(named("encoder"))).load(), await theirs("encoder")];
  const inputs = sample(ours.schema);
  const [name] = Object.keys(inputs);
  const beyond = { ...inputs, [name]: { ...inputs[name], data: inputs[name].data.map(() => 1_000_000) } };
  const told = thrown(() => others.run(beyond));
  assert.match(told.message, /^node \d+ .*expected .*, found/);
  assert.deepEqual(thrown(() => ours.run(beyond)), told);
  assert.deepEqual(answers(ours), expected.encoder);
});

test("what there is beside a network's bytes is within the budget", async () => {
  const { networks } = JSON.parse(await readFile(new URL("package-budget.json", import.meta.url), "utf8"));
  for (const name of BY_URL) {
    const files = await Promise.all(["index.js", "model.wasm"].map((file) => readFile(join(installed(named(`url_${name}`)), file))));
    const size = files.reduce((total, bytes) => total + brotliCompressSync(bytes).length, 0);
    assert.ok(size <= networks[name], `${name}: ${size} bytes are over ${networks[name]} (tests/npm/package-budget.json)`);
  }
});

test("types know inputs, outputs and labels, and tools find nothing wrong", async () => {
  await symlink(here("../node_modules/@types"), join(folder, "node_modules/@types"));
  const right = `import { assertInputs, load, type Class, type Inputs } from "${named("classifier")}";
const model = await load();
const [{ label, score }] = model.classify({ data: new Uint8Array(4), width: 1, height: 1 });
const zebra: Class = label === "cat" ? "zebra" : label;
const many: Class[] = model.classify({ image: { data: new Float32Array(3 * 28 * 28), shape: [1, 3, 28, 28] } }).map(([best]) => best.label);
const inputs: unknown = JSON.parse("{}");
assertInputs(inputs);
const sure: Inputs = inputs;
const numbers: Float32Array = Object.values(model.run(sure))[0].data;
export const all = [zebra, many, score, numbers];
`;
  const wrong = right.replace('"zebra"', '"zebu"').replace("{ image:", "{ picture:");
  await writeFile(join(folder, "right.ts"), right);
  await writeFile(join(folder, "wrong.ts"), wrong);
  const others = ["types", "bert", "heard"].map((name) => `import { load as ${name} } from "${named(name)}";\nexport const made_${name} = (await ${name}()).run;\n`);
  await writeFile(join(folder, "others.ts"), others.join(""));
  const how = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom", "--types", "", "--module", "nodenext"];
  await run(join(tools, "tsc"), [...how, "right.ts", "others.ts"], { cwd: folder });
  await assert.rejects(run(join(tools, "tsc"), [...how, "wrong.ts"], { cwd: folder }), (error) => /zebu/.test(error.message) && /picture/.test(error.message));
  const worker = how.map((option) => option.replace(",dom", ",webworker"));
  await run(join(tools, "tsc"), [...worker, "right.ts", "others.ts"], { cwd: folder });
  for (const name of ["classifier", "url_residual"]) {
    const packed = join(folder, (await run("npm", ["pack", "--silent", "--ignore-scripts", `./made/${name}`], { cwd: folder })).trim());
    assert.match(await run(join(tools, "publint"), [packed, "--strict"]), /All good/);
    await run(join(tools, "attw"), [packed, "--profile", "node16", "--exclude-entrypoints", "model.wasm", "--ignore-rules", "cjs-resolves-to-esm"]);
  }
});

test("the card says what goes in and comes out", async () => {
  const card = await readFile(join(installed(named("classifier")), "README.md"), "utf8");
  assert.match(card, /^model\.classify\(picture\);/m);
  assert.match(card, /^\| image \| float32 .*\| a picture, or several/m);
  assert.match(card, /Its labels: cat, dog, héron, "quoted", plane, ship, zebra\./);
  assert.match(card, /own numbers, bit for bit, for zeros when it was made/);
});

test("hostile names are texts everywhere, and harm nothing", async () => {
  const [name, end, dimension] = ["*/ export const pwned = 1; /*", "</script><script>alert(1)</script>\u2028`${x}", "*/ # pwned"];
  const make = `import json, sys
from onnx import TensorProto, helper, save
name, end, dimension = json.loads(sys.argv[1])
ports = [helper.make_tensor_value_info(port, TensorProto.FLOAT, [dimension, 2]) for port in (name, end)]
graph = helper.make_graph([helper.make_node("Relu", [name], [end])], "g", ports[:1], ports[1:])
save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), "hostile.onnx")`;
  await run(here("../../target/venv/bin/python"), ["-c", make, JSON.stringify([name, end, dimension])], { cwd: folder });
  await run(program, ["--quiet", "import", "hostile.onnx", "-o", "hostile.edgelet"], { cwd: folder });
  await edgelet("hostile.edgelet", "--name", "hostile", "-o", "made/hostile", "--cdn");
  const made = join(folder, "made/hostile");
  assert.doesNotMatch(await readFile(join(made, "README.md"), "utf8"), /^# pwned|<script>alert/m);
  assert.doesNotMatch(await readFile(join(made, "cdn.js"), "utf8"), /<\/script|\u2028/);
  const hostile = await import(pathToFileURL(join(made, "node.js")));
  assert.equal("pwned" in hostile, false);
  const answer = (await hostile.load()).run({ [name]: { data: [-1, 2], shape: [1, 2] } });
  assert.deepEqual([Object.keys(answer), Array.from(answer[end].data)], [[end], [0, 2]]);
  const user = `import { load } from "./made/hostile/index.js";
export const made: Float32Array = (await load()).run({ [${JSON.stringify(name)}]: { data: [1, 2], shape: [1, 2] } })[${JSON.stringify(end)}].data;\n`;
  await writeFile(join(folder, "hostile.ts"), user);
  await run(join(tools, "tsc"), ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom", "--types", "", "--module", "nodenext", "hostile.ts"], { cwd: folder });
});

test("of every operator of ONNX's backend suite the core that is left makes the program's bits", async () => {
  const printed = await run(here("../../target/venv/bin/python"), [here("../onnx/backend.py"), program, "--package", "each"]);
  assert.match(printed, /^all +1\d\d\d +\d+ +0$/m);
});

test("what rows alone have is refused", async () => {
  const told = await edgelet(FILES.perceptron, "--name", "x", "--training", "rows.csv").catch(({ cause }) => cause.stderr);
  assert.match(told, /^error\[bad_option\]: --training: expected a model of rows, found a network/);
});
