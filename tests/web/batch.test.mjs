// Many rows: a CSV through the page and through the program.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { complaints, drop, edgelet, example, folder, page, picture, python, shown } from "./visitor.mjs";

const cellsOf = (text) => text.trim().split("\n").map((line) => line.split(","));

/** What the page makes of a CSV. */
async function predicted(path) {
  await page.setInputFiles("#batch-file", path);
  await page.waitForSelector("#batch-download:not([hidden])", { timeout: 30_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#batch-download")]);
  return { text: await readFile(await download.path(), "utf8"), name: download.suggestedFilename() };
}

test("a CSV comes back with the program's own predictions", async () => {
  await example("wine", "wine.joblib");
  const random = (i) => ((i * 48271) % 2147483647) / 2147483647;
  const names = await page.locator("#features label").allTextContents();
  const ranges = await page.locator("#features input[type=range]").evaluateAll((all) => all.map(({ min, max }) => [Number(min), Number(max)]));
  const row = (i) => ranges.map(([low, high], j) => low + (high - low) * random(i * 31 + j + 1));
  const rows = Array.from({ length: 1500 }, (_, i) => [`"bottle, ${i}"`, ...row(i)].join(","));
  const path = join(folder, "wines.csv");
  await writeFile(path, `${["label", ...names].join(",")}\r\n${rows.join("\r\n")}\r\n`);
  const { text, name } = await predicted(path);
  assert.equal(name, "wine-predictions.csv");
  const [head, ...cells] = cellsOf(text);
  const width = head.length;
  assert.deepEqual(head.slice(-4), ["prediction", "p(Barbera)", "p(Barolo)", "p(Grignolino)"]);
  assert.match(text, /^"bottle, 7",/m, "the rows' own columns stay");

  const model = join(folder, "wine.edgelet");
  await edgelet("import", "xtask/data/examples/wine.joblib", "-o", model, "--quiet");
  const labels = cellsOf((await edgelet("predict", model, path, "--quiet")).stdout).slice(1);
  const shares = cellsOf((await edgelet("predict", model, path, "--method", "predict_proba", "--quiet")).stdout).slice(1);
  assert.equal(cells.length, labels.length);
  cells.forEach((row, i) => {
    // The label's comma makes one cell more.
    const [label, ...probabilities] = row.slice(width - 3);
    assert.equal(label, labels[i][0], `row ${i}`);
    assert.deepEqual(probabilities.map(Number), shares[i].map(Number), `row ${i}`);
  });
  assert.match(await page.textContent("#batch-status"), /^1,500 rows in .* rows a second/);
  assert.equal(await page.locator("#batch-preview tbody tr").count(), 6);
  await picture("batch");
  assert.deepEqual(complaints, []);
});

test("categories and missing values are read as the program reads them", async () => {
  await example("churn", "churn.txt");
  const path = join(folder, "customers.csv");
  const rows = ["30,basic,NA,2,10,Austria", "44,,12.5,0,50,Spain", '61,"pro",null,1,7,Italy', "+25,plus,1e1,3,3,France"];
  await writeFile(path, `age,plan,monthly_usage,tickets,months,country\n${rows.join("\n")}`);
  const [, ...cells] = cellsOf((await predicted(path)).text);
  const model = join(folder, "churn.edgelet");
  await edgelet("import", "xtask/data/examples/churn.txt", "-o", model, "--quiet");
  const shares = cellsOf((await edgelet("predict", model, path, "--method", "predict_proba", "--quiet")).stdout).slice(1);
  assert.deepEqual(cells.map((row) => row.slice(-2).map(Number)), shares.map((row) => row.map(Number)));
});

test("a column is what all of its cells are, and lines end as on any system", async () => {
  await python("tests/fixtures/import/make_playground.py", folder);
  const model = join(folder, "kinds.edgelet");
  await edgelet("import", join(folder, "kinds.pkl"), "-o", model, "--quiet");
  await drop("kinds.edgelet", await readFile(model));
  await shown("kinds.edgelet");
  const head = "code,floor,garden,size";
  const tables = {
    "an old Mac's, with texts that look like numbers": [head, "007,1,true,1", "7,2,FALSE,2e1", "True,3,true,.5", '"x\r",9,false,+4'].join("\r"),
    "whole numbers and others": `${head}\n7,1,true,1\n007,2.0,true,1\nx,+3,true,1\n`,
    "one floor is a text, so 2.0 and 03 are texts that are no floor": `${head}\r\n7,1,true,1\r\nx,2.0,true,1\r\n\r\n7,03,true,1\r\n7,attic,true,1`,
    "a whole number that is too large for one": `${head}\n7,99999999999999999999,true,1\n7,2,true,1\n`,
    "nothing but missing sizes": `${head}\n7,1,true,NA\n`,
    "sizes that are truth values": `${head}\n7,1,true,TRUE\n7,1,true,false\n`,
    "a truth value among sizes": `${head}\n7,1,true,1\n7,1,true,true\n7,1,true,many\n`,
    "an infinite size": `${head}\n7,1,true,1\n7,1,true,-inf\n`,
    "a name twice": "code,floor,garden,size,size\n7,1,true,1,1\n",
  };
  const path = join(folder, "kinds.csv");
  for (const [name, text] of Object.entries(tables)) {
    await writeFile(path, text);
    const theirs = await edgelet("predict", model, path, "--quiet").catch((error) => error);
    const refused = /kinds\.csv: (.*?: expected .*?, found [^.]*)/.exec(theirs.stderr)?.[1];
    if (refused) {
      await page.setInputFiles("#batch-file", path);
      await page.waitForSelector("#batch-problem:not([hidden])");
      assert.ok((await page.textContent("#batch-problem")).includes(refused.trim()), `${name}: ${refused}; ${await page.textContent("#batch-problem")}`);
    } else {
      // The last of each record's cells: a cell may hold the end of a line.
      const ours = [...(await predicted(path)).text.matchAll(/,([^,\n]+)\n/g)].map(([, cell]) => cell);
      assert.deepEqual(ours.slice(1).map(Number), cellsOf(theirs.stdout).slice(1).map(Number), name);
    }
  }
  assert.deepEqual(complaints, []);
});

test("a large file shows its progress and can be cancelled", async () => {
  await example("wine", "wine.joblib");
  const names = await page.locator("#features label").allTextContents();
  const path = join(folder, "large.csv");
  const row = names.map((_, j) => (j + 0.5).toFixed(3)).join(",");
  await writeFile(path, `${names.join(",")}\n${`${row}\n`.repeat(800_000)}`);
  await page.setInputFiles("#batch-file", path);
  await page.waitForFunction(() => document.querySelector("#batch-progress").value > 0 && /rows …$/.test(document.querySelector("#batch-status").textContent));
  await page.click("#batch-cancel");
  await page.waitForFunction(() => /^Cancelled after [\d,]+ rows\.$/.test(document.querySelector("#batch-status").textContent));
  assert.ok(await page.isHidden("#batch-progress"));
  assert.ok(await page.isHidden("#batch-download"));
});

test("a wrong cell, a ragged row and a missing column are named", async () => {
  await example("iris", "iris.edgelet");
  const names = await page.locator("#features label").allTextContents();
  const path = join(folder, "wrong.csv");
  const good = `${names.join(",")}\n${"1,2,3,4\n".repeat(600)}`;
  for (const [text, told] of [
    [`${good}1,2,many,4\n`, new RegExp(`row 600: ${names[2]}.*many`)],
    [`${good}1,2,3\n`, /row 600: expected 4 cells, found 3/],
    [`${names.slice(1).join(",")}\n1,2,3\n`, new RegExp(names[0])],
    ["", /a header with the columns' names/],
  ]) {
    await writeFile(path, text);
    await page.setInputFiles("#batch-file", path);
    await page.waitForSelector("#batch-problem:not([hidden])");
    assert.match(await page.textContent("#batch-problem"), told);
    await page.evaluate(() => (document.querySelector("#batch-problem").hidden = true));
  }
});
