// A malicious bucket: everything that somebody who holds it, but no key, can serve. Each attack must fail with its code, and
// so before a byte of the model is decoded. docs/SECURITY.md names these tests.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { ALIAS, ModelBucket, RELEASE, encoded, envelope, model, newKey, now, serveBuckets, sha256 } from "./bucket.mjs";

const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const { EdgeletError, load } = await import(pathToFileURL(`${folder}/node.js`));
const [mixed, iris] = await Promise.all([model("mixed"), model("iris_logistic")]);
const [owner, attacker] = [newKey(), newKey()];
const retry = { attempts: 3, delay: 1 };

/** The models `churn` (two versions) and `fraud` of one owner in one bucket. */
async function victim() {
  const [churn, fraud] = [new ModelBucket("churn", [owner]), new ModelBucket("fraud", [owner])];
  for (const bucket of [churn, fraud]) {
    bucket.publish(1, iris);
    bucket.publish(2, mixed);
    bucket.promote("canary", 2);
    bucket.promote("production", 2);
  }
  const { origin, asked } = await serveBuckets([churn, fraud]);
  const attempt = async (more = {}) => load(`${origin}/churn@production`, { publicKey: owner.text, retry, ...more });
  const refused = async (code, more) => {
    const stages = [];
    const onProgress = ({ stage }) => stages.push(stage);
    await assert.rejects(attempt({ onProgress, ...more }), (error) => {
      assert.ok(error instanceof EdgeletError, String(error));
      assert.equal(error.code, code, error.message);
      return true;
    });
    assert.ok(!stages.includes("decode"), "nothing is decoded");
  };
  assert.equal((await attempt({ publicKey: [owner.text, newKey().text] })).version, 2, "it works until it is attacked");
  const alter = (path, change) => {
    const changed = JSON.parse(churn.objects.get(path));
    churn.objects.set(path, Buffer.from(JSON.stringify(change(changed) ?? changed)));
  };
  return { churn, fraud, attempt, refused, alter, asked };
}

test("rollback: an older alias, validly signed", async () => {
  const { churn, attempt, refused } = await victim();
  const old = churn.objects.get("aliases/production");
  churn.promote("production", 1);
  await attempt();
  churn.objects.set("aliases/production", old);
  await refused("rollback");
});

test("freeze: the newest alias for ever, beyond its time", async () => {
  const { churn, refused } = await victim();
  churn.promote("production", 2, { expires: now() - 1 });
  await refused("expired");
});

test("mix and match: an alias under another's name, of another model, with another's release or blob", async () => {
  const { churn, fraud, refused } = await victim();
  const good = new Map(churn.objects);
  const swap = (path, object) => {
    churn.objects = new Map(good).set(path, object);
  };
  swap("aliases/production", good.get("aliases/canary"));
  await refused("wrong_model");
  swap("aliases/production", fraud.objects.get("aliases/production"));
  await refused("wrong_model");
  swap("releases/2", fraud.objects.get("releases/2"));
  await refused("wrong_model");
  swap("releases/2", good.get("releases/1"));
  await refused("wrong_model");
  const [first, second] = [iris, mixed].map((file) => `blobs/${sha256(file)}.edgelet`);
  swap(second, good.get(first));
  await refused("integrity");
  churn.objects = good;
  churn.publish(2, iris);
  // Another release of the same version than the alias says.
  await refused("integrity");
});

test("type confusion: an alias in a release's place, a release in an alias's, a type that is not the signed one", async () => {
  const { churn, refused, alter } = await victim();
  const good = new Map(churn.objects);
  churn.objects.set("releases/2", good.get("aliases/production"));
  await refused("wrong_model");
  churn.objects = new Map(good).set("aliases/production", good.get("releases/2"));
  await refused("wrong_model");
  churn.objects = new Map(good);
  alter("releases/2", (one) => void (one.payloadType = ALIAS));
  await refused("signature");
  alter("aliases/production", (one) => void (one.payloadType = RELEASE));
  await refused("signature");
});

test("keys: none, the attacker's, the attacker's under the owner's id, the owner's signature of something else", async () => {
  const { churn, refused, alter } = await victim();
  const good = new Map(churn.objects);
  const forge = (change) => {
    churn.objects = new Map(good);
    alter("aliases/production", change);
  };
  forge((one) => void (one.signatures = []));
  await refused("signature");
  const payload = (one) => Buffer.from(one.payload, "base64");
  for (const keyid of [attacker.id, owner.id]) {
    forge((one) => void (one.signatures = [{ keyid, sig: attacker.sign(encoded(ALIAS, payload(one))).toString("base64") }]));
    await refused("signature");
  }
  const release = JSON.parse(good.get("releases/2"));
  forge((one) => void (one.signatures = release.signatures));
  await refused("signature");
  forge((one) => void (one.signatures[0].sig = owner.sign(payload(one)).toString("base64")));
  // Of the payload alone, without its type.
  await refused("signature");
  forge((one) => void (one.signatures = Array.from({ length: 17 }, () => one.signatures[0])));
  await refused("corrupt");
  forge((one) => void (one.signatures = [null, 7, {}, { sig: 7 }, { sig: "?" }]));
  await refused("signature");
});

