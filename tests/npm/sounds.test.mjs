// Sounds into `edgelet/tensors` of the packed package, in Node, Chromium and workers: what the network is given is librosa's, as on
// the host.
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
const folder = await mkdtemp(join(tmpdir(), "edgelet-sounds-"));
after(() => rm(folder, { recursive: true, force: true }));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
await run(here("../../target/venv/bin/python"), [here("../onnx/sounds.py"), program, folder]);

const installed = join(await consumer(), "node_modules/edgelet/");
const { EdgeletError, load } = await import(pathToFileURL(join(installed, "tensors-node.js")).href);
const read = (name) => readFile(join(folder, name));
const expected = JSON.parse(await read("ranked.json"));
const codeOf = codes(EdgeletError);

/** The samples of a WAV of 16 bits, behind its header of 44 bytes. */
const wav = await read("speech.wav");
const whole = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
const speech = Float32Array.from(whole, (x) => x / 32768);

function assertRanked(found) {
  assert.deepEqual(found.map(({ label }) => label), expected.map(({ label }) => label));
  found.forEach(({ score }, i) => assert.ok(Math.abs(score - expected[i].score) < 1e-6, `${score} ${expected[i].score}`));
}

test("in Node samples become what the host makes of them, here and in a worker", async () => {
  const [front, remote] = [await load(await read("front.edgelet")), await load(await read("front.edgelet"), { worker: true })];
  const audio = { sampleRate: 16000, samples: 16000 };
  assert.deepEqual(front.schema.inputs, [{ name: "sound", dtype: "float32", shape: ["n", 40, 101], audio }]);
  const npy = await read("front.npy");
  const host = new Float32Array(npy.buffer.slice(npy.byteOffset + npy.length - 4 * 40 * 101, npy.byteOffset + npy.length));
  const { same } = front.run({ sound: speech });
  assert.deepEqual(same.shape, [1, 40, 101]);
  assert.deepEqual(same.data, host);
  assert.deepEqual(await remote.run({ sound: speech }), { same });
  // With its rate, in 16 bits, and as one of a batch whose other sound is at another rate and shorter.
  assert.deepEqual(front.run({ sound: { samples: whole, sampleRate: 16000 } }), { same });
  const other = { samples: speech.subarray(0, 9000), sampleRate: 44100 };
  const batch = front.run({ sound: [speech, other] }).same;
  assert.deepEqual(batch.shape, [2, 40, 101]);
  assert.deepEqual(batch.data.subarray(0, host.length), host);
  assert.deepEqual(batch.data.subarray(host.length), front.run({ sound: other }).same.data);
  assert.deepEqual((await remote.run({ sound: [speech, other] })).same, batch);
  // It takes tensors as before.
  const given = { data: host, shape: [1, 40, 101] };
  assert.deepEqual(front.run({ sound: given }).same.data, host);
  remote.dispose();
  front.dispose();
});

test("what is no sound is refused by name, and the network stays as it is", async () => {
  const [model, remote] = [await load(await read("classifier.edgelet")), await load(await read("classifier.edgelet"), { worker: true })];
  const before = model.classify(speech);
  assertRanked(before);
  assert.deepEqual(model.classify([speech, speech]), [before, before]);
  assert.deepEqual(await remote.classify(speech, { top: 1 }), before.slice(0, 1));
  for (const [given, found] of [
    [{ samples: speech, sampleRate: 0 }, ["wrong_type", "sound.sampleRate"]],
    [{ samples: speech, sampleRate: 16000.5 }, ["wrong_type", "sound.sampleRate"]],
    [{ samples: speech }, ["wrong_type", "sound.sampleRate"]],
    [[speech, { samples: speech, sampleRate: "16000" }], ["wrong_type", "sound[1].sampleRate"]],
    [{ samples: new Float64Array(speech), sampleRate: 16000 }, ["wrong_type", "sound.samples"]],
    [{ samples: speech, sampleRate: 1e6 }, ["limit_exceeded", "sound: sample rate"]],
    [{ samples: speech, sampleRate: 767999 }, ["limit_exceeded", "sound: sample rate"]],
    [new Float32Array(0), ["wrong_shape", "sound: samples"]],
    [Float32Array.from([0, Infinity]), ["not_finite", "sound: samples[1]"]],
    ["speech.wav", ["wrong_type", "inputs"]],
  ]) {
    assert.deepEqual(await codeOf(() => model.classify(given)), found);
    assert.deepEqual(await codeOf(() => remote.classify(given)), found);
    assert.deepEqual(model.classify(speech), before);
  }
  const plain = await load(await read("plain.edgelet"));
  assert.deepEqual(await codeOf(() => plain.run({ sound: { samples: speech, sampleRate: 16000 } })), ["wrong_type", "sound"]);
  for (const each of [plain, model, remote]) each.dispose();
});

test("in Chromium what Web Audio decodes is a sound, here and in a worker", async () => {
  const origin = await serve({ "/edgelet/": installed, "/files/": folder }, { "/": "<!doctype html>" });
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  const found = await page.evaluate(async () => {
    const { load } = await import("/edgelet/tensors.js");
    const address = new URL("/files/classifier.edgelet", location);
    const [model, remote] = [await load(address), await load(address, { worker: true })];
    const bytes = await (await fetch("/files/speech.wav")).arrayBuffer();
    const buffer = await new OfflineAudioContext(1, 1, 16000).decodeAudioData(bytes);
    // A second channel with the negative of the first: their mean is silence.
    const { length, sampleRate } = buffer;
    const stereo = new AudioBuffer({ length, sampleRate, numberOfChannels: 2 });
    stereo.copyToChannel(buffer.getChannelData(0), 0);
    stereo.copyToChannel(buffer.getChannelData(0).map((x) => -x), 1);
    const silence = new Float32Array(length);
    return {
      here: model.classify(buffer),
      there: await remote.classify(buffer),
      mixed: [model.classify(stereo), await remote.classify(stereo), model.classify(silence)],
    };
  });
  assertRanked(found.here);
  assert.deepEqual(found.there, found.here);
  assert.deepEqual(found.mixed[0], found.mixed[2]);
  assert.deepEqual(found.mixed[1], found.mixed[2]);
});
