// The packed package where programs run: Node as old as is supported and the current one, Deno, Bun.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { consumer, run } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { proven } from "./proof.mjs";
import { proved } from "./proofs.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { expectedBits } from "./table.mjs";

const WAYS = ["ES module", "CommonJS", "worker_threads"];

const folder = await consumer();
for (const name of ["prove-node.mjs", "proof.mjs", "table.mjs"]) {
  await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
}
const origin = await serve();
const expected = proven(expectedBits(await tables()), true);

for (const [name, [path, ...parameters]] of Object.entries(RUNTIMES)) {
  for (const how of WAYS) {
    test(`${name}, ${how}`, { timeout: 60_000 }, async () => {
      const given = [...parameters, "prove-node.mjs", how, origin, ...Object.keys(expected.here)];
      const found = await run(path, given, { cwd: folder, maxBuffer: 2 ** 26 });
      assert.deepEqual(JSON.parse(found), expected);
      await proved(name, how, { worker: true });
    });
  }
}
