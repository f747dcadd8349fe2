// Loads through a network that fails by chance from a seed, and a cache that does. A program of its own: the test runner's
// bookkeeping would make it three times as long. Takes the package's folder, how many loads, and the seed; prints what became of
// them; ends with the first prediction that is wrong, version that goes back, or failure without a code.
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { ModelBucket, model, newKey, serveBuckets, sha256 } from "./bucket.mjs";
import { faultyProxy, seeded } from "./faulty-proxy.mjs";

const AT_ONCE = 16;
const MOVES = 20;
const [folder, ...numbers] = process.argv.slice(2);
const [loads, seed] = numbers.map(Number);
const { EdgeletError, load } = await import(pathToFileURL(`${folder}/node.js`));

/** Two models with the same answers' form, and what each predicts for its own row. */
const FILES = await Promise.all(
  [["mixed", { age: 30, usage: 12.5, plan: "pro" }], ["iris_logistic", [5.1, 3.5, 1.4, 0.2]]].map(async ([name, row]) => {
    const bytes = await model(name);
    return { bytes, row, expected: [...(await load(bytes)).predictProba(row).probabilities] };
  }),
);
const fileOf = (version) => FILES[version % FILES.length];

/** What is kept, by address. */
const kept = new Map();

/** A load's way to what is kept, which now and then loses, damages or refuses what it is given. */
function faultyCache(chance) {
  const sometimes = (share) => chance() < share;
  return {
    async match(address) {
      const found = kept.get(address);
      if (found === undefined || sometimes(0.1)) return undefined;
      if (sometimes(0.02)) throw new Error("the cache is broken");
      const body = Uint8Array.from(found.body);
      if (sometimes(0.1)) body[Math.floor(chance() * body.length)] ^= 4;
      return new Response(body, { headers: found.headers });
    },
    async put(address, response) {
      if (sometimes(0.05)) throw new DOMException("full", "QuotaExceededError");
      kept.set(address, { body: new Uint8Array(await response.arrayBuffer()), headers: [...response.headers] });
    },
    async delete(address) {
      return kept.delete(address);
    },
  };
}

const key = newKey();
const bucket = new ModelBucket("churn", [key]);
const older = new Map();
let version = 0;
const move = () => {
  version += 1;
  older.set("/churn/aliases/production", bucket.objects.get("aliases/production"));
  bucket.publish(version, fileOf(version).bytes, {}, 128);
  bucket.promote("production", version);
};
move();
const closing = [];
const real = await serveBuckets([bucket], { atEnd: (close) => closing.push(close) });
const { origin, met, close } = await faultyProxy(real.origin, 0.3, seed, (path) => older.get(path));
closing.push(close);
const outcomes = {};
let seen = 0;
let next = 0;
const one = async (number) => {
  const least = seen;
  const options = { publicKey: key.text, retry: { attempts: 4, delay: 1 }, headers: { load: String(number) } };
  options.cache = number % 2 === 0 ? false : faultyCache(seeded(seed ^ Math.imul(number, 0x85ebca6b)));
  try {
    const model = await load(`${origin}/churn@production`, options);
    const { row, expected } = fileOf(model.version);
    assert.deepEqual([...model.predictProba(row).probabilities], expected, `load ${number}: a wrong prediction`);
    assert.ok(model.version >= least, `load ${number}: version ${model.version} after ${least}`);
    seen = Math.max(seen, model.version);
    outcomes.loaded = (outcomes.loaded ?? 0) + 1;
    model.dispose();
  } catch (error) {
    assert.ok(error instanceof EdgeletError, `load ${number}: ${error?.stack}`);
    outcomes[error.code] = (outcomes[error.code] ?? 0) + 1;
  }
};
const worker = async () => {
  while (next < loads) {
    const number = next;
    next += 1;
    if (number > 0 && number % (loads / MOVES) === 0) move();
    await one(number);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, worker));
for (const [address, { body }] of kept) {
  const hash = /blobs\/(.*)\.edgelet$/.exec(address)?.[1];
  if (hash) assert.equal(sha256(body), hash, "what is kept is what was signed");
}
console.log(JSON.stringify({ outcomes, met }));
for (const close of closing) close();
