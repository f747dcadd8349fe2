// Any .edgelet file on the page: a form, a live prediction, and what is wrong with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, drop, example, fetched, file, page, picture, problem, reads, shown } from "./visitor.mjs";

test("a dropped file becomes a form that predicts while typing", async () => {
  await drop("line.edgelet", await fetched("bucket/models/line.edgelet"));
  await shown("line.edgelet");
  const [input] = await page.locator("#features input[type=text]").all();
  for (const [typed, answer] of [["10", "8.6"], ["-2", "−1"]]) {
    await input.fill(typed);
    await reads("#answer", answer);
  }
  assert.match(await page.textContent("#proof"), /^✓ (\d+) of \1 test rows reproduced here$/);
  assert.match(await page.textContent("#snippet"), /import \{ load \} from "edgelet";[^]*model\.predict\(\{\s+\w+: -2,\s+\}\); \/\/ -1(\.0+1)?/);
  assert.deepEqual(complaints, []);
});

test("categories become a list, a missing value an empty field, and the numbers are scikit-learn's", async () => {
  const fixture = (extension) => file(`tests/fixtures/bits/mixed.${extension}`);
  const { rows, outputs } = JSON.parse(await fixture("json"));
  await drop("mixed.edgelet", await fixture("edgelet"));
  await shown("mixed.edgelet");
  for (const i of [0, Math.floor(rows.indexOf(null) / 3)]) {
    const [age, usage, plan] = rows.slice(3 * i, 3 * i + 3);
    await page.getByLabel("age", { exact: true }).fill(String(age));
    await page.getByLabel("usage", { exact: true }).fill(usage === null ? "" : String(usage));
    await page.getByLabel("plan", { exact: true }).selectOption({ index: plan });
    const shares = outputs.predict_proba.slice(2 * i, 2 * i + 2).map((share) => `${(share * 100).toFixed(1)}\u00a0%`);
    await page.waitForFunction(
      (text) => [...document.querySelectorAll("#probabilities .share")].map(({ textContent }) => textContent).join() === text,
      shares.join(),
    );
    assert.equal(await page.textContent("#answer"), String(outputs.predict[i]));
  }
  const before = await page.textContent("#probabilities");
  await page.getByLabel("plan", { exact: true }).selectOption("another value");
  await page.waitForFunction((text) => document.querySelector("#probabilities").textContent !== text, before);
  assert.equal(await page.getByLabel("age", { exact: true }).getAttribute("aria-invalid"), null);
  await picture("mixed");
  assert.deepEqual(complaints, []);
});

test("a text is written into a field, and its prediction follows", async () => {
  const bits = (extension) => file(`tests/fixtures/bits/sklearn_text_union_hashed.${extension}`);
  const { texts, outputs } = JSON.parse(await bits("json"));
  await drop("texts.edgelet", await bits("edgelet"));
  await shown("texts.edgelet");
  const field = page.getByLabel("text", { exact: true });
  for (const i of [3, 5]) {
    await field.fill(texts[i]);
    await reads("#answer", String(outputs.predict[i]));
    const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
    outputs.predict_proba.slice(3 * i, 3 * i + 3).forEach((p, j) => assert.ok(Math.abs(100 * p - shares[j]) <= 0.05001, `${shares[j]}`));
  }
  await picture("texts");
  assert.deepEqual(complaints, []);
});

test("a wrong value is explained at its field, and a right one clears it", async () => {
  await example("line", "line.edgelet");
  const input = page.locator("#features input[type=text]");
  await input.fill("ten");
  await page.waitForFunction(() => document.querySelector(".field-problem").textContent.includes("ten"));
  assert.equal(await input.getAttribute("aria-invalid"), "true");
  await input.fill("");
  await page.waitForFunction(() => /missing|value/.test(document.querySelector(".field-problem").textContent));
  await input.fill("5");
  await input.press("Enter");
  await page.waitForFunction(() => document.querySelector(".field-problem").textContent === "");
  assert.equal(await page.textContent("#answer"), "4.6");
  assert.deepEqual(complaints, []);
});

test("a broken file, a page and a wrong address show what is wrong", async () => {
  const broken = await fetched("bucket/models/line.edgelet");
  broken[broken.length >> 1] ^= 0x10;
  await drop("broken.edgelet", broken);
  await problem("The file is damaged");
  assert.ok(await page.isHidden("#model"));
  await drop("page.edgelet", new TextEncoder().encode("<!doctype html><title>Not found</title>".repeat(4)));
  await problem("This is not an .edgelet file");
  await page.fill("#address", "bucket/models/none.edgelet");
  await page.click("#address-form button");
  assert.match(await problem("The server did not send the model"), /404/);
  await page.fill("#address", "bucket/models/line.edgelet");
  await page.click("#address-form button");
  await shown("line.edgelet");
  assert.ok(await page.isHidden("#explorer-problem"), "a success takes the error away");
});

test("iris, one click away, shows classes and probabilities", async () => {
  await example("iris", "iris.edgelet");
  const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
  assert.equal(shares.length, 3);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 100) < 0.2, "the probabilities add up");
  const names = await page.locator("#probabilities .name").allTextContents();
  assert.equal(await page.textContent("#answer"), names[shares.indexOf(Math.max(...shares))]);
  await picture("iris");
  assert.deepEqual(complaints, []);
});

test("a classifier of several targets shows each one's label and probabilities", async () => {
  await drop("pets.edgelet", await file("tests/fixtures/pets.edgelet"));
  await shown("pets.edgelet");
  assert.match(await page.textContent("#model-summary"), /3 targets/);
  for (const input of await page.locator("#features input[type=text]").all()) await input.fill("1");
  await reads("#answer", "dog, true, 4");
  assert.deepEqual(await page.locator("#probabilities .target").allTextContents(), ["kind", "indoor", "legs"]);
  const best = await page.locator("#probabilities .best .name").allTextContents();
  assert.deepEqual(best, ["dog", "true", "4"]);
  const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 300) < 0.5, "those of each target add up");
  assert.deepEqual(complaints, []);
});
