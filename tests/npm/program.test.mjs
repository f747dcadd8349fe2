// What the program writes into a bucket, the package follows: keys, versions, rotation, rollback as a move, rollouts, encryption,
// profiles.
// `cargo xtask test` names the program.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { after } from "node:test";
import { run } from "./consumer.mjs";
import { serve } from "./fixtures.mjs";

const entry = (name) => import(pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", name)));
const [{ load }, { monitor }] = await Promise.all([entry("node.js"), entry("monitor.js")]);
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

test("the same key gets the same version from both", async () => {
  const publicKey = await keygen("sticky.key");
  const push = (name, ...more) => edgelet("push", fixture(name), "bucket/sticky", ...more, "--sign", "sticky.key");
  await push("iris_logistic", "--alias", "canary");
  await push("mixed", "--release");
  await edgelet("promote", "bucket/sticky@2", "--alias", "canary", "--weight", "30", "--sign", "sticky.key");
  for (const sticky of ["a", "b", "c", "d", "e", "f", "user 7", "ü"]) {
    const { featureNames } = await load(address.replace("churn", "sticky@canary"), { publicKey, sticky });
    const { inputs } = JSON.parse(await edgelet("inspect", "bucket/sticky@canary", "--sticky", sticky, "--json"));
    assert.deepEqual(featureNames, inputs.map(({ name }) => name), sticky);
  }
});

test("what is encrypted is opened with the app's key, and what was seen in training is compared with", async () => {
  const publicKey = await keygen("secret.key");
  await edgelet("keygen", "--symmetric", "-o", "app.key");
  const names = JSON.parse(await edgelet("inspect", fixture("iris_logistic"), "--json")).inputs.map(({ name }) => name);
  const rows = Array.from({ length: 40 }, (_, i) => Object.fromEntries(names.map((name, j) => [name, 1 + ((i * (j + 3)) % 11) / 2])));
  await writeFile(join(folder, "rows.ndjson"), rows.map((row) => JSON.stringify(row)).join("\n"));
  const options = ["--alias", "production", "--sign", "secret.key", "--encrypt", "app.key", "--training", "rows.ndjson"];
  await edgelet("push", fixture("iris_logistic"), "bucket/secret", ...options);
  const source = address.replace("churn", "secret@production");
  await assert.rejects(load(source, { publicKey }), { code: "decryption" });
  const decryptionKey = (await readFile(join(folder, "app.key"), "utf8")).trim();
  const model = await load(source, { publicKey, decryptionKey });
  const watch = monitor(model);
  model.predict(rows);
  const { inputs, outputs } = watch.report();
  assert.deepEqual(inputs.map(({ name }) => name), names);
  // The rows of the training fall where they did.
  for (const { psi, rows } of [...inputs, ...outputs]) assert.deepEqual([psi, rows], [0, 40]);
});
