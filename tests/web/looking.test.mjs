// Looking into a model: sliders with its own ranges, what if, the steps and the trees.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, example, fetched, page, picture, reads } from "./visitor.mjs";

/** The pixel of the map at a share of its width and height. */
const pixel = (across, down) =>
  page.evaluate(
    ([across, down]) => {
      const canvas = document.querySelector("#surface canvas");
      const [x, y] = [across * (canvas.width - 1), down * (canvas.height - 1)];
      return canvas.getContext("2d").getImageData(x, y, 1, 1).data.join();
    },
    [across, down],
  );

const settled = () => page.waitForFunction(() => document.querySelectorAll("#surface-key li").length > 0);

test("a slider moves its number and the prediction, and the number its slider", async () => {
  await example("wine", "wine.joblib");
  const slider = page.getByLabel("proline, slider");
  const [low, high] = [Number(await slider.getAttribute("min")), Number(await slider.getAttribute("max"))];
  assert.ok(low < 500 && high > 900, `thresholds lie between ${low} and ${high}`);
  const before = await page.textContent("#probabilities");
  await slider.fill("1000");
  assert.equal(await page.getByLabel("proline", { exact: true }).inputValue(), "1000");
  await page.waitForFunction((text) => document.querySelector("#probabilities").textContent !== text, before);
  await page.getByLabel("proline", { exact: true }).fill("600");
  assert.equal(await slider.inputValue(), "600");
  await picture("wine");
  assert.deepEqual(complaints, []);
});

test("counts move by whole steps, between the thresholds of their trees", async () => {
  await example("churn", "churn.txt");
  const slider = page.getByLabel("tickets, slider");
  assert.equal(await slider.getAttribute("step"), "1");
  assert.equal(await slider.getAttribute("min"), "0");
  assert.match(await slider.inputValue(), /^\d+$/);
});

test("the map shows every class where the model predicts it, and its mark moves the form", async () => {
  await example("wine", "wine.joblib");
  await settled();
  assert.deepEqual(await page.locator("#surface-key li").allTextContents(), ["Barbera", "Barolo", "Grignolino"]);
  const colours = new Set([await pixel(0.05, 0.1), await pixel(0.95, 0.1), await pixel(0.5, 0.95)]);
  assert.equal(colours.size, 3, "three corners, three classes");
  const x = page.getByLabel(await page.locator("#surface-x option:checked").textContent(), { exact: true });
  const before = Number(await x.inputValue());
  await page.locator("#surface").scrollIntoViewIfNeeded();
  const box = await page.locator("#surface svg").boundingBox();
  await page.mouse.click(box.x + box.width * 0.9, box.y + 40);
  assert.ok(Number(await x.inputValue()) > before);
  await reads("#answer", "Barolo");
  await page.selectOption("#surface-of", { label: "Barbera" });
  await page.waitForFunction(() => document.querySelector("#surface-key .heat")?.textContent.includes("100.0"));
  assert.deepEqual(complaints, []);
});

test("along one feature there is a curve, which passes through the prediction", async () => {
  await example("diabetes", "diabetes.ubj");
  await page.selectOption("#surface-y", "");
  await page.waitForSelector("#surface .line");
  const [least, most] = await page.evaluate(() => {
    const line = document.querySelector("#surface .line:not(.average)");
    const x = Number(/M([\d.]+)/.exec(document.querySelector("#surface .mark path").getAttribute("d"))[1]);
    const points = line.getAttribute("d").slice(1).split("L").map((point) => point.split(" ").map(Number));
    const near = points.filter((point) => Math.abs(point[0] - x) < 8).map(([, y]) => y);
    const ticks = [...document.querySelectorAll("#surface .axes text[text-anchor=end]:not(.name)")].map((text) => [Number(text.textContent), Number(text.getAttribute("y"))]);
    const [[v0, y0], [v1, y1]] = [ticks[0], ticks.at(-1)];
    // Trees make steps: beside the mark the curve is at both ends of one.
    const value = (y) => v0 + ((y - y0) / (y1 - y0)) * (v1 - v0);
    return [value(Math.max(...near)), value(Math.min(...near))];
  });
  const answer = Number(await page.textContent("#answer"));
  assert.ok(least - 0.5 < answer && answer < most + 0.5, `${least} to ${most} on the curve, ${answer} in the form`);
  assert.ok(most - least < 40, "and it is no wall");
  await picture("curve");
  assert.deepEqual(complaints, []);
});

