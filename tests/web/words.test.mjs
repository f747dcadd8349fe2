// Words that are said to the page: by strangers, from files, and into a microphone that the tests speak into.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { launch } from "../chromium.mjs";
import { SITE, complaints, fetched, folder, page, picture, reads } from "./visitor.mjs";

const WORDS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"];
const STRANGERS = ["f4", "m6", "robert"];
const address = new URL("words.html", SITE).href;
const recording = (stranger, word) => fetched(`bucket/words/${stranger}/${word}.wav`);

async function open() {
  await page.goto(address);
  await page.waitForSelector("#words button:enabled");
}

test("strangers' voices are heard", async () => {
  await open();
  const wrong = [];
  for (const stranger of STRANGERS) {
    await page.check(`input[value=${stranger}]`);
    for (const word of WORDS) {
      await page.evaluate(() => (document.querySelector("#answer").textContent = "?"));
      await page.click(`#words button[value=${word}]`);
      await page.waitForFunction(() => document.querySelector("#answer").textContent !== "?");
      const heard = await page.textContent("#answer");
      if (heard !== word) wrong.push(`${stranger}'s ${word} as ${heard}`);
      if (stranger === "f4" && word === "right") await picture("words");
    }
  }
  // One of the three is as far from those that it learned from as they come.
  assert.ok(wrong.length <= 9, wrong.join());
  assert.match(await page.textContent("#accuracy"), /^[89]\d\.\d\u00a0%$/);
  assert.match(await page.textContent("#bytes"), /^[78]\d\.\d KB$/);
  assert.match(await page.textContent("#time"), /^[\d,]+ µs$/);
  assert.deepEqual(complaints, []);
});

test("a file is heard where its word is, and what is no sound is told", async () => {
  await open();
  const wav = await recording("robert", "stop");
  // A second and a half of silence before it.
  const silence = new Uint8Array(2 * 24000);
  const longer = Buffer.concat([wav.subarray(0, 44), silence, wav.subarray(44)]);
  longer.writeUInt32LE(longer.length - 8, 4);
  longer.writeUInt32LE(longer.length - 44, 40);
  await writeFile(join(folder, "stop.wav"), longer);
  await page.setInputFiles("#file", join(folder, "stop.wav"));
  await reads("#answer", "stop");
  await writeFile(join(folder, "notes.wav"), "no sound");
  await page.setInputFiles("#file", join(folder, "notes.wav"));
  await page.waitForSelector("#problem:not([hidden])");
  assert.match(await page.textContent("#problem"), /could not be decoded/);
  await reads("#answer", "stop");
  assert.deepEqual(complaints, []);
});

test("the microphone is heard", async () => {
  await writeFile(join(folder, "voice.wav"), await recording("f4", "right"));
  const heard = await launch([
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-audio-capture=${join(folder, "voice.wav")}`,
  ]);
  try {
    const context = await heard.newContext({ permissions: ["microphone"] });
    const visitor = await context.newPage();
    await visitor.goto(address);
    await visitor.waitForSelector("#words button:enabled");
    await visitor.click("#listen");
    await visitor.waitForFunction(() => document.querySelector("#answer").textContent === "right");
    assert.equal(await visitor.getAttribute("#listen", "aria-pressed"), "true");
    await visitor.click("#listen");
    assert.equal(await visitor.getAttribute("#listen", "aria-pressed"), "false");
    assert.ok(await visitor.isHidden("#problem"));
  } finally {
    await heard.close();
  }
});

test("a microphone that may not be heard is told", async () => {
  await open();
  await page.click("#listen");
  await page.waitForSelector("#problem:not([hidden])");
  assert.match(await page.textContent("#problem"), /The microphone cannot be heard/);
  assert.equal(await page.getAttribute("#listen", "aria-pressed"), "false");
});
