// Confidential models: the blob is encrypted as docs/REGISTRY.md says, here by node:crypto, and opened by the package.
import assert from "node:assert/strict";
import { createCipheriv, randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { ModelBucket, model, newKey, serveBuckets, sha256 } from "./bucket.mjs";

const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const { load } = await import(pathToFileURL(`${folder}/node.js`));
const file = await model("mixed");
const row = { age: 30, usage: 12.5, plan: "pro" };

function seal(key, nonce, bytes, name) {
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(name));
  return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
}

/** A blob of the file for an app's key, and what its release says of it. */
function encrypt(appKey, name, bytes = file) {
  const [own, nonce, wrapping] = [randomBytes(32), randomBytes(12), randomBytes(12)];
  const wrapped = Buffer.concat([wrapping, seal(appKey, wrapping, own, name)]);
  const id = sha256(Buffer.concat([Buffer.from("edgelet key id"), appKey])).slice(0, 16);
  const texts = { nonce: nonce.toString("base64"), key_id: id, wrapped_key: wrapped.toString("base64") };
  const encryption = { algorithm: "A256GCM", ...texts, size: bytes.length };
  return { blob: seal(own, nonce, bytes, name), encryption };
}

test("who has the key predicts; who has not learns only which key it takes", async () => {
  const [signing, app, other] = [newKey(), randomBytes(32), randomBytes(32)];
  const text = (key) => `aes256:${key.toString("base64")}`;
  const bucket = new ModelBucket("churn", [signing]);
  const { origin } = await serveBuckets([bucket]);
  const { blob, encryption } = encrypt(app, "churn");
  assert.ok(!blob.includes("EDGE"));
  const push = (bytes, changes) => {
    bucket.publish(1, bytes, { blob: { encryption: { ...encryption, ...changes } } });
    bucket.promote("production", 1);
  };
  const opened = (key) => load(`${origin}/churn`, { publicKey: signing.text, ...(key === undefined ? {} : { decryptionKey: key }) });
  push(blob);
  assert.equal((await opened(text(app))).predict(row), (await load(file)).predict(row));
  await assert.rejects(opened(), { code: "decryption", expected: `the key "${encryption.key_id}"` });
  await assert.rejects(opened(text(other)), (error) => error.code === "decryption" && !error.message.includes(text(other).slice(8, 20)));
  await assert.rejects(opened("hunter2"), { code: "bad_option", message: /^(?!.*hunter2)/ });
  await assert.rejects(load(file, { decryptionKey: text(app) }), { code: "bad_option" });

  const flipped = Buffer.from(blob);
  flipped[9] ^= 1;
  const moved = encrypt(app, "fraud");
  const wrong = [
    [flipped, {}],
    [blob.subarray(0, 8), {}],
    [blob, { size: file.length + 1 }],
    [blob, { nonce: randomBytes(12).toString("base64") }],
    [blob, { nonce: "" }],
    [blob, { wrapped_key: "AAAA" }],
    [blob, { wrapped_key: 7 }],
    [blob, { wrapped_key: moved.encryption.wrapped_key }],
    [moved.blob, moved.encryption],
    [blob, { algorithm: "none" }],
    [blob, { key_id: undefined }],
  ];
  for (const [bytes, changes] of wrong) {
    push(bytes, changes);
    await assert.rejects(opened(text(app)), { code: "decryption" }, JSON.stringify(changes));
  }
  bucket.publish(1, file);
  bucket.promote("production", 1);
  assert.equal((await opened(text(app))).version, 1, "a model that is not encrypted needs no key");
});
