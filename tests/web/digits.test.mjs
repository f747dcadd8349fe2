// Digits drawn on the page by a hand that the tests lead, and what its network reads.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SITE, complaints, page, picture, reads } from "./visitor.mjs";

/** Points on a circle or a part of it, angles in degrees from the right, clockwise. */
const arc = (x, y, rx, ry, from, to) =>
  Array.from({ length: 17 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 16) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });

/** Strokes of the ten digits, in parts of the paper. */
const DIGITS = [
  [arc(0.5, 0.5, 0.2, 0.33, -90, 270)],
  [[[0.4, 0.3], [0.52, 0.18], [0.52, 0.82]]],
  [[...arc(0.5, 0.34, 0.18, 0.17, -180, 30), [0.33, 0.8], [0.7, 0.8]]],
  [[...arc(0.48, 0.33, 0.18, 0.16, -150, 80), ...arc(0.48, 0.66, 0.2, 0.17, -80, 150)]],
  [[[0.5, 0.15], [0.3, 0.6], [0.72, 0.6]], [[0.58, 0.42], [0.58, 0.85]]],
  [[[0.68, 0.18], [0.38, 0.18], [0.36, 0.46], ...arc(0.48, 0.63, 0.2, 0.18, -120, 140)]],
  [[[0.58, 0.16], [0.4, 0.4], ...arc(0.5, 0.66, 0.17, 0.17, -180, 190)]],
  [[[0.3, 0.2], [0.7, 0.2], [0.45, 0.82]], [[0.4, 0.5], [0.65, 0.5]]],
  [[...arc(0.5, 0.33, 0.15, 0.15, 90, 450), ...arc(0.5, 0.66, 0.18, 0.17, -90, 270)]],
  [[...arc(0.5, 0.35, 0.16, 0.17, 0, 360), [0.66, 0.4], [0.62, 0.85]]],
];

async function drawn(strokes) {
  const { x, y, width, height } = await page.locator("#paper").boundingBox();
  for (const [first, ...points] of strokes) {
    await page.mouse.move(x + first[0] * width, y + first[1] * height);
    await page.mouse.down();
    for (const [px, py] of points) await page.mouse.move(x + px * width, y + py * height, { steps: 3 });
    await page.mouse.up();
  }
}

test("digits that are drawn are read", async () => {
  await page.goto(new URL("digits.html", SITE).href);
  await page.waitForFunction(() => document.querySelector("#bytes").textContent !== "–");
  const wrong = [];
  for (const [digit, strokes] of DIGITS.entries()) {
    await drawn(strokes);
    await page.waitForFunction(() => /\d/.test(document.querySelector("#answer").textContent));
    // The last stroke is read in the next frame.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    const read = await page.textContent("#answer");
    if (read !== String(digit)) wrong.push(`${digit} as ${read}`);
    if (digit === 3) await picture("digits");
    await page.click("#clear");
    await reads("#answer", "–");
  }
  // A hand that has never seen a person's digits; one of the ten may be misread.
  assert.ok(wrong.length <= 1, wrong.join());
  assert.match(await page.textContent("#accuracy"), /^9\d\.\d\u00a0%$/);
  assert.match(await page.textContent("#bytes"), /^2\d\.\d KB$/);
  assert.match(await page.textContent("#time"), /^\d+ µs$/);
  assert.deepEqual(complaints, []);
});

test("the page of models leads to it, and it back", async () => {
  await page.click('a[href="digits.html"]');
  await page.waitForSelector("#paper");
  await page.click(".brand a");
  await page.waitForSelector("#x:enabled");
  assert.deepEqual(complaints, []);
});
