// A bucket as a registry, followed in Node: aliases, versions, keys, progress, what is asked for and how often.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test from "node:test";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { ModelBucket, model, newKey, now, serveBuckets, sha256 } from "./bucket.mjs";
import { serve } from "./fixtures.mjs";

const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const { EdgeletError, load } = await import(pathToFileURL(join(folder, "node.js")));
const row = { age: 30, usage: 12.5, plan: "pro" };
const retry = { attempts: 4, delay: 1 };
const [mixed, iris] = await Promise.all([model("mixed"), model("iris_logistic")]);

/** A bucket of the model `churn` with two versions, both aliases on one each, and its server. */
async function churn(bend) {
  const key = newKey();
  const bucket = new ModelBucket("churn", [key]);
  bucket.publish(1, iris);
  bucket.publish(2, mixed);
  bucket.promote("production", 2);
  bucket.promote("canary", 1);
  const { origin, asked } = await serveBuckets([bucket], { bend });
  return { bucket, key, asked, address: `${origin}/churn`, options: { publicKey: key.text, retry } };
}

test("an alias, a version, and the options that say the same", async () => {
  const { address, options } = await churn();
  const versions = async (source, more) => {
    const { version, alias, featureNames } = await load(source, { ...options, ...more });
    return [version, alias, featureNames.length];
  };
  assert.deepEqual(await versions(`${address}@production`), [2, "production", 3]);
  assert.deepEqual(await versions(address), [2, "production", 3]);
  assert.deepEqual(await versions(new URL(`${address}/`)), [2, "production", 3]);
  assert.deepEqual(await versions(`${address}@canary`), [1, "canary", 4]);
  assert.deepEqual(await versions(address, { alias: "canary" }), [1, "canary", 4]);
  assert.deepEqual(await versions(`${address}@1`), [1, undefined, 4]);
  assert.deepEqual(await versions(address, { version: 2 }), [2, undefined, 3]);
  const loaded = await load(address, options);
  assert.equal(typeof loaded.predict(row), "number");
  assert.equal(loaded.release.blob.size, mixed.length);
});

test("a bucket as the program filled it once: two signers, an encrypted version, a rollout", async () => {
  const frozen = fileURLToPath(new URL("../fixtures/registry/", import.meta.url));
  const origin = await serve({ "/bucket/": frozen });
  const first = "ed25519:V/pBGMRv+c1/H0dwHP1HTp2MRncTRT4H7VL7WLN5L2I=";
  const second = "ed25519:0RyLY7w++byde2BKCAFQNMRBncJXgUiQFrvvMQBWI6A=";
  const decryptionKey = "aes256:CjNL6514VQTh9VoGo0tFO2TKwDbePMqqzGbkew0nSUw=";
  for (const publicKey of [first, second]) assert.equal((await load(`${origin}/bucket/churn`, { publicKey })).predict(row), 1);
  const canary = (options) => load(`${origin}/bucket/churn@canary`, { publicKey: first, decryptionKey, ...options });
  // sha-256 of "churn@canary:<key>" begins with f7a8…, beyond nine tenths, and with 9afa….
  assert.deepEqual([(await canary({ sticky: "user 18" })).version, (await canary({ sticky: "user 1" })).version], [2, 1]);
  assert.equal((await canary({ sticky: "user 18" })).predict([5.1, 3.5, 1.4, 0.2]), 0);
  await assert.rejects(canary({ publicKey: second }), { code: "signature" });
});

