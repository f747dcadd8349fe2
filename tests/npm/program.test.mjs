// What the program writes into a bucket, the package follows: keys, versions, rotation, rollback as a move, rollouts.
// `cargo xtask test` names the program.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { after } from "node:test";
import { run } from "./consumer.mjs";
import { serve } from "./fixtures.mjs";

const { load } = await import(pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", "node.js")));
const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");
const folder = await mkdtemp(join(tmpdir(), "edgelet-program-"));
after(() => rm(folder, { recursive: true, force: true }));
const edgelet = (...parameters) => run(program, ["--quiet", ...parameters], { cwd: folder });
const fixture = (name) => fileURLToPath(new URL(`../fixtures/bits/${name}.edgelet`, import.meta.url));
const address = `${await serve({ "/bucket/": join(folder, "bucket/") })}/bucket/churn`;

/** Makes a key; returns what clients pin. */
async function keygen(name) {
  return /ed25519:\S+/.exec(await edgelet("keygen", "-o", name))[0];
}

const publish = (name, ...more) => edgelet("push", fixture(name), "bucket/churn", "--alias", "production", ...more);
const versionOf = async (options, reference = address) => (await load(reference, options)).version;

test("versions go forward, and back by a move; keys rotate; an old state is refused", async () => {
  const [first, second] = [await keygen("first.key"), await keygen("second.key")];
  const options = { publicKey: first };
  await publish("mixed", "--sign", "first.key");
  const old = await readFile(join(folder, "bucket/churn/aliases/production"));
  assert.equal(await versionOf(options), 1);
  await assert.rejects(load(address, { publicKey: second }), { code: "signature" });
  await publish("iris_logistic", "--sign", "first.key", "--sign", "second.key");
  assert.equal(await versionOf(options), 2);
  assert.equal(await versionOf({ publicKey: second }), 2);
  await edgelet("rollback", "bucket/churn@production", "--sign", "first.key");
  assert.equal(await versionOf(options), 1, "its serial is greater");
  await writeFile(join(folder, "bucket/churn/aliases/production"), old);
  await assert.rejects(load(address, options), { code: "rollback", found: "1" });
});

test("a rollout by weight", async () => {
  const publicKey = await keygen("signing.key");
  const canary = `${address}@canary`;
  await edgelet("push", fixture("mixed"), "bucket/churn", "--alias", "canary", "--sign", "signing.key");
  const old = await versionOf({ publicKey }, canary);
  await edgelet("push", fixture("iris_logistic"), "bucket/churn", "--release", "--sign", "signing.key");
  await edgelet("promote", `bucket/churn@${old + 1}`, "--alias", "canary", "--weight", "50", "--sign", "signing.key");
  const found = new Set();
  for (let i = 0; i < 20; i++) found.add(await versionOf({ publicKey, sticky: `user ${i}` }, canary));
  assert.deepEqual([...found].sort(), [old, old + 1]);
});
