// For everybody: by keyboard, on a phone, in the dark, with a screen reader, and on a slow line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, drop, example, file, page, picture, reads, shown, SITE, visit } from "./visitor.mjs";

/** What the first paint may cost, in bytes as they are, before any compression. */
const FIRST_PAINT = 50_000;
/** A network to look at beside the examples. */
const NETWORK = "tests/fixtures/keras/convolutional.h5";

test("the first paint waits for less than 50 KB, and no wasm", async () => {
  const loaded = await page.evaluate(() => {
    const [{ startTime: painted }] = performance.getEntriesByName("first-contentful-paint");
    const [document] = performance.getEntriesByType("navigation");
    const files = performance.getEntriesByType("resource").filter(({ startTime }) => startTime < painted);
    return [document, ...files].map(({ name, decodedBodySize }) => ({ name, size: decodedBodySize }));
  });
  const names = loaded.map(({ name }) => name.slice(SITE.length));
  assert.ok(names.some((name) => name.endsWith("style.css")) && names.some((name) => name.endsWith("page.js")), names.join());
  assert.ok(!names.some((name) => /edgelet\/|importer|packag/.test(name)), names.join());
  const total = loaded.reduce((sum, { size }) => sum + size, 0);
  assert.ok(total > 10_000 && total < FIRST_PAINT, `${total} bytes: ${names.join()}`);
});

test("by keyboard alone: an example, a slider, the map's features, a tree, the code", async () => {
  const press = async (key, times = 1) => {
    for (let i = 0; i < times; i++) await page.keyboard.press(key);
  };
  /** Tabs on until the focus is on an element that matches. */
  const tabTo = async (selector) => {
    for (let i = 0; i < 120; i++) {
      await press("Tab");
      if (await page.evaluate((selector) => document.activeElement.matches(selector), selector)) return;
    }
    assert.fail(`${selector} is not reached`);
  };
  await tabTo("#try-wine");
  await press("Enter");
  await page.waitForSelector("#model:not([hidden]) #inside:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement.id), "model-name", "the focus is at the model that was opened");
  await tabTo("#feature-0-slider");
  const before = await page.locator("#feature-0").inputValue();
  await press("ArrowRight", 5);
  assert.notEqual(await page.locator("#feature-0").inputValue(), before);
  await page.waitForFunction(() => /^Prediction: \w+$/.test(document.querySelector("#announced-answer").textContent));
  await tabTo("#surface-y");
  await press("Home");
  await page.waitForSelector("#surface .line");
  await tabTo("#tree-after");
  await press("Enter");
  await reads("#tree-title", "Tree 2 of 60");
  await tabTo("#runtime");
  await press("ArrowDown");
  assert.match(await page.textContent("#snippet"), /^<script type="module">/);
  assert.deepEqual(complaints, []);
});

test("dark where the system is, and as the visitor chooses, remembered", async () => {
  const ink = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ink();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ink();
  assert.notEqual(dark, light);
  await example("churn", "churn.txt");
  await page.waitForSelector("#speed-plot .point.now", { timeout: 20_000 });
  await picture("dark");
  await page.click("#theme");
  assert.equal(await ink(), light);
  await page.reload();
  assert.equal(await ink(), light, "the choice is remembered");
});

test("the button under the pointer can be read", async () => {
  await page.hover("#choose");
  const [ink, ground] = await page.evaluate(() => {
    const { color, backgroundColor } = getComputedStyle(document.querySelector("#choose:hover"));
    return [color, backgroundColor];
  });
  assert.notEqual(ink, ground);
});

test("nothing is clipped at 360 pixels, and nothing scrolls sideways but what is meant to", async () => {
  await visit({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const fits = async (name) => {
    await page.waitForSelector("#speed-plot .point.now", { timeout: 20_000 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(overflow, 0, name);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll("main *")]
        .filter((element) => !element.closest("pre, .visually-hidden, .scroller") && element.getBoundingClientRect().right > innerWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    assert.deepEqual(wide, [], name);
    await picture(`narrow-${name}`);
  };
  await drop("convolutional.h5", await file(NETWORK));
  await shown("convolutional.h5");
  await fits("network");
  for (const [name, file] of Object.entries({ wine: "wine.joblib", churn: "churn.txt", diabetes: "diabetes.ubj", iris: "iris.edgelet" })) {
    await example(name, file);
    await fits(name);
    await page.locator("#features input[type=range]:not([hidden])").last().scrollIntoViewIfNeeded();
    const { y, height } = await page.locator("#answer").boundingBox();
    assert.ok(y >= 0 && y + height < 740, "the answer stays in sight of the last slider");
  }
});

test("nothing moves for whoever asked for that", async () => {
  await visit({ reducedMotion: "reduce" });
  await example("wine", "wine.joblib");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((element) => {
      const { transitionDuration, transitionProperty, animationName } = getComputedStyle(element);
      return animationName !== "none" || (transitionProperty !== "none" && transitionDuration.split(", ").some((time) => time !== "0s"));
    }).length,
  );
  assert.equal(moving, 0);
});

test("landmarks, one h1, and a label for every control", async () => {
  await example("wine", "wine.joblib");
  await page.waitForSelector("#tree svg .leaf.on");
  await isInOrder();
  await drop("convolutional.h5", await file(NETWORK));
  await shown("convolutional.h5");
  await page.waitForSelector("#run .values");
  await isInOrder();
});

/** Checks what a screen reader goes by. */
async function isInOrder() {
  const found = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length,
    landmarks: ["header", "main", "footer"].filter((name) => document.querySelectorAll(`body > ${name}`).length === 1),
    language: document.documentElement.lang,
    unlabelled: [...document.querySelectorAll("input, select, textarea, progress")]
      .filter((control) => control.labels.length === 0 && !control.getAttribute("aria-label"))
      .map(({ id }) => id),
    pictures: [...document.querySelectorAll("svg[role=img]")].filter((svg) => !svg.querySelector(":scope > title") && !svg.getAttribute("aria-label")).length,
    levels: [...document.querySelectorAll("h1, h2, h3, h4")].map(({ tagName }) => Number(tagName[1])).filter((level, i, all) => level > (all[i - 1] ?? 0) + 1),
    nameless: [...document.querySelectorAll("button")].filter((button) => !button.textContent.trim()).length,
    twice: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
  }));
  assert.deepEqual(found, {
    headings: 1,
    landmarks: ["header", "main", "footer"],
    language: "en",
    unlabelled: [],
    pictures: 0,
    levels: [],
    nameless: 0,
    twice: [],
  });
}