test("what is no reference is said to be none", async () => {
  const { address, options } = await churn();
  const refused = (source, more, message = /./) =>
    assert.rejects(load(source, { ...options, ...more }), { code: "bad_option", message });
  await refused(`${address}@1`, { alias: "canary" }, /one alias or one version/);
  await refused(`${address}@..`, {}, /model's address/);
  await refused(`${address}@0`, {}, /model's address/);
  await refused("s3://bucket/churn@production");
  await refused(`${address}.edgelet`, {}, /integrity/);
  await refused(mixed);
  await refused(address, { version: 0 });
  await refused(address, { publicKey: "ed25519:c2hvcnQ=" }, /32 bytes/);
  await refused(address, { publicKey: [] }, /of large order, found none/);
  await refused(address, { retry: { atempts: 3 } });
  await refused(address, { publicKey: "aes256:hunter2" }, /^(?!.*hunter2)/);
  await assert.rejects(load(`${address}.edgelet`, { offline: "fail" }), { code: "bad_option", at: "options.offline" });
  await assert.rejects(load(`${address}@production`, { publicKey: options.publicKey, alais: "x" }), { hint: 'Did you mean "alias"?' });
});

test("keys rotate: one of several, in the bucket and in the page, is enough", async () => {
  const { bucket, address, options } = await churn();
  const [next, other] = [newKey(), newKey()];
  bucket.keys = [...bucket.keys, next];
  bucket.publish(2, mixed);
  bucket.promote("production", 2);
  for (const publicKey of [options.publicKey, next.text, [other.text, next.text]]) {
    assert.equal((await load(address, { ...options, publicKey })).version, 2);
  }
  await assert.rejects(load(address, { ...options, publicKey: other.text }), { code: "signature" });
});

test("where WebCrypto does not know the curve, the package's own code verifies, as strictly", async (t) => {
  const { address, options } = await churn();
  const { importKey } = crypto.subtle;
  t.after(() => (crypto.subtle.importKey = importKey));
  crypto.subtle.importKey = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  assert.equal((await load(address, options)).version, 2);
  await assert.rejects(load(address, { ...options, publicKey: newKey().text }), { code: "signature" });
});

test("without a key it loads, and says once that nobody checks", async (t) => {
  const { address } = await churn();
  const warn = t.mock.method(console, "warn", () => {});
  for (let i = 0; i < 3; i++) assert.equal((await load(`${address}@production`)).version, 2);
  assert.equal(warn.mock.callCount(), 1);
  assert.match(warn.mock.calls[0].arguments[0], /publicKey/);
});

test("an insecure page is told why nothing can be checked", async (t) => {
  const { address, options } = await churn();
  t.mock.getter(globalThis, "crypto", () => ({}));
  await assert.rejects(load(address, options), { code: "integrity", hint: "Serve the page over https or from localhost." });
});

test("progress counts to the size in the release, also under content codings", async () => {
  for (const [coding, pack] of [["gzip", gzipSync], ["br", brotliCompressSync]]) {
    const { address, options } = await churn((path, response, _, object) => {
      if (!path.startsWith("blobs/")) return false;
      const body = pack(object);
      response.writeHead(200, { "content-encoding": coding, "content-length": body.length }).end(body);
      return true;
    });
    const seen = [];
    await load(address, { ...options, onProgress: (progress) => seen.push(progress) });
    assert.deepEqual([...new Set(seen.map(({ stage }) => stage))], ["fetch", "download", "decode", "ready"]);
    const downloads = seen.filter(({ stage }) => stage === "download");
    assert.ok(downloads.every(({ loaded, total, fraction }) => total === mixed.length && fraction === loaded / total));
    assert.equal(downloads.at(-1).loaded, mixed.length);
  }
});

test("headers and fetch serve every request, and a query of the model's goes to each object", async () => {
  const seen = [];
  const { address, options } = await churn((path, _, { headers, url }) => {
    seen.push([path.split("/")[0], headers.authorization, url.split("?")[1]]);
  });
  let calls = 0;
  const own = (...parameters) => ((calls += 1), fetch(...parameters));
  await load(`${address}@production?token=t`, { ...options, headers: async () => ({ authorization: "Bearer x" }), fetch: own });
  assert.deepEqual(seen, ["aliases", "releases", "blobs"].map((kind) => [kind, "Bearer x", "token=t"]));
  assert.equal(calls, 3);
});

test("networks that fail are tried again; a server that asks for time gets it; a cut blob goes on where it was cut", async () => {
  const failures = ["500", "429", "cut"];
  const { address, options, asked } = await churn((path, response, _, object) => {
    if (!path.startsWith("blobs/")) return false;
    const failure = failures.shift();
    if (failure === undefined) return false;
    if (failure !== "cut") return response.writeHead(Number(failure), { "retry-after": "0.2" }).end(), true;
    response.writeHead(200, { "content-length": object.length }).write(object.subarray(0, 200));
    setTimeout(() => response.destroy(), 20);
    return true;
  });
  const start = performance.now();
  assert.equal((await load(address, options)).version, 2);
  assert.ok(performance.now() - start > 390, "twice the time that was asked for");
  assert.equal(asked.length, 6);
  assert.match(asked.at(-1), /bytes=192-$/);
  failures.push("cut", "503");
  await load(address, options);
  assert.match(asked.at(-2), /bytes=192-$/);
  assert.match(asked.at(-1), /edgelet$/, "where going on failed, from the start");
  for (const [status, attempts] of [[503, 4], [404, 1]]) {
    const down = await churn((_, response) => (response.writeHead(status).end(), true));
    await assert.rejects(load(down.address, down.options), { code: "http_status", found: `status ${status}` });
    assert.equal(down.asked.length, attempts);
  }
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 30);
  const slow = { publicKey: options.publicKey, retry: { attempts: 9, delay: 10_000 }, signal: controller.signal };
  await assert.rejects(load("http://127.0.0.1:9/churn", slow), { message: "enough" });
});

test("a blob that is damaged on its way is fetched once more, past caches; one that stays so is refused", async () => {
  let damaged = 1;
  const modes = [];
  const { address, options } = await churn((path, response, _, object) => {
    if (!path.startsWith("blobs/") || damaged === 0) return false;
    damaged -= 1;
    return response.end(Buffer.from(object).fill(7, 100, 101)), true;
  });
  const own = (url, init) => (modes.push(init.cache), fetch(url, init));
  assert.equal((await load(address, { ...options, fetch: own })).version, 2);
  assert.deepEqual(modes, [undefined, undefined, undefined, "reload"]);
  damaged = Number.POSITIVE_INFINITY;
  await assert.rejects(load(address, options), { code: "integrity", at: /blobs\/[0-9a-f]{64}\.edgelet$/ });
});

test("a link that has expired is said to be one, without its signature", async () => {
  const { address, options } = await churn((_, response) => (response.writeHead(403).end(), true));
  const ended = "X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-Signature=hunter2";
  const azure = "se=2026-01-01T00%3A01%3A00Z&sig=hunter2";
  const found = "status 403, of a link that expired at 2026-01-01T00:01:00.000Z";
  const isSaid = (error) => error instanceof EdgeletError && error.found === found && !error.message.includes("hunter2");
  await assert.rejects(load(`${address}?${ended}`, options), isSaid);
  await assert.rejects(load(`${address}?${azure}`, options), isSaid);
  await assert.rejects(load(`${address}.edgelet?${ended}`), isSaid);
  await assert.rejects(load(`${address}?se=2099-01-01&sig=x`, options), { found: "status 403" });
});

test("who loads the same at once downloads it once, and one that aborts stops no other", async () => {
  const { address, options, asked } = await churn();
  const controller = new AbortController();
  const loads = Array.from({ length: 5 }, (_, i) => load(address, i === 0 ? { ...options, signal: controller.signal } : options));
  controller.abort(new Error("not me"));
  await assert.rejects(loads[0], { message: "not me" });
  const models = await Promise.all(loads.slice(1));
  assert.equal(asked.length, 3);
  models[0].dispose();
  assert.equal(typeof models[1].predict(row), "number");
});

test("an abort at every step rejects with its reason, and leaves nothing behind", async () => {
  const { address, options } = await churn();
  const never = () => new Promise(() => {});
  const slowly = () => new Promise((resolve) => setTimeout(resolve, 20));
  for (const more of [
    { cache: { match: slowly, put: never, delete: never } },
    { headers: never },
    { fetch: never },
    { fetch: async () => new Response(new ReadableStream({ pull: never })) },
    { fetch: async () => Promise.reject(new Error("down")), retry: { attempts: 9, delay: 1000 } },
  ]) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error("enough")), 10);
    await assert.rejects(load(address, { ...options, ...more, signal: controller.signal }), { message: "enough" });
  }
  await assert.rejects(load(address, { ...options, signal: AbortSignal.abort(new Error("early")) }), { message: "early" });
  // A rejection that nobody handled would fail this test.
  await slowly().then(slowly);
});

