// What is kept of models in buckets, in Node: by hash, revalidated, offline, and never at the cost of a load.
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test, { after } from "node:test";
import { ModelBucket, model, newKey, now, serveBuckets } from "./bucket.mjs";

const installed = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const temporary = await mkdtemp(join(tmpdir(), "edgelet-cache-"));
after(() => rm(temporary, { recursive: true, force: true }));
const [mixed, iris] = await Promise.all([model("mixed"), model("iris_logistic")]);
let copies = 0;

/** The package with nothing in its memory, as in another process. */
async function restarted() {
  const folder = join(temporary, `package-${(copies += 1)}`);
  await cp(installed, folder, { recursive: true });
  return import(pathToFileURL(join(folder, "node.js")));
}

const edgelet = await restarted();
const { cached, fileCache, load } = edgelet;

/** A bucket of one model, whose server can be gone, with an empty folder to keep it in. */
async function kept() {
  const key = newKey();
  const bucket = new ModelBucket("churn", [key]);
  bucket.publish(1, mixed);
  bucket.promote("production", 1);
  const state = { isDown: false };
  const { origin, asked } = await serveBuckets([bucket], { bend: (_, response) => state.isDown && (response.destroy(), true) });
  const folder = await mkdtemp(join(temporary, "folder-"));
  const options = { publicKey: key.text, cache: fileCache(folder), retry: { attempts: 2, delay: 1 } };
  const ask = () => asked.splice(0).map((path) => path.replace(/[0-9a-f]{60,}/, "<hash>"));
  return { bucket, folder, options, state, ask, address: `${origin}/churn` };
}

test("what is kept is not asked for again; the alias is revalidated", async () => {
  const { bucket, address, options, ask } = await kept();
  await load(address, options);
  assert.deepEqual(ask(), ["aliases/production", "releases/1", "blobs/<hash>.edgelet"]);
  await load(address, options);
  assert.deepEqual(ask(), ["aliases/production if changed"]);
  await load(`${address}@1?signature=another`, options);
  assert.deepEqual(ask(), [], "a version needs nothing, and a presigned query is no other address");
  bucket.publish(2, iris);
  bucket.promote("production", 2);
  assert.equal((await load(address, options)).version, 2);
  assert.deepEqual(ask(), ["aliases/production if changed", "releases/2", "blobs/<hash>.edgelet"]);
  await load(address, { ...options, cache: "reload" });
  assert.equal(ask().length, 3);
});

test("offline: what was kept, if that is asked for, until the alias expires", async () => {
  const { bucket, address, options, state } = await kept();
  const wait = bucket.promote("production", 1, { expires: now() + 2 });
  await load(address, options);
  state.isDown = true;
  assert.equal((await load(address, options)).version, 1);
  assert.equal((await (await restarted()).load(address, options)).version, 1, "also after a restart");
  await assert.rejects(load(address, { ...options, offline: "fail" }), { code: "network" });
  await assert.rejects(load(`${address}@canary`, options), { code: "network" });
  await new Promise((resolve) => setTimeout(resolve, wait.expires * 1000 - Date.now() + 20));
  await assert.rejects(load(address, options), { code: "network" });
  state.isDown = false;
  await assert.rejects(load(address, options), { code: "expired" });
});

test("serials never go back: neither in a process, nor after it, nor where the network is away", async () => {
  const { bucket, address, options, state } = await kept();
  const first = bucket.objects.get("aliases/production");
  bucket.promote("production", 1);
  await load(address, options);
  const second = bucket.objects.get("aliases/production");
  bucket.objects.set("aliases/production", first);
  await assert.rejects(load(address, options), { code: "rollback", found: "1" });
  await assert.rejects(load(address, { ...options, cache: false }), { code: "rollback" }, "remembered in memory");
  await assert.rejects((await restarted()).load(address, options), { code: "rollback" }, "remembered in the folder");
  // Another process's folder is behind what this one has seen.
  const behind = fileCache(await mkdtemp(join(temporary, "folder-")));
  await (await restarted()).load(address, { ...options, cache: behind });
  state.isDown = true;
  await assert.rejects(load(address, { ...options, cache: behind }), { code: "rollback" });
  state.isDown = false;
  bucket.objects.set("aliases/production", second);
  assert.equal((await load(address, options)).version, 1);
});

test("what was damaged in the folder is found so, and fetched", async () => {
  const { address, options, folder, ask } = await kept();
  await load(address, options);
  ask();
  const names = await readdir(folder);
  assert.equal(names.length, 3);
  for (const name of names) {
    const bytes = await readFile(join(folder, name));
    bytes[bytes.length - 20] ^= 1;
    await writeFile(join(folder, name), bytes);
  }
  assert.equal((await load(address, options)).version, 1);
  assert.deepEqual(ask(), ["aliases/production", "releases/1", "blobs/<hash>.edgelet"]);
  for (const name of names) await writeFile(join(folder, name), "not one of ours");
  assert.equal((await load(address, options)).version, 1);
});

test("a cache that fails or is full fails no load; other blobs of the model make room", async () => {
  const { bucket, address, options } = await kept();
  const broken = async () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  assert.equal((await load(address, { ...options, cache: { match: broken, put: broken, delete: broken } })).version, 1);
  const room = 1;
  const blobs = async () => (await options.cache.keys()).filter((address) => address.includes("/blobs/"));
  const put = async (address, response) => {
    if (address.includes("/blobs/") && (await blobs()).length >= room) await broken();
    return options.cache.put(address, response);
  };
  const small = { ...options, cache: { ...options.cache, put } };
  await load(address, small);
  const [old] = await blobs();
  bucket.publish(2, iris);
  bucket.promote("production", 2);
  await load(address, small);
  const [fresh, ...others] = await blobs();
  assert.notEqual(fresh, old);
  assert.deepEqual(others, []);
});

test("what is kept can be listed and forgotten, and be all there is", async () => {
  const { address, options, ask } = await kept();
  const { cache } = options;
  await assert.rejects(load(address, { ...options, cache: "only-if-cached" }), { code: "not_cached" });
  await load(address, options);
  const list = await cached.list({ cache });
  assert.deepEqual(list.map(({ url }) => url.slice(address.length + 1).split("/")[0]).sort(), ["aliases", "blobs", "releases"]);
  assert.ok(list.some(({ size }) => size === mixed.length));
  assert.equal(await cached.delete(`${address}-2`, { cache }), 0);
  assert.equal(await cached.delete(`${address}@production`, { cache }), 3);
  assert.deepEqual(await cached.list({ cache }), []);
  ask();
  await load(address, options);
  assert.equal(ask().length, 3);
});

test("two processes may write to one folder", async () => {
  const { address, options, folder } = await kept();
  const others = await Promise.all([restarted(), restarted(), restarted()]);
  const models = await Promise.all(others.map(({ load }) => load(address, options)));
  assert.deepEqual(models.map(({ version }) => version), [1, 1, 1]);
  assert.equal((await readdir(folder)).length, 3, "and nothing unfinished is left");
});
