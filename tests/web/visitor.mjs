// A visitor of the page in a real Chromium, a fresh one for each test. `EDGELET_SITE` is the address it is served at
// (target/site, as `cargo xtask site` assembles it); screenshots for people go to target/screenshots.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { launch } from "../chromium.mjs";

export const SITE = process.env.EDGELET_SITE;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCREENSHOTS = join(ROOT, "target/screenshots/");
const DESKTOP = { viewport: { width: 1280, height: 900 } };

let browser;
export let page;
/** A folder for the files of a test. */
export const folder = await mkdtemp(join(tmpdir(), "edgelet-page-"));
/** What must stay empty: console errors and requests to other origins. */
export let complaints;

before(async () => {
  assert.ok(SITE, "set EDGELET_SITE to the address that target/site is served at, such as http://127.0.0.1:8080/");
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => visit());

afterEach(() => page?.context().close());

/** Opens the page anew as another visitor: options of a browser's context, and a query. */
export async function visit(options = {}, query = "") {
  await page?.context().close();
  const context = await browser.newContext({ ...DESKTOP, ...options });
  page = await context.newPage();
  complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(SITE).origin) complaints.push(`request to ${request.url()}`);
  });
  await page.goto(new URL(query, SITE).href);
  await page.waitForSelector("#x:enabled");
}

/** Drops a file on the page, as a hand would. */
export async function drop(name, bytes) {
  const transfer = await page.evaluateHandle(
    ([name, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
      return transfer;
    },
    [name, Buffer.from(bytes).toString("base64")],
  );
  for (const type of ["dragenter", "dragover", "drop"]) await page.dispatchEvent("#drop", type, { dataTransfer: transfer });
}

/** Waits until a model of that name is shown and looked into. */
export async function shown(name) {
  await page.waitForFunction((name) => document.querySelector("#model-name").textContent === name, name);
  await page.waitForSelector("#model:not([hidden]) #inside:not([hidden])");
}

/** One of the examples, shown. */
export async function example(name, file) {
  await page.click(`#try-${name}`);
  await shown(file);
}

/** Waits until an element has that text. */
export const reads = (selector, text) =>
  page.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent === text, [selector, text]);

/** Waits until a problem with that title is shown, and returns its whole text. */
export async function problem(title) {
  await page.waitForFunction((title) => document.querySelector("#explorer-problem strong")?.textContent === title, title);
  return page.textContent("#explorer-problem");
}

export const fetched = async (path) => {
  const response = await fetch(new URL(path, SITE));
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
};

/** A file of the repository. */
export const file = (path) => readFile(join(ROOT, path));

/** Runs the program. */
export const edgelet = (...args) => promisify(execFile)(process.env.EDGELET_PROGRAM ?? join(ROOT, "target/debug/edgelet"), args);

/** Runs a Python script of the repository with the packages of the tests. */
export const python = (script, ...args) =>
  promisify(execFile)(join(ROOT, "target/venv/bin/python"), ["-W", "ignore", join(ROOT, script), ...args]);

/** A picture of the whole page, for people. */
export const picture = (name) => page.screenshot({ path: `${SCREENSHOTS}${name}.png`, fullPage: true });
