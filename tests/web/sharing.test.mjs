// What is taken away from the page: a link, the model as an .edgelet file, the code for each runtime.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { complaints, drop, edgelet, example, fetched, folder, page, shown, SITE, visit } from "./visitor.mjs";

test("a link opens the same model, by an address of any kind", async () => {
  await example("churn", "churn.txt");
  const link = page.url();
  assert.equal(new URL(link).searchParams.get("model"), "bucket/models/churn.txt");
  await visit({ permissions: ["clipboard-read", "clipboard-write"] }, new URL(link).search);
  await shown("churn.txt");
  await page.click("#share");
  await page.waitForFunction(() => document.querySelector("#shared").textContent === "The link is copied.");
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  const whole = new URL("bucket/models/iris.edgelet", SITE).href;
  await visit({}, `?model=${encodeURIComponent(whole)}`);
  await shown("iris.edgelet");
  assert.deepEqual(complaints, []);
});

test("a file of the visitor's own has no link, and the page's address does not name another model", async () => {
  await example("iris", "iris.edgelet");
  await drop("mine.edgelet", await fetched("bucket/models/line.edgelet"));
  await shown("mine.edgelet");
  assert.equal(new URL(page.url()).search, "");
  assert.ok(await page.isHidden("#share"));
});

test("the downloaded .edgelet is the one that the program makes", async () => {
  await example("diabetes", "diabetes.ubj");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  assert.equal(download.suggestedFilename(), "diabetes.edgelet");
  const output = join(folder, "diabetes.edgelet");
  await edgelet("import", "xtask/data/examples/diabetes.ubj", "-o", output, "--quiet");
  assert.ok((await readFile(await download.path())).equals(await readFile(output)));
});

test("the code runs as it stands: in a page, and for each runtime it names the model and the row", async () => {
  await example("iris", "iris.edgelet");
  for (const runtime of await page.locator("#runtime option").evaluateAll((all) => all.map(({ value }) => value))) {
    await page.selectOption("#runtime", runtime);
    const code = await page.textContent("#snippet");
    assert.match(code, /bucket\/models\/iris\.edgelet/, runtime);
    assert.match(code, /model\.predict\(\{\s+\w+: [\d.]+,/, runtime);
  }
  await page.selectOption("#runtime", "script");
  const code = (await page.textContent("#snippet")).replace(/<\/?script>/g, "").replace(/model\.predict/, "globalThis.answered = model.predict");
  // The page's own policy forbids a script made here, so it runs in a page without one.
  await page.goto(new URL("icon.svg", SITE).href);
  await page.evaluate((code) => (0, eval)(code), code);
  await page.waitForFunction(() => globalThis.answered !== undefined);
  assert.match(await page.evaluate(() => globalThis.answered), /^(setosa|versicolor|virginica)$/);
});