test("the steps are a picture and a list; a tree follows the row to the leaf that it adds", async () => {
  await example("diabetes", "diabetes.ubj");
  assert.match(await page.getAttribute("#graph svg", "aria-label"), /^row \(10 features\), then margins \(Forest · 80 trees\)/);
  await page.waitForSelector("#tree svg .leaf.on");
  const [question] = await page.locator("#tree .split title").allTextContents();
  const [, feature, threshold] = /^(\w+) ≤ ([\d.]+)$/.exec(question);
  const leaf = () => page.textContent("#tree-path");
  const leaves = [];
  for (const value of [Number(threshold) - 0.001, Number(threshold) + 0.001]) {
    // Each row has a picture of its own; at once, or a picture of the row before may come between.
    await page.getByLabel(feature, { exact: true }).evaluate((input, value) => {
      document.querySelector("#tree svg").dataset.before = "";
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }, String(value));
    await page.waitForSelector("#tree svg:not([data-before]) .leaf.on");
    leaves.push(await leaf());
  }
  assert.notEqual(leaves[0], leaves[1], "the two sides of the first question");
  await page.click("#tree-after");
  await reads("#tree-title", "Tree 2 of 80");
  await page.focus("#tree-at");
  await page.keyboard.press("End");
  await reads("#tree-title", "Tree 80 of 80");
  assert.deepEqual(complaints, []);
});

test("the leaves along the row's way add up to the prediction", async () => {
  await example("diabetes", "diabetes.ubj");
  const { sum, base } = await page.evaluate(async () => {
    const [{ Inside, importModel }, { linked, wayOf }, { load }] = await Promise.all(["/importer.js", "/tree-layout.js", "/runtime.js"].map((path) => import(path)));
    const given = new Uint8Array(await (await fetch("/bucket/models/diabetes.ubj")).arrayBuffer());
    const bytes = await importModel(given, "diabetes.ubj");
    const inside = new Inside();
    const { steps } = await inside.open(bytes);
    const before = await load(await inside.before(0));
    const row = [...document.querySelectorAll("#features input[type=text]")].map(({ value }) => (value === "" ? null : Number(value)));
    const columns = before.transform(row).values;
    let sum = 0;
    const base = Math.fround(0);
    for (let i = 0; i < steps[0].forest.trees; i++) {
      const { nodes, rounds } = await inside.tree(0, i);
      const tree = linked(nodes);
      sum += tree[wayOf(tree, columns, rounds).at(-1)].leaf[0];
    }
    const model = await load(bytes);
    return { sum, base: model.predict(row) - sum };
  });
  // XGBoost's base score is the mean of the target.
  assert.ok(Math.abs(base - 152.13) < 0.01, `${base} beside the sum of leaves ${sum}`);
});

test("what a prediction is made of adds up, sorted, and follows the row", async () => {
  await example("diabetes", "diabetes.ubj");
  await page.waitForSelector("#contributions:not([hidden]) li", { timeout: 20_000 });
  const read = async () => {
    const [base, here] = (await page.textContent("#contributions .note")).match(/[\d.,]+\d/g).map((text) => Number(text.replace(",", "")));
    const steps = await page.locator(".waterfall .share").allTextContents();
    return { base, here, steps: steps.map((text) => Number(text.replace("−", "-"))) };
  };
  const before = await read();
  const sizes = before.steps.slice(0, -1).map(Math.abs);
  assert.deepEqual(sizes, sizes.toSorted((a, b) => b - a), "the largest first");
  for (const bmi of ["22", "41"]) {
    await page.getByLabel("body_mass_index", { exact: true }).fill(bmi);
    await page.waitForFunction((bmi) => document.querySelector(".waterfall").textContent.includes(`body_mass_index = ${bmi}`), bmi);
    const { base, here, steps } = await read();
    assert.equal(base, before.base, "the average stays");
    const total = base + steps.reduce((sum, step) => sum + step, 0);
    assert.ok(Math.abs(total - here) < 1, `${total} for ${here}`);
    const answer = Number(await page.textContent("#answer"));
    assert.ok(Math.abs(answer - here) <= 0.06, `${here} in the explanation, ${answer} in the form`);
  }
  await picture("why");
  for (const [name, file, feature] of [["wine", "wine.joblib", "proline"], ["churn", "churn.txt", "tickets"], ["iris", "iris.edgelet", "petal_length"]]) {
    await example(name, file);
    await page.waitForSelector(`#contributions:not([hidden]) li:has-text("${feature}")`, { timeout: 20_000 });
  }
  await example("line", "line.edgelet");
  assert.ok(await page.isHidden("#contributions"), "a file that was not made for it");
  assert.deepEqual(complaints, []);
});

test("size and speed are measured and set beside the other models of the tab", async () => {
  await example("iris", "iris.edgelet");
  await page.waitForSelector("#speed-plot .point.now", { timeout: 20_000 });
  const facts = await page.locator("#speed-facts dd").allTextContents();
  assert.equal(facts[0].replace(/\D/g, ""), String((await fetched("bucket/models/iris.edgelet")).length));
  assert.match(facts[1], /^[\d.]+\s(ns|µs|ms)$/);
  await example("churn", "churn.txt");
  await page.waitForFunction(() => document.querySelectorAll("#speed-plot .point").length >= 2, undefined, { timeout: 20_000 });
});