test("an alias of several targets: as the sticky key says, else drawn and kept", async () => {
  const { bucket, address, options } = await churn();
  bucket.promote("production", [bucket.target(1, 90), bucket.target(2, 10)]);
  const versionOf = async (sticky) => (await load(address, { ...options, ...(sticky === undefined ? {} : { sticky }) })).version;
  // By the page's rule: sha-256 of "churn@production:<key>" begins with these.
  let second = 0;
  for (let i = 0; i < 60; i++) {
    const share = Number.parseInt(sha256(`churn@production:user ${i}`).slice(0, 8), 16) / 2 ** 32;
    const expected = share < 0.9 ? 1 : 2;
    second += expected - 1;
    assert.equal(await versionOf(`user ${i}`), expected);
  }
  assert.ok(second > 0);
  const drawn = await versionOf();
  for (let i = 0; i < 20; i++) assert.equal(await versionOf(), drawn);
});

test("a version of an alias that has expired, and a release that has", async () => {
  const { bucket, address, options } = await churn();
  bucket.publish(3, mixed, { expires: now() - 5 });
  bucket.promote("production", 3);
  await assert.rejects(load(address, options), { code: "expired", at: /releases\/3$/ });
  bucket.promote("production", 2, { expires: now() - 5 });
  await assert.rejects(load(address, options), { code: "expired", at: /aliases\/production$/ });
  assert.equal((await load(`${address}@2`, options)).version, 2, "a version needs no alias");
});

test("the slim entry has nothing of this", async () => {
  const slim = await readFile(join(folder, "slim.js"), "utf8");
  const scripts = [...slim.matchAll(/"\.\/([^"]+\.js)"/g)].map(([, name]) => name);
  const texts = await Promise.all(scripts.map((name) => readFile(join(folder, name), "utf8")));
  const main = (await readdir(folder)).filter((name) => name.endsWith(".js") && name !== "slim.js" && !scripts.includes(name));
  const others = (await Promise.all(main.map((name) => readFile(join(folder, name), "utf8")))).join("");
  for (const word of ["DSSEv1", "Ed25519", "aliases/", "publicKey", "attempts"]) {
    assert.ok(others.includes(word), word);
    for (const text of [slim, ...texts]) assert.ok(!text.includes(word), word);
  }
});
