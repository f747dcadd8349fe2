// Networks dropped on the page: the bytes that the program makes, run on what the visitor gives, looked into, hostile files survived.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { complaints, drop, edgelet, example, file, folder, page, picture, problem, python, reads, shown, visit } from "./visitor.mjs";

const CONVOLUTIONAL = "tests/fixtures/keras/convolutional";
/** Damaged copies of each file. */
const COPIES = 6;

/** What the page makes of a network's file: its .edgelet, or an error as a plain object. */
const imported = async (name, bytes) => {
  const answer = await page.evaluate(
    async ([name, text]) => {
      const { readNetwork } = await import("/networks.js");
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      try {
        const made = await readNetwork(bytes, name);
        return { made: btoa(Array.from(made.bytes, (byte) => String.fromCharCode(byte)).join("")) };
      } catch (error) {
        return { code: error.code, message: error.message };
      }
    },
    [name, bytes.toString("base64")],
  );
  return answer.made === undefined ? answer : Buffer.from(answer.made, "base64");
};

const ran = () => page.waitForFunction(() => /^In .* in a worker\.$/.test(document.querySelector("#run .answer-box > .note")?.textContent) && !document.querySelector("#run .stale"));
const outputs = () => page.locator("#run .outputs .values").allTextContents();
/** Numbers as the page writes them. */
const written = (numbers) => page.evaluate(async (numbers) => {
  const { number } = await import("/format.js");
  return numbers.map((x) => number(x, 5)).join(", ");
}, numbers);

test("networks of Keras and ONNX become the bytes that edgelet import writes", async () => {
  for (const path of [`${CONVOLUTIONAL}.h5`, "tests/fixtures/keras/recurrent.h5", "benches/linear10.onnx"]) {
    const [bytes, output] = [await file(path), join(folder, "program.edgelet")];
    const here = await imported(path, bytes);
    assert.ok(Buffer.isBuffer(here), `${path}: ${here.message}`);
    await edgelet("import", path, "-o", output, "--quiet");
    assert.ok(here.equals(await readFile(output)), path);
  }
});

test("a network that carries an example starts with it, gives Keras' numbers, and proves itself", async () => {
  const [output, inputs] = [join(folder, "convolutional.edgelet"), `${CONVOLUTIONAL}-in.npz`];
  await edgelet("import", `${CONVOLUTIONAL}.h5`, "--verify", inputs, "--expect", `${CONVOLUTIONAL}-out.npz`, "-o", output, "--quiet");
  await drop("convolutional.edgelet", await readFile(output));
  await shown("convolutional.edgelet");
  await ran();
  const { stdout } = await edgelet("predict", output, inputs);
  const [{ data }] = Object.values(JSON.parse(stdout));
  const [values] = await outputs();
  assert.ok(values.startsWith(await written(data.slice(0, 8))), `${values} and ${data.slice(0, 8)}`);
  await reads("#proof", "✓ 1 of 1 example reproduced here");
  assert.deepEqual(complaints, []);
});

test("dropped, a network is shown with its graph, runs on other numbers and shapes, and says what is wrong with them", async () => {
  await drop("convolutional.h5", await file(`${CONVOLUTIONAL}.h5`));
  await shown("convolutional.h5");
  assert.match(await page.textContent("#model-summary"), /^Sequential .* · [\d,]+\u00a0bytes · 205 parameters$/);
  assert.match(await page.textContent("#imported"), /^Imported here in .* became /);
  assert.match(await page.textContent("#inside-note"), /^From 1 input to 1 output in 12 nodes, of 13 in its file, .*kFLOP a run/);
  assert.equal(await page.locator("#graph svg .port").count(), 2);
  assert.equal(await page.locator("#graph svg rect:not(.heat)").count(), 14, "a box for each node, input and output");
  assert.equal(await page.locator("#steps li").count(), 12);
  await ran();
  assert.match(await page.textContent("#snippet"), /from "edgelet\/tensors";\n\nconst model = await load\("https:\/\/example\.com\/convolutional\.edgelet"\);\nmodel\.run\({\n {2}conv2d_input: { data: new Float32Array\(144\), shape: \[1, 9, 8, 2\] },\n}\); \/\/ dense: float32 \[1, 3\]$/);
  await page.waitForSelector("#speed-plot .point.now", { timeout: 20_000 });
  assert.match(await page.textContent("#speed-facts"), /One run.*Runs a second/);
  await picture("network");
  const batch = page.getByLabel("conv2d_input: batch");
  const fill = page.getByLabel("What goes into conv2d_input");
  await fill.selectOption("zeros");
  await ran();
  const zeros = await outputs();
  await batch.fill("2");
  await page.waitForFunction(() => document.querySelector("#run .outputs .detail").textContent === "float32 [2, 3]");
  const [both] = await outputs();
  assert.equal(both, [zeros[0], zeros[0]].join(", "), "each of two examples gives what one gives");
  await fill.selectOption("own");
  const own = page.getByLabel("The numbers of conv2d_input");
  const wrong = () => page.textContent("#run .field-problem");
  await own.fill("1, 2, three");
  assert.equal(await wrong(), '"three" is no number.');
  await own.fill("1, 2, 3");
  assert.equal(await wrong(), "The shape has 288 elements, and here are 3.");
  await batch.fill("1");
  await own.fill(JSON.stringify(Array.from({ length: 8 }, () => Array(18).fill(0))));
  await page.waitForFunction((text) => document.querySelector("#run .outputs .values").textContent === text, zeros[0]);
  assert.deepEqual(complaints, []);
});

