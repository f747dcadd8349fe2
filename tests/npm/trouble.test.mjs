// Aborts at every stage and servers that misbehave, in Node; `chromium.test.mjs` has the same in a browser.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { consumer } from "./consumer.mjs";
import { misbehaviour, serve } from "./fixtures.mjs";
import { abortAtEveryStage, EVERY_STAGE, misbehave, MISBEHAVIOUR } from "./trouble.mjs";

const project = await consumer({ "entry.mjs": 'export * from "edgelet";\n' });
const edgelet = await import(pathToFileURL(join(project, "entry.mjs")));
const file = await readFile(new URL("../fixtures/bits/mixed.edgelet", import.meta.url));
const packed = gzipSync(file);
const origin = await serve({}, {
  ...(await misbehaviour()),
  "/packed": (response) => response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed),
  "/bytewise": (response) => {
    response.writeHead(200, { "content-length": file.length });
    for (const byte of file) response.write(Uint8Array.of(byte));
    response.end();
  },
});

test("an abort at every stage rejects with the signal's reason", { timeout: 60_000 }, async () => {
  assert.deepEqual(await abortAtEveryStage(edgelet, origin), EVERY_STAGE);
});

test("a signal that outlives its loads keeps nothing of them", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const count = (name, step) => {
    const method = signal[name].bind(signal);
    signal[name] = (...parameters) => ((listeners += step), method(...parameters));
  };
  count("addEventListener", 1);
  count("removeEventListener", -1);
  for (let i = 0; i < 3; i++) await edgelet.load(file, { signal });
  assert.equal(listeners, 0);
});

test("a server that misbehaves gives an error with a code", { timeout: 60_000 }, async () => {
  assert.deepEqual(await misbehave(edgelet, origin), MISBEHAVIOUR);
});

test("progress counts bytes of the file: exact with a length, without a total under a content coding", async () => {
  const listen = async (path) => {
    const seen = [];
    await edgelet.load(`${origin}${path}`, { onProgress: (progress) => seen.push(progress) });
    return seen.filter(({ stage }) => stage === "download");
  };
  const bytewise = await listen("/bytewise");
  assert.deepEqual(bytewise.at(-1), { stage: "download", loaded: file.length, total: file.length, fraction: 1 });
  assert.ok(bytewise.every(({ loaded, fraction }, i) => fraction <= 1 && (i === 0 || loaded >= bytewise[i - 1].loaded)));
  const coded = await listen("/packed");
  assert.ok(coded.length > 1);
  assert.ok(coded.every(({ total, fraction }) => total === undefined && fraction === undefined));
});

test("integrity: the strongest hash counts, options behind it do not", async () => {
  const hash = (algorithm) => `${algorithm}-${createHash(algorithm).update(file).digest("base64")}`;
  await edgelet.load(file, { integrity: hash("sha512") });
  await edgelet.load(file, { integrity: `sha256-wrong ${hash("sha384")}?ct=model` });
  await edgelet.load(file, { integrity: `sha512-wrong ${hash("sha512")}` });
  await assert.rejects(edgelet.load(file, { integrity: `${hash("sha256")} sha512-wrong` }), { code: "integrity" });
  await assert.rejects(edgelet.load(file.subarray(1), { integrity: hash("sha256") }), { code: "integrity" }, "before it is decoded");
});

test("errors tell no secrets: neither a URL's query nor its password", async () => {
  const address = origin.replace("http://", "http://user:hunter2@");
  for (const url of [`${origin}/forbidden?X-Amz-Signature=hunter2`, `${address}/forbidden`, "http://127.0.0.1:9/?token=hunter2"]) {
    await assert.rejects(edgelet.load(url), (error) => error instanceof edgelet.EdgeletError && !error.message.includes("hunter2"));
  }
  await assert.rejects(edgelet.load(`${origin}/models@2/a`), { at: `${origin}/models@2/a` }, "an @ in a path is none");
});

test("init may be called again and again, with or without a source", async () => {
  await Promise.all([edgelet.init(), edgelet.init(), edgelet.init("nowhere")]);
  assert.equal((await edgelet.load(file)).verify(), 0);
});
