// The page in a real Chromium. `EDGELET_SITE` is the address it is served at (target/site, as `cargo xtask demo`
// assembles it); screenshots for people go to target/screenshots.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../chromium.mjs";

const SITE = process.env.EDGELET_SITE;
const SCREENSHOTS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));

let browser;
let page;
/** What must stay empty: console errors and requests to other origins. */
let complaints;

before(async () => {
  assert.ok(SITE, "set EDGELET_SITE to the address that target/site is served at, such as http://127.0.0.1:8080/");
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await launch();
});

after(() => browser?.close());

beforeEach(async () => {
  page = await opened({ viewport: { width: 1280, height: 900 } });
});

afterEach(() => page?.context().close());

/** A fresh visitor on the page, its example ready. */
async function opened(options) {
  const context = await browser.newContext(options);
  const visited = await context.newPage();
  complaints = [];
  visited.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  visited.on("pageerror", (error) => complaints.push(String(error)));
  visited.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(SITE).origin) complaints.push(`request to ${request.url()}`);
  });
  await visited.goto(SITE);
  await visited.waitForSelector("#x:enabled");
  return visited;
}

/** The mission's five points, and what least squares makes of them. */
const Y = [1, 3, 2, 5, 4];
const [SLOPE, INTERCEPT, LOSS] = [0.8, 0.6, 0.72];
const predicted = (x) => SLOPE * x + INTERCEPT;

/** A number as the page writes it. */
const numberIn = async (selector) => Number((await page.textContent(selector)).replace("−", "-"));

/** Waits until the prediction shown is the one of `x`. */
async function follows(x) {
  await page.waitForFunction((text) => document.querySelector("#x-value").textContent === text, x.toFixed(2));
  assert.ok(Math.abs((await numberIn("#prediction")) - predicted(x)) <= 0.0005, `the prediction at ${x}`);
}

/** Drops a file on the page, as a hand would. */
async function drop(name, bytes) {
  const transfer = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name));
      return transfer;
    },
    [name, [...bytes]],
  );
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("#drop", type, { dataTransfer: transfer });
}

const fetched = async (path) => {
  const response = await fetch(new URL(path, SITE));
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
};

test("opens without a complaint, tells what edgelet is, and measures itself", async () => {
  assert.match(await page.textContent("h1"), /trained model in one small file/);
  await page.waitForFunction(() => /\d/.test(document.querySelector("#fact-predict .value").textContent), undefined, { timeout: 20_000 });
  for (const fact of ["model", "runtime", "load", "predict"]) {
    assert.match(await page.textContent(`#fact-${fact} .value`), /^[\d.,]+ (bytes|KB|ns|µs|ms|s)$/, fact);
    assert.notEqual(await page.textContent(`#fact-${fact} .how`), "", `${fact} says how`);
  }
  const size = (await fetched("bucket/models/line.edgelet")).length;
  assert.equal(await page.textContent("#fact-model .value"), `${size} bytes`);
  await page.screenshot({ path: `${SCREENSHOTS}light.png`, fullPage: true });
  assert.deepEqual(complaints, []);
});

test("the loss and the equation are those of the model", async () => {
  assert.equal(await numberIn("#loss"), LOSS);
  assert.equal(await page.textContent("#equation"), `ŷ = ${SLOPE} x + ${INTERCEPT}`);
  const squares = await page.locator("#residuals td:last-child").allTextContents();
  assert.deepEqual(squares, Y.map((y, i) => ((y - predicted(i + 1)) ** 2).toFixed(2)));
});

test("the prediction and its mark follow the slider", async () => {
  await follows(6);
  for (const x of [0, 2.37, 7]) {
    await page.locator("#x").fill(String(x));
    await follows(x);
  }
  const marks = await page.evaluate(() => {
    const [marker, line] = [document.querySelector(".marker"), document.querySelector("#chart .fit path")];
    const end = line.getPointAtLength(line.getTotalLength());
    return { dx: marker.cx.baseVal.value - end.x, dy: marker.cy.baseVal.value - end.y };
  });
  assert.ok(Math.hypot(marks.dx, marks.dy) < 1, "at x = 7 the mark is at the line's end");
});