test("a network with pictures and labels reads one from a file; models and networks take turns", async () => {
  await visit({}, "?model=bucket/models/digits.edgelet");
  await page.waitForSelector("#run fieldset");
  await ran();
  assert.equal(await page.textContent("#run fieldset .note"), "Its example, until you choose a picture.");
  // A one, as a hand draws it.
  const one = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(160, 160);
    const context = canvas.getContext("2d");
    context.fillStyle = "black";
    context.fillRect(0, 0, 160, 160);
    Object.assign(context, { strokeStyle: "white", lineWidth: 18, lineCap: "round", lineJoin: "round" });
    context.beginPath();
    for (const [x, y] of [[62, 48], [84, 30], [84, 132]]) context.lineTo(x, y);
    context.stroke();
    const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  });
  const picker = page.locator("#run input[type=file]");
  await picker.setInputFiles({ name: "one.png", mimeType: "image/png", buffer: Buffer.from(one, "base64") });
  await reads("#run output", "1");
  assert.equal(await page.locator("#run .probabilities li").count(), 8);
  assert.match(await page.textContent("#run .probabilities .best"), /^1\d+\.\d\u00a0%$/);
  assert.match(await page.textContent("#snippet"), /\nmodel\.classify\(await createImageBitmap\(file\)\); \/\/ \[{ label, score }, …\]/);
  await picture("network-labels");
  await picker.setInputFiles({ name: "none.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
  await page.waitForFunction(() => /none\.png is no picture/.test(document.querySelector("#run fieldset").textContent));
  await example("iris", "iris.edgelet");
  assert.ok((await page.isVisible("#try")) && (await page.isHidden("#run")) && (await page.isVisible("#batch")));
  await drop("linear10.onnx", await file("benches/linear10.onnx"));
  await shown("linear10.onnx");
  assert.ok((await page.isHidden("#try")) && (await page.isVisible("#run")) && (await page.isHidden("#batch")));
  assert.deepEqual(complaints, []);
});

test("weights in a file beside are read with it, and missed without", async () => {
  await python("tests/onnx/beside.py", folder);
  const [whole, parted, data] = ["whole.onnx", "parted.onnx", "parted.onnx.data"].map((name) => join(folder, name));
  await page.setInputFiles("#file", [data, parted]);
  await shown("parted.onnx");
  await ran();
  const size = async (path) => (await readFile(path)).length;
  const both = (await size(parted)) + (await size(data));
  assert.match((await page.textContent("#imported")).replaceAll(",", ""), new RegExp(`: ${both}\\u00a0bytes became `));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const output = join(folder, "whole.edgelet");
  await edgelet("import", whole, "-o", output, "--quiet");
  assert.ok((await readFile(await download.path())).equals(await readFile(output)), "the bytes of the network in one file");
  await page.setInputFiles("#file", parted);
  assert.match(await problem("This file cannot become an .edgelet"), /tensor "matrix": parted\.onnx\.data: the model alone: drop or choose both at once/);
  const cut = [await readFile(parted), (await readFile(data)).subarray(0, 99)].map((buffer, i) => ({ name: ["parted.onnx", "parted.onnx.data"][i], mimeType: "", buffer }));
  await page.setInputFiles("#file", cut);
  await problem("The file ends too early");
  assert.deepEqual(complaints, []);
});

test("damaged networks are errors, and the page lives on", async () => {
  for (const path of [`${CONVOLUTIONAL}.h5`, "benches/linear10.onnx"]) {
    const whole = await file(path);
    for (let copy = 0; copy < COPIES; copy++) {
      const damaged = Buffer.from(whole.subarray(0, copy < 2 ? Math.floor((whole.length * (copy + 1)) / 3) : whole.length));
      for (let i = 0; copy >= 2 && i < 24; i++) damaged[(copy * 7919 + i * 104_729) % damaged.length] ^= 1 << (i + copy) % 8;
      const made = await imported(path, damaged);
      assert.ok(Buffer.isBuffer(made) || typeof made.message === "string", `${path}, copy ${copy}`);
      if (copy < 2) assert.ok(typeof made.code === "string", `${path}, cut: ${made.message}`);
    }
  }
  await drop("cut.onnx", (await file("benches/linear10.onnx")).subarray(0, 40));
  await problem("The model in the file is not sound");
  await drop("convolutional.h5", await file(`${CONVOLUTIONAL}.h5`));
  await shown("convolutional.h5");
});
