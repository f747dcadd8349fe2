// What `edgelet push` publishes is what `load` follows: the program and the package on one bucket, a folder behind a server.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import test, { after } from "node:test";
import { serve } from "./fixtures.mjs";

const packaged = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const [{ load }, { monitor }] = await Promise.all(["node.js", "monitor.js"].map((name) => import(pathToFileURL(join(packaged, name)))));
const program = fileURLToPath(new URL("../../target/debug/edgelet", import.meta.url));
const file = (name) => fileURLToPath(new URL(`../fixtures/bits/${name}.edgelet`, import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "edgelet-published-"));
after(() => rm(folder, { recursive: true }));
const origin = await serve({ "/bucket/": folder });
const address = `${origin}/bucket/churn`;

/** Runs the program in the folder; gives what it prints. */
function edgelet(...args) {
  const env = { PATH: process.env.PATH, HOME: folder };
  return execFileSync(program, ["--quiet", ...args], { cwd: folder, env, encoding: "utf8" });
}

const publicKey = /ed25519:\S+/.exec(edgelet("keygen", "-o", "our.key"))[0];
const otherKey = /ed25519:\S+/.exec(edgelet("keygen", "-o", "other.key"))[0];
const signed = ["--sign", "our.key"];
const retry = { attempts: 1 };

test("a version is published, followed, moved and moved back", async () => {
  edgelet("push", file("iris_logistic"), "churn", "--alias", "production", ...signed, "--expires", "1h");
  const features = async (options) => (await load(`${address}@production`, { publicKey, retry, cache: "reload", ...options })).featureNames.length;
  assert.equal(await features(), 4);
  edgelet("push", file("mixed"), "churn", "--alias", "production", ...signed);
  assert.equal(await features(), 3);
  edgelet("rollback", "churn@production", ...signed);
  assert.equal(await features(), 4);
  await assert.rejects(features({ publicKey: otherKey }), { code: "signature" });
  const { version, release } = await load(`${address}@2`, { publicKey: [otherKey, publicKey] });
  assert.deepEqual([version, release.parent, release.schema.inputs.length], [2, 1, 3]);
  assert.equal(release.provenance.framework, "scikit-learn");
});

test("the same key gets the same version in both", async () => {
  edgelet("promote", "churn@1", "--alias", "canary", ...signed);
  edgelet("promote", "churn@2", "--alias", "canary", "--weight", "30", ...signed);
  for (const sticky of ["a", "b", "c", "d", "e", "f", "user 7", "ü"]) {
    const { featureNames } = await load(`${address}@canary`, { publicKey, sticky });
    const inspected = JSON.parse(edgelet("inspect", "churn@canary", "--sticky", sticky, "--json"));
    assert.deepEqual(featureNames, inspected.inputs.map(({ name }) => name), sticky);
  }
});

test("what is encrypted is opened with the app's key, and what was seen in training is compared with", async () => {
  edgelet("keygen", "--symmetric", "-o", "app.key");
  const names = JSON.parse(edgelet("inspect", file("iris_logistic"), "--json")).inputs.map(({ name }) => name);
  const rows = Array.from({ length: 40 }, (_, i) => Object.fromEntries(names.map((name, j) => [name, 1 + ((i * (j + 3)) % 11) / 2])));
  await writeFile(join(folder, "rows.ndjson"), rows.map((row) => JSON.stringify(row)).join("\n"));
  edgelet("push", file("iris_logistic"), "secret", "--alias", "production", ...signed, "--encrypt", "app.key", "--training", "rows.ndjson");
  const decryptionKey = (await readFile(join(folder, "app.key"), "utf8")).trim();
  const source = `${origin}/bucket/secret@production`;
  await assert.rejects(load(source, { publicKey }), { code: "decryption" });
  const model = await load(source, { publicKey, decryptionKey });
  const watch = monitor(model);
  model.predict(rows);
  const { inputs, outputs } = watch.report();
  assert.deepEqual(inputs.map(({ name }) => name), names);
  // The same rows as in training fall where they did.
  for (const { psi, rows } of [...inputs, ...outputs]) assert.deepEqual([psi, rows], [0, 40]);
});
