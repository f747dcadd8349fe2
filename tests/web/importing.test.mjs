// Other frameworks' files, imported in the tab: the bytes that the program makes, every blocker told, hostile files survived.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { complaints, drop, edgelet, example, folder, page, picture, problem, python, reads, shown } from "./visitor.mjs";

const COMPRESSIONS = ["zlib", "gzip", "bz2", "xz", "lzma"].map((name) => `forest-${name}.joblib`);
const FILES = ["scaled.pkl", "boosted.joblib", "scaled.skops", "xgboost.json", "xgboost.ubj", "lightgbm.txt", "catboost.json", ...COMPRESSIONS];
/** Damaged copies of each file. */
const COPIES = 6;

before(() => python("tests/fixtures/import/make_playground.py", folder));

const bytesOf = (name) => readFile(join(folder, name));

/** What the page's importer makes of bytes: those of an .edgelet, or an error as a plain object. */
const imported = async (name, bytes, options = {}) => {
  const answer = await page.evaluate(
    async ([name, text, options]) => {
      const { importModel } = await import("/importer.js");
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      try {
        const made = await importModel(bytes, name, undefined, options);
        return { made: btoa(Array.from(made, (byte) => String.fromCharCode(byte)).join("")) };
      } catch (error) {
        return { code: error.code, message: error.message };
      }
    },
    [name, Buffer.from(bytes).toString("base64"), options],
  );
  return answer.made === undefined ? answer : Buffer.from(answer.made, "base64");
};

test("every framework's file becomes the bytes that edgelet import writes", async () => {
  for (const name of FILES) {
    const output = join(folder, "program.edgelet");
    await edgelet("import", join(folder, name), "-o", output, "--quiet");
    const here = await imported(name, await bytesOf(name));
    assert.ok(Buffer.isBuffer(here), `${name}: ${here.message}`);
    assert.ok(here.equals(await readFile(output)), name);
    // Of linear functions explaining would take rows besides.
    if (name.startsWith("scaled")) continue;
    await edgelet("import", "--explain", join(folder, name), "-o", output, "--quiet");
    const explaining = await imported(name, await bytesOf(name), { explain: true });
    assert.ok(Buffer.isBuffer(explaining) && explaining.equals(await readFile(output)), `${name}, to be explained`);
    assert.ok(explaining.length > here.length);
  }
});

test("dropped, they are shown with what they are and where they come from", async () => {
  const kinds = {
    "forest-xz.joblib": [/RandomForestClassifier · .* · 4 features · 3 classes/, "setosa"],
    "xgboost.ubj": [/multi:softprob · .* · 4 features · 3 classes/, "0"],
    "lightgbm.txt": [/multiclass .* · 4 features · 3 classes/, "0"],
  };
  const flower = JSON.parse(await readFile(join(folder, "first.json"), "utf8"));
  for (const [name, [summary, answer]] of Object.entries(kinds)) {
    await drop(name, await bytesOf(name));
    await shown(name);
    assert.match(await page.textContent("#model-summary"), summary);
    assert.match(await page.textContent("#imported"), /^Imported here in .* became /);
    for (const [feature, value] of Object.entries(flower)) await page.getByLabel(feature, { exact: true }).fill(String(value));
    await reads("#answer", answer);
  }
  assert.deepEqual(complaints, []);
});

test("what stands in the way is told all at once, each with its path", async () => {
  await drop("blocked.pkl", await bytesOf("blocked.pkl"));
  await problem("This file cannot become an .edgelet");
  const blockers = await page.locator("#explorer-problem .blockers li").allTextContents();
  assert.equal(blockers.length, 2);
  for (const [i, name] of ["cosh", "sinh"].entries()) {
    assert.match(blockers[i], new RegExp(`^pipeline\\.steps\\[0\\]\\.transformers_\\[${i}\\]\\.func: .*${name}`));
  }
  await picture("blocked");
  await drop("hostile.pkl", await bytesOf("hostile.pkl"));
  await page.waitForFunction(() => document.querySelector("#explorer-problem").textContent.includes("posix.system"));
  assert.ok(await page.isHidden("#model"));
  await drop("scaled.pkl", await bytesOf("scaled.pkl"));
  await shown("scaled.pkl");
  assert.deepEqual(complaints, []);
});

test("damaged and cut files end in an error or a model, never in a trap", { timeout: 240_000 }, async () => {
  let seed = 1;
  const random = (below) => (seed = (seed * 48271) % 2147483647) % below;
  for (const name of FILES) {
    const whole = await bytesOf(name);
    for (let copy = 0; copy < COPIES; copy++) {
      const bytes = Buffer.from(copy % 3 === 0 ? whole.subarray(0, random(whole.length)) : whole);
      for (let flips = copy % 3; flips > 0 && bytes.length > 0; flips--) bytes[random(bytes.length)] ^= 1 << random(8);
      const made = await imported(name, bytes);
      assert.ok(Buffer.isBuffer(made) || typeof made.code === "string", `${name}, copy ${copy}: ${made.message}`);
    }
  }
});

test("an importer that stops is thrown away, and the next file gets a fresh one", async () => {
  const said = await page.evaluate(async () => {
    const { Inside } = await import("/importer.js");
    const inside = new Inside();
    // A tree of a model that was never opened: what a trap looks like from outside.
    return inside.tree(0, 0).catch((error) => error.message);
  });
  assert.match(said, /stopped at this file .* the next file gets a fresh one/);
  await example("wine", "wine.joblib");
});

test("a load can be cancelled, and the page is ready for the next", async () => {
  await page.route("**/slow.joblib", () => {});
  await page.fill("#address", "bucket/models/slow.joblib");
  await page.click("#address-form button");
  await page.click("#cancel");
  await reads("#loading", "Cancelled.");
  assert.ok(await page.isHidden("#cancel"));
  // An import under way, too: its worker waits for a wasm that does not come.
  await page.route("**/edgelet-import.wasm", () => {});
  await drop("boosted.joblib", await bytesOf("boosted.joblib"));
  await page.click("#cancel");
  await reads("#loading", "Cancelled.");
  assert.ok(await page.isHidden("#model"));
  await page.unroute("**/edgelet-import.wasm");
  await drop("scaled.skops", await bytesOf("scaled.skops"));
  await shown("scaled.skops");
  assert.deepEqual(complaints, []);
});
