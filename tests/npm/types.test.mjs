// The packed package as tools see it: its declarations under strict TypeScript, its manifest, what is in it.
import assert from "node:assert/strict";
import { copyFile, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { consumer, run, tarball, tools } from "./consumer.mjs";

const STRICT = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess", "--target", "es2022"];
const LIBRARIES = ["--lib", "es2022,esnext.disposable,dom", "--types", ""];

const required =
  'import edgelet = require("edgelet");\nexport const model: Promise<edgelet.Model> = edgelet.load("x");\n' +
  'import explain = require("edgelet/explain");\nexport const other: Promise<explain.Model> = explain.load("x");\n' +
  'import tensors = require("edgelet/tensors");\nexport const network: Promise<tensors.Model> = tensors.load("x");\n';
const folder = await consumer({ "required.cts": required });
await copyFile(fileURLToPath(new URL("consumer.ts", import.meta.url)), join(folder, "consumer.ts"));

for (const [resolution, module, files] of [
  ["nodenext", "nodenext", ["consumer.ts", "required.cts"]],
  ["bundler", "esnext", ["consumer.ts"]],
]) {
  test(`declarations, resolved as ${resolution} does`, async () => {
    const how = ["--module", module, "--moduleResolution", resolution];
    await run(join(tools, "tsc"), [...STRICT, ...LIBRARIES, ...how, ...files], { cwd: folder });
  });
}

test("publint finds nothing", async () => {
  const said = await run(join(tools, "publint"), [await tarball(), "--strict"]);
  assert.match(said, /All good/);
});

test("are the types wrong? They are not", async () => {
  // The .wasm is no module that TypeScript could resolve; slim has no entry for require.
  const excluded = ["--exclude-entrypoints", "edgelet.wasm", "edgelet-explain.wasm", "edgelet-tensors.wasm", "--ignore-rules", "cjs-resolves-to-esm"];
  await run(join(tools, "attw"), [await tarball(), "--profile", "node16", ...excluded]);
});

test("the manifest and what is packed agree, with nothing encoded in text and nothing evaluated", async () => {
  const root = join(folder, "node_modules/edgelet");
  const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  assert.equal(manifest.sideEffects, false);
  for (const none of ["dependencies", "peerDependencies", "scripts"]) assert.deepEqual(Object.keys(manifest[none] ?? {}), [], none);
  const files = await readdir(root);
  for (const name of ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "edgelet.wasm"]) assert.ok(files.includes(name), name);
  for (const name of files.filter((name) => /\.c?js$/.test(name))) {
    const text = await readFile(join(root, name), "utf8");
    assert.doesNotMatch(text, /\beval\(|new Function\(|data:application\/wasm|AGFzbQ/, name);
  }
  const wasm = await readFile(join(root, "edgelet.wasm"), "latin1");
  assert.doesNotMatch(wasm, /\/(root|home|work|Users)\//, "no paths of the machine that built it");
});