test("the keyboard moves x, and the change is announced once, politely", async () => {
  await page.focus("#x");
  await page.keyboard.press("ArrowRight");
  await follows(6.1);
  await page.keyboard.press("PageDown");
  await follows(5.1);
  await page.keyboard.press("Home");
  await follows(0);
  await page.waitForFunction(() => document.querySelector("#announced-prediction").textContent.includes("0.600"));
  assert.equal(await page.getAttribute("#prediction", "aria-live"), "off");
});

test("dragging in the chart moves x", async () => {
  await page.locator("#chart").scrollIntoViewIfNeeded();
  const box = await page.locator("#chart").boundingBox();
  await page.mouse.move(box.x + 60, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  await follows(7);
});

test("keeps up: at least 30 updates in a second, one for each frame", async () => {
  const { updates, frames } = await page.evaluate(async () => {
    const [slider, value] = [document.querySelector("#x"), document.querySelector("#x-value")];
    let updates = 0;
    const observer = new MutationObserver(() => updates++);
    observer.observe(value, { childList: true });
    let frames = 0;
    const start = performance.now();
    while (performance.now() - start < 1000) {
      slider.value = String((frames % 70) / 10);
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
      frames++;
    }
    observer.disconnect();
    return { updates, frames };
  });
  assert.ok(updates >= 30, `${updates} updates in ${frames} frames`);
  assert.ok(updates <= frames + 1, "no frame does the work twice");
});

test("a dropped file becomes a form that predicts while typing", async () => {
  await drop("line.edgelet", await fetched("bucket/models/line.edgelet"));
  await page.waitForSelector("#model:not([hidden])");
  const [input] = await page.locator("#features input").all();
  for (const [typed, shown] of [["10", "8.6"], ["-2", "−1"]]) {
    await input.fill(typed);
    await page.waitForFunction((text) => document.querySelector("#answer").textContent === text, shown);
  }
  assert.match(await page.textContent("#proof"), /^✓ (\d+) of \1 test rows reproduced here$/);
  assert.match(await page.textContent("#snippet"), /import \{ load \} from "edgelet";[^]*model\.predict\(\{\s+\w+: -2,\s+\}\); \/\/ -1(\.0+1)?/);
  assert.deepEqual(complaints, []);
});

test("categories become a list, a missing value an empty field, and the numbers are scikit-learn's", async () => {
  const fixture = (extension) => readFile(new URL(`../fixtures/bits/mixed.${extension}`, import.meta.url));
  const { rows, outputs } = JSON.parse(await fixture("json"));
  await drop("mixed.edgelet", await fixture("edgelet"));
  await page.waitForSelector("#model:not([hidden])");
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
  await page.screenshot({ path: `${SCREENSHOTS}mixed.png`, fullPage: true });
  assert.deepEqual(complaints, []);
});

test("a text is written into a field, and its prediction follows", async () => {
  const bits = new URL("../fixtures/bits/", import.meta.url);
  const { texts, outputs } = JSON.parse(await readFile(new URL("sklearn_text_union_hashed.json", bits), "utf8"));
  await drop("texts.edgelet", await readFile(new URL("sklearn_text_union_hashed.edgelet", bits)));
  await page.waitForSelector("#model:not([hidden])");
  const field = page.getByLabel("text", { exact: true });
  for (const i of [3, 5]) {
    await field.fill(texts[i]);
    await page.waitForFunction((text) => document.querySelector("#answer").textContent === text, String(outputs.predict[i]));
    const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
    outputs.predict_proba.slice(3 * i, 3 * i + 3).forEach((p, j) => assert.ok(Math.abs(100 * p - shares[j]) <= 0.05001, `${shares[j]}`));
  }
  await page.screenshot({ path: `${SCREENSHOTS}texts.png`, fullPage: true });
  assert.deepEqual(complaints, []);
});

test("a wrong value is explained at its field, and a right one clears it", async () => {
  await page.click("#try-line");
  const input = page.locator("#features input");
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
  await page.waitForFunction(() => document.querySelector("#explorer-problem strong")?.textContent === "The file is damaged");
  assert.ok(await page.isHidden("#model"));
  await drop("page.edgelet", new TextEncoder().encode("<!doctype html><title>Not found</title>".repeat(4)));
  await page.waitForFunction(() => document.querySelector("#explorer-problem").textContent.includes("not an .edgelet file"));
  await page.fill("#address", "bucket/models/none.edgelet");
  await page.click("#address-form button");
  await page.waitForFunction(() => document.querySelector("#explorer-problem").textContent.includes("404"));
  await page.fill("#address", "bucket/models/line.edgelet");
  await page.click("#address-form button");
  await page.waitForSelector("#model:not([hidden])");
  assert.ok(await page.isHidden("#explorer-problem"), "a success takes the error away");
});

test("iris, one click away, shows classes and probabilities", async () => {
  await page.click("#try-iris");
  await page.waitForSelector("#model:not([hidden])");
  const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
  assert.equal(shares.length, 3);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 100) < 0.2, "the probabilities add up");
  const names = await page.locator("#probabilities .name").allTextContents();
  assert.equal(await page.textContent("#answer"), names[shares.indexOf(Math.max(...shares))]);
  await page.screenshot({ path: `${SCREENSHOTS}iris.png`, fullPage: true });
  assert.deepEqual(complaints, []);
});