test("a malleated signature: with the group's order added it is no signature, to WebCrypto or without", async (t) => {
  const { refused, alter } = await victim();
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  alter("aliases/production", (one) => {
    const bytes = Buffer.from(one.signatures[0].sig, "base64");
    const number = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
    Buffer.from(number.toString(16).padStart(64, "0"), "hex").reverse().copy(bytes, 32);
    one.signatures[0].sig = bytes.toString("base64");
  });
  await refused("signature");
  t.mock.method(crypto.subtle, "importKey", () => Promise.reject(new DOMException("", "NotSupportedError")));
  await refused("signature");
});

test("keys of small order, and keys written in a second way, cannot be pinned", async () => {
  const { refused } = await victim();
  const prime = 2n ** 255n - 19n;
  const eighth = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
  const points = [0n, 1n, prime - 1n, prime, prime + 1n, prime + 3n, eighth, prime - eighth];
  for (const y of points.flatMap((y) => [y, y + 2n ** 255n])) {
    const bytes = Buffer.from(y.toString(16).padStart(64, "0"), "hex").reverse();
    await refused("bad_option", { publicKey: [owner.text, `ed25519:${bytes.toString("base64")}`] });
  }
});

test("a tampered payload, and a tampered model: changed, longer, shorter, without end", async () => {
  const { churn, refused, alter, asked } = await victim();
  const good = new Map(churn.objects);
  for (const path of ["aliases/production", "releases/2"]) {
    churn.objects = new Map(good);
    alter(path, (one) => void (one.payload = Buffer.from(`${Buffer.from(one.payload, "base64")} `).toString("base64")));
    await refused("signature");
  }
  const blob = `blobs/${sha256(mixed)}.edgelet`;
  const flipped = Buffer.from(mixed);
  flipped[300] ^= 1;
  const others = [flipped, Buffer.concat([mixed, Buffer.of(0)]), mixed.subarray(0, -1), Buffer.alloc(0), Buffer.alloc(2 ** 22)];
  for (const bytes of others) {
    churn.objects = new Map(good).set(blob, bytes);
    asked.length = 0;
    await refused("integrity");
    assert.equal(asked.filter((path) => path.startsWith("blobs/")).length, 2, "once more, and no more");
  }
});

test("envelopes too large, and bytes that are none", async () => {
  const { churn, attempt, refused } = await victim();
  const signed = churn.objects.get("aliases/production");
  const padded = (length) => Buffer.concat([signed, Buffer.alloc(length - signed.length, " ")]);
  const { payload, payloadType, signatures } = JSON.parse(signed);
  const other = JSON.parse(envelope(ALIAS, { serial: 99 }, [attacker])).payload;
  const rest = `"payloadType":"${payloadType}","signatures":${JSON.stringify(signatures)}`;
  const absurd = {
    limit_exceeded: [padded(2 ** 20 + 1), Buffer.alloc(2 ** 22, "[")],
    corrupt: [
      `{"payload":"${other}","payload":"${payload}",${rest}}`,
      `{"payload":"${payload}","p\\u0061yload":"${payload}",${rest}}`,
      `{"payload":"${payload}\\n",${rest}}`,
      `{"payload":"${payload.replace(/=*$/, "")}",${rest}}`.replace(payload, `${payload}====`),
      `{"payload":["${payload}"],${rest}}`,
      `{"payload":"${payload}",${rest}} {}`,
      "[".repeat(2 ** 20),
      `{"a":`.repeat(100_000) + "1" + "}".repeat(100_000),
      "null",
      "[]",
      "",
      "<!doctype html>",
      Buffer.of(0xff, 0xfe, 0x7b),
      Buffer.concat([Buffer.from("\uFEFF"), signed]),
    ],
  };
  for (const code in absurd) {
    for (const bytes of absurd[code]) {
      churn.objects.set("aliases/production", Buffer.from(bytes));
      await refused(code);
    }
  }
  churn.objects.set("aliases/production", padded(2 ** 20));
  assert.equal((await attempt()).version, 2, "the largest there may be");
});

test("documents that a key signed, but that say what cannot be", async () => {
  const { churn, refused } = await victim();
  const target = churn.target(2);
  const wrong = {
    unsupported_version: [{ format: 2 }, { format: "1" }, { format: undefined }],
    corrupt: [
      ...[0, 1.5, "12", 2 ** 53].map((serial) => ({ serial })),
      ...["never", -1].map((expires) => ({ expires })),
      ...[[], {}, [null], Array(17).fill(target)].map((targets) => ({ targets })),
      ...[{ weight: 0 }, { weight: 1e9 }, { version: "2" }, { sha256: target.sha256.toUpperCase() }].map((change) => ({
        targets: [{ ...target, ...change }],
      })),
      { created: null },
      { model: ["churn"] },
    ],
    wrong_model: [{ model: "Churn" }, { alias: "canary" }],
  };
  for (const code in wrong) {
    for (const change of wrong[code]) {
      churn.promote("production", 2, change);
      await refused(code);
    }
  }
  const sizes = [{ size: -1 }, { size: 2 ** 40 }, { chunk_size: 0 }, { chunk_size: 2 ** 30 }];
  const blobs = [...sizes, { chunks: [] }, { sha256: "../../fraud" }, { encryption: 7 }];
  for (const blob of blobs) {
    churn.publish(2, mixed, { blob });
    churn.promote("production", 2);
    await refused("corrupt");
  }
});
