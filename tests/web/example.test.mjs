// The page's second half: five points, the line fitted to them, its loss, and a slider.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaints, fetched, page, picture } from "./visitor.mjs";

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

test("opens without a complaint, tells what edgelet is, and measures itself", async () => {
  assert.match(await page.textContent("h1"), /trained model in one small file/);
  await page.waitForFunction(() => /\d/.test(document.querySelector("#fact-predict .value").textContent), undefined, { timeout: 20_000 });
  for (const fact of ["model", "runtime", "load", "predict"]) {
    assert.match(await page.textContent(`#fact-${fact} .value`), /^[\d.,]+ (bytes|KB|ns|µs|ms|s)$/, fact);
    assert.notEqual(await page.textContent(`#fact-${fact} .how`), "", `${fact} says how`);
  }
  const size = (await fetched("bucket/models/line.edgelet")).length;
  assert.equal(await page.textContent("#fact-model .value"), `${size} bytes`);
  await picture("light");
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
