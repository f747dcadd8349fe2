// 10,000 loads through networks and caches that fail by chance from a seed: whatever happens, no byte that was not signed is
// accepted, no prediction is wrong, no version goes back, and every failure is an EdgeletError with a code.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import test from "node:test";
import { run } from "./consumer.mjs";

const LOADS = 10_000;
const SEEDS = [7, 8];
const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
const program = fileURLToPath(new URL("faulty-loads.mjs", import.meta.url));

test(`${LOADS} loads`, { timeout: 180_000 }, async (t) => {
  const loads = async (seed) => JSON.parse(await run(process.execPath, [program, folder, LOADS / SEEDS.length, seed]));
  for (const { outcomes, met } of await Promise.all(SEEDS.map(loads))) {
    t.diagnostic(`${JSON.stringify(outcomes)}; met ${JSON.stringify(met)}`);
    const known = ["loaded", "network", "http_status", "integrity", "signature", "corrupt", "rollback", "wrong_model"];
    assert.deepEqual(Object.keys(outcomes).filter((code) => !known.includes(code)), []);
    assert.ok(outcomes.loaded > LOADS / SEEDS.length / 2, "most loads get through");
    assert.ok(Object.values(met).every((count) => count > 100), "every fault was met");
  }
});
