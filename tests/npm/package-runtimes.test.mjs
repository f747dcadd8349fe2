// Packages of one model where programs run: Node as old as is supported and the current one, Deno, Bun.
import assert from "node:assert/strict";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { fixture, named, project } from "./packages.mjs";
import { RUNTIMES } from "./runtimes.mjs";
import { expectedBits } from "./table.mjs";

// Set up already, with forests in the file, with texts; and fetched.
const MODELS = ["mixed", "sklearn_isolation", "sklearn_text_union_hashed"];
const { folder, edgelet, install } = await project();
const packages = Object.fromEntries(MODELS.map((model) => [named(model), model]));
for (const model of MODELS) {
  await edgelet(fixture(model), "--name", named(model), "-o", `made/${model}`);
  await copyFile(fixture(model).replace(".edgelet", ".json"), join(folder, `${model}.json`));
}
const address = `${await serve()}/models/sklearn_isolation.edgelet`;
await edgelet(fixture("sklearn_isolation"), "--name", "by-url", "-o", "made/by_url", "--url", address);
packages["by-url"] = "sklearn_isolation";
await install([...MODELS, "by_url"]);
for (const name of ["prove-package.mjs", "table.mjs"]) {
  await copyFile(fileURLToPath(new URL(name, import.meta.url)), join(folder, name));
}
const bits = expectedBits(await tables());
const expected = Object.fromEntries(Object.entries(packages).map(([name, model]) => [name, bits[model]]));

for (const [name, [path, ...parameters]] of Object.entries(RUNTIMES)) {
  for (const how of ["ES module", "CommonJS"]) {
    test(`${name}, ${how}`, { timeout: 60_000 }, async () => {
      const given = [...parameters, "prove-package.mjs", how, JSON.stringify(packages)];
      assert.deepEqual(JSON.parse(await run(path, given, { cwd: folder, maxBuffer: 2 ** 26 })), expected);
    });
  }
}
