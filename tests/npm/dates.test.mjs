// Dates in the packed package: the one table of texts, every kind of rows, and a model that the program trained, whose answers
// are the program's own, here and in a package of it. `cargo xtask test` names the package's folder.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import test from "node:test";
import { run } from "./consumer.mjs";
import { program, project } from "./packages.mjs";

const packed = resolve(process.env.EDGELET_PACKAGE ?? assert.fail("EDGELET_PACKAGE is not set: run `cargo xtask test`"));
const { load } = await import(pathToFileURL(join(packed, "node.js")));
const { load: loadToExplain } = await import(pathToFileURL(join(packed, "explain-node.js")));
const fixtures = new URL("../fixtures/", import.meta.url);
const cases = JSON.parse(await readFile(new URL("dates/texts.json", fixtures), "utf8"));
const apart = await load(await readFile(new URL("bits/dates.edgelet", fixtures)));

/** The days since 1970 that the model makes of a date. */
const elapsed = (when) => apart.transform({ when }).values[0];

test("the table of texts is read as the program reads it", () => {
  assert.equal(apart.schema.inputs[0].type, "date");
  assert.ok(cases.dates.length >= 30 && cases.refused.length >= 50);
  for (const [text, milliseconds] of cases.dates) assert.equal(elapsed(text), milliseconds / 86_400_000, text);
  for (const text of cases.refused) {
    assert.throws(() => elapsed(text), { code: "wrong_type", at: "row: when", found: JSON.stringify(text) });
  }
});

test("a date is a Date, a text or milliseconds, in rows, arrays and columns", () => {
  const time = Date.UTC(2024, 1, 29, 12, 34, 56, 789);
  const expected = [time / 86_400_000, 2024, 2, 29, 3, 60, 12, 34];
  for (const when of [new Date(time), time, "2024-02-29T12:34:56.789Z", "2024-02-29T14:04:56.7891+01:30"]) {
    const [one, many] = [(rows) => apart.transform(rows).values, [...expected, ...expected]];
    assert.deepEqual([...one({ when })], expected);
    assert.deepEqual([...one([when])], expected);
    assert.deepEqual([...one([{ when }, { when }])], many);
    assert.deepEqual([...one([[when], [when]])], many);
    assert.deepEqual([...one({ when: [when, when] })], many);
  }
  assert.deepEqual([...apart.transform(Float64Array.of(time, time), { rows: 2 }).values], [...expected, ...expected]);
  assert.equal(elapsed(new Date(8.64e15)), 1e8);
  for (const numbers of [Float32Array.of(time), Int32Array.of(0)]) {
    const told = { code: "wrong_type", at: "rows", expected: 'a Float64Array for the date "when"' };
    assert.throws(() => apart.transform(numbers, { rows: 1 }), told);
    assert.throws(() => apart.transform(numbers), { ...told, at: "row" });
  }
});

test("what is no date is told with its place", () => {
  const refused = (when, told) => assert.throws(() => elapsed(when), { at: "row: when", ...told });
  refused(new Date("never"), { code: "wrong_type", found: "an invalid Date" });
  refused(true, { code: "wrong_type", found: "true" });
  refused({}, { code: "wrong_type", found: "a Object" });
  refused(12n, { code: "wrong_type", found: "12n" });
  for (const wrong of [0.5, 8.64e15 + 2, Number.POSITIVE_INFINITY]) {
    // These are the core's to refuse, which counts rows.
    refused(wrong, { at: "row 0: when", code: "wrong_type", expected: "whole milliseconds since 1970, at most 8.64e15" });
  }
  for (const missing of [null, undefined, Number.NaN]) {
    assert.throws(() => apart.transform([{ when: missing }]), { code: "missing_value", at: "row 0: when" });
  }
  assert.throws(() => apart.transform({ when: ["2026-11-27", "2026-11-31"] }), { code: "wrong_type", at: "row 1: when" });
});

test("what the program trained predicts the program's numbers, in a package too", async () => {
  const { folder, edgelet, install, entry, installed } = await project();
  const start = Date.UTC(2023, 11, 31);
  const riders = (date) => (date.getUTCDay() % 6 ? 40 : 5) + (date.getUTCHours() === 8 ? 30 : 0) + (date - start) / 1e9;
  const dates = Array.from({ length: 400 }, (_, i) => new Date(start + i * 187 * 60_000));
  const written = (date, i) => (i % 40 === 39 ? "" : i % 2 ? date.toISOString() : date.toISOString().slice(0, 16).replace("T", " "));
  const texts = dates.map(written);
  await writeFile(join(folder, "rides.csv"), ["when,riders", ...texts.map((text, i) => `${text},${riders(dates[i])}`)].join("\n"));
  const inFolder = { cwd: folder };
  const training = ["train", "rides.csv", "--target", "riders", "--model", "boosting", "--cv", "0", "--explain"];
  await run(program, ["--quiet", ...training], inFolder);
  const model = await load(await readFile(join(folder, "rides.edgelet")));
  const answers = async (rows) => {
    const told = await run(program, ["--quiet", "predict", "rides.edgelet", rows], inFolder);
    return told.trim().split("\n").slice(1).map(Number);
  };
  const expected = await answers("rides.csv");
  const rows = texts.map((text) => ({ when: text || null }));
  assert.deepEqual([...model.predict(rows)], expected);
  const asDates = rows.map(({ when }) => ({ when: when && new Date(when.endsWith("Z") ? when : `${when.replace(" ", "T")}Z`) }));
  assert.deepEqual([...model.predict(asDates)], expected);
  assert.deepEqual([...model.predict({ when: asDates.map(({ when }) => when?.getTime()) })], expected);
  assert.ok(model.verify() > 0);
  // The program takes milliseconds and texts of NDJSON alike.
  const lines = asDates.map(({ when }, i) => JSON.stringify({ when: i % 3 ? (when?.getTime() ?? null) : null }));
  await writeFile(join(folder, "rides.ndjson"), lines.join("\n"));
  const some = asDates.map(({ when }, i) => ({ when: i % 3 ? when : null }));
  assert.deepEqual(await answers("rides.ndjson"), [...model.predict(some)]);

  const explaining = await loadToExplain(await readFile(join(folder, "rides.edgelet")));
  const { base, values, margin } = explaining.explain(asDates[5]);
  assert.equal(values.length, 1);
  assert.ok(Math.abs(base + values[0] - margin) < 1e-9);

  await edgelet("rides.edgelet", "--name", "@acme/rides", "-o", "made/rides", "--training", "rides.csv");
  await install(["rides"]);
  const { load: loadPackage, assertRow } = await entry("@acme/rides");
  const packaged = await loadPackage();
  assert.deepEqual([...packaged.predict(rows)], expected);
  assert.deepEqual([...packaged.predict(asDates)], expected);
  assertRow({ when: new Date() });
  assert.throws(() => assertRow({ when: "2026-02-30" }), { code: "wrong_type", at: "row: when" });
  assert.throws(() => assertRow({ when: 0.5 }), { code: "wrong_type", expected: "whole milliseconds since 1970, at most 8.64e15" });
  const read = (name) => readFile(join(installed("@acme/rides"), name), "utf8");
  const [types, card] = await Promise.all(["index.d.ts", "README.md"].map(read));
  assert.match(types, /In training from 2023-12-31 to 2024-02-\d\dT[\d:]+Z\./);
  assert.match(types, /"when": Date \| string \| number \| null;/);
  assert.match(card, /\| when \| date; may be missing: `null` \| 2023-12-31 to 2024-02-/);
});
