// Dates on the page: chosen in a calendar, drawn over, and read from a CSV as the program reads them.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { complaints, drop, edgelet, folder, page, picture, shown, visit } from "./visitor.mjs";

/** A model that the program trained on weekdays and hours, and what it predicts for a CSV of dates. */
async function rides() {
  const start = Date.UTC(2023, 11, 31);
  const path = (name) => join(folder, name);
  const riders = (date, price) => (date.getUTCDay() % 6 ? 40 : 5) + (date.getUTCHours() > 11 ? 30 : 0) - price;
  const date = (i) => new Date(start + i * 187 * 60_000);
  const row = (i) => `${i % 40 === 39 ? "" : date(i).toISOString()},${i % 7},${riders(date(i), i % 7)}`;
  await writeFile(path("rides.csv"), ["when,price,riders", ...Array.from({ length: 400 }, (_, i) => row(i))].join("\n"));
  const model = path("rides.edgelet");
  await edgelet("train", path("rides.csv"), "--target", "riders", "--model", "boosting", "--cv", "0", "--quiet", "-o", model);
  const predict = async (rows) => {
    await writeFile(path("asked.csv"), `when,price\n${rows.join("\n")}\n`);
    const { stdout } = await edgelet("predict", model, path("asked.csv"), "--quiet");
    return stdout.trim().split("\n").slice(1);
  };
  return { bytes: await readFile(model), predict, asked: path("asked.csv") };
}

test("a date is chosen in a calendar, in UTC wherever the visitor is, and a CSV of dates is read as by the program", async () => {
  const { bytes, predict, asked } = await rides();
  await visit({ timezoneId: "Asia/Kolkata" });
  await drop("rides.edgelet", bytes);
  await shown("rides.edgelet");
  const field = page.getByLabel("when", { exact: true });
  assert.equal(await field.getAttribute("type"), "datetime-local");
  const price = page.getByLabel("price", { exact: true });
  // Taken for a local time, the first would be a Friday's 17:00, and a weekend's night the second.
  for (const [when, cost] of [["2024-01-05T22:30", "3"], ["2024-01-06T09:00:30", "1"], ["", "2"]]) {
    await field.fill(when);
    await price.fill(cost);
    const [expected] = await predict([`${when},${cost}`]);
    const shownNumber = Number(expected).toPrecision(4);
    await page.waitForFunction((text) => Number(document.querySelector("#answer").textContent).toPrecision(4) === text, shownNumber);
  }
  const rows = ["2024-01-05T22:30,3", "2024-01-06 09:00:30.5+05:30,1", ",2", "2024-02-29,6", "NA,0"];
  const expected = await predict(rows);
  await page.setInputFiles("#batch-file", asked);
  await page.waitForSelector("#batch-download:not([hidden])");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#batch-download")]);
  const cells = (await readFile(await download.path(), "utf8")).trim().split("\n").slice(1);
  assert.deepEqual(cells.map((line) => Number(line.split(",").at(-1))), expected.map(Number));
  // Whole numbers in all of a column are milliseconds.
  const numbers = await predict(["1704493800000,3", "1704531600000,1"]);
  assert.deepEqual(numbers, await predict(["2024-01-05T22:30,3", "2024-01-06T09:00,1"]));
  await predict(["1704493800000,3", "1704531600000,1"]);
  await page.setInputFiles("#batch-file", asked);
  await page.waitForFunction(() => document.querySelector("#batch-status").textContent.startsWith("2 rows"));
  await picture("dates");
  assert.deepEqual(complaints, []);
});