test("a classifier of several targets shows each one's label and probabilities", async () => {
  await drop("pets.edgelet", await readFile(new URL("../fixtures/pets.edgelet", import.meta.url)));
  await page.waitForSelector("#model:not([hidden])");
  assert.match(await page.textContent("#model-summary"), /3 targets/);
  for (const input of await page.locator("#features input").all()) await input.fill("1");
  await page.waitForFunction(() => document.querySelector("#answer").textContent === "dog, true, 4");
  assert.deepEqual(await page.locator("#probabilities .target").allTextContents(), ["kind", "indoor", "legs"]);
  const best = await page.locator("#probabilities .best .name").allTextContents();
  assert.deepEqual(best, ["dog", "true", "4"]);
  const shares = (await page.locator("#probabilities .share").allTextContents()).map(Number.parseFloat);
  assert.ok(Math.abs(shares.reduce((sum, share) => sum + share) - 300) < 0.5, "those of each target add up");
  assert.deepEqual(complaints, []);
});

test("dark where the system is, and as the visitor chooses, remembered", async () => {
  const ink = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ink();
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ink();
  assert.notEqual(dark, light);
  await page.screenshot({ path: `${SCREENSHOTS}dark.png`, fullPage: true });
  await page.click("#theme");
  assert.equal(await ink(), light);
  await page.reload();
  assert.equal(await ink(), light, "the choice is remembered");
});

test("nothing is clipped at 360 pixels", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.click("#try-iris");
  await page.waitForSelector("#model:not([hidden])");
  await page.screenshot({ path: `${SCREENSHOTS}narrow.png`, fullPage: true });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(overflow, 0);
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter((element) => !element.closest("pre, .visually-hidden") && element.getBoundingClientRect().right > innerWidth + 0.5)
      .map((element) => element.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(wide, []);
});

test("landmarks, one h1, and a label for every control", async () => {
  await page.click("#try-iris");
  await page.waitForSelector("#model:not([hidden])");
  const found = await page.evaluate(() => ({
    headings: document.querySelectorAll("h1").length,
    landmarks: ["header", "main", "footer"].filter((name) => document.querySelectorAll(`body > ${name}`).length === 1),
    language: document.documentElement.lang,
    unlabelled: [...document.querySelectorAll("input, select")].filter((control) => control.labels.length === 0).map(({ id }) => id),
    nameless: [...document.querySelectorAll("button")].filter((button) => !button.textContent.trim()).length,
    twice: [...document.querySelectorAll("[id]")].map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
  }));
  assert.deepEqual(found, {
    headings: 1,
    landmarks: ["header", "main", "footer"],
    language: "en",
    unlabelled: [],
    nameless: 0,
    twice: [],
  });
});
