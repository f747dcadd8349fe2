// The npm package that the page makes: the program's bytes, installed from the file, giving the page's answers.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { complaints, drop, edgelet, example, fetched, file, folder, page, picture, reads, shown, SITE, visit } from "./visitor.mjs";

/** Presses Download and returns the file: its name and its path. */
async function downloaded(press = () => page.click("#package-make")) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  const path = join(await mkdtemp(join(folder, "taken-")), download.suggestedFilename());
  await download.saveAs(path);
  return { name: download.suggestedFilename(), path };
}

/** Opens the form. */
async function opened() {
  await page.click("#package");
  await page.waitForFunction(() => document.activeElement.id === "package-name");
}

/** Installs a file as the page says, in an empty folder, and returns the module of the package. */
async function installed(path, name) {
  const project = await mkdtemp(join(folder, "project-"));
  await writeFile(join(project, "package.json"), '{ "private": true, "type": "module" }');
  const quietly = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  await promisify(execFile)("npm", ["install", ...quietly, path], { cwd: project });
  return import(pathToFileURL(join(project, "node_modules", name, "node.js")));
}

test("it is the file that edgelet package makes, and installed from it the model answers as on the page", async () => {
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await example("wine", "wine.joblib");
  await page.waitForSelector("#tree svg .leaf.on");
  assert.deepEqual(requests.filter((path) => /packag/.test(path)), [], "nothing of it is loaded before it is asked for");
  await opened();
  assert.deepEqual([await page.inputValue("#package-name"), await page.inputValue("#package-version")], ["wine", "0.1.0"]);
  await page.fill("#package-name", "@acme/wine");
  await page.fill("#package-version", "1.0.0");
  await page.check("#package-cdn");
  const { name, path } = await downloaded();
  assert.equal(name, "acme-wine-1.0.0.tgz");
  assert.match(await page.textContent("#package-status"), /^acme-wine-1\.0\.0\.tgz: .*KB, made in /);
  assert.match(await page.textContent("#package-use"), /^npm install \.\/acme-wine-1\.0\.0\.tgz\s+import \{ load \} from "@acme\/wine";/);
  await picture("package");

  const [model, theirs] = [join(folder, "wine.edgelet"), join(folder, "wine.tgz")];
  await edgelet("import", "xtask/data/examples/wine.joblib", "-o", model, "--quiet");
  await edgelet("package", model, "--name", "@acme/wine", "--version", "1.0.0", "--cdn", "-o", theirs, "--quiet");
  assert.ok((await readFile(path)).equals(await readFile(theirs)));

  const ranges = await page.locator("#features input[type=range]").evaluateAll((all) => all.map(({ min, max }) => [Number(min), Number(max)]));
  const share = (k) => ((k * 48271) % 997) / 997;
  const rows = Array.from({ length: 40 }, (_, i) => ranges.map(([low, high], j) => low + (high - low) * share(i * 31 + j + 1)));
  const here = await page.evaluate(async (rows) => {
    const [{ load }, { importModel }, file] = await Promise.all([import("/edgelet/edgelet.js"), import("/importer.js"), fetch("/bucket/models/wine.joblib")]);
    const model = await load(await importModel(new Uint8Array(await file.arrayBuffer()), "wine.joblib"));
    return { labels: model.predict(rows), shares: [...model.predictProba(rows).probabilities] };
  }, rows);
  const wine = await (await installed(path, "@acme/wine")).load();
  assert.deepEqual({ labels: wine.predict(rows), shares: [...wine.predictProba(rows).probabilities] }, here);
  assert.equal(new Set(here.labels).size, 3);
  assert.deepEqual(complaints, []);
});

test("of a network, too, from its own runtime", async () => {
  const requests = [];
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  const path = "tests/fixtures/keras/convolutional.h5";
  await drop("convolutional.h5", await file(path));
  await shown("convolutional.h5");
  await opened();
  await page.fill("#package-name", "@acme/seen");
  const made = await downloaded();
  assert.equal(made.name, "acme-seen-0.1.0.tgz");
  assert.deepEqual(requests.filter((path) => /runtime/.test(path)), ["/packager/edgelet-networks-runtime.bin"]);
  await picture("package-network");
  const [network, theirs] = [join(folder, "seen.edgelet"), join(folder, "seen.tgz")];
  await edgelet("import", path, "-o", network, "--quiet");
  await edgelet("package", network, "--name", "@acme/seen", "-o", theirs, "--quiet");
  assert.ok((await readFile(made.path)).equals(await readFile(theirs)));
  const model = await (await installed(made.path, "@acme/seen")).load();
  const { dense } = model.run({ conv2d_input: { data: new Float32Array(144), shape: [1, 9, 8, 2] } });
  assert.deepEqual(dense.shape, [1, 3]);
  assert.ok(dense.data.every(Number.isFinite));
  assert.deepEqual(complaints, []);
});

test("with the model fetched from the address that it was opened by", async () => {
  await example("iris", "iris.edgelet");
  await opened();
  await page.check("#package-by-url");
  const url = new URL("bucket/models/iris.edgelet", SITE).href;
  assert.equal(await page.inputValue("#package-url"), url);
  const { path } = await downloaded();
  const theirs = join(folder, "iris.tgz");
  await edgelet("package", url, "--name", "iris", "--url", url, "-o", theirs, "--quiet");
  assert.ok((await readFile(path)).equals(await readFile(theirs)));
  const iris = await (await installed(path, "iris")).load();
  assert.equal(iris.predict(await page.locator("#features input[type=text]").evaluateAll((all) => all.map(({ value }) => Number(value)))), await page.textContent("#answer"));
});

test("what npm or the packager refuses is told at its field, and put right there", async () => {
  await drop("Größe 2.edgelet", await fetched("bucket/models/line.edgelet"));
  await shown("Größe 2.edgelet");
  await opened();
  assert.equal(await page.inputValue("#package-name"), "gro-e-2");
  await page.check("#package-by-url");
  assert.equal(await page.inputValue("#package-url"), "", "a file of the visitor's own has no address");
  const wrong = [
    ["name", "Churn", /^This package cannot be madename: expected a name by npm's rules.* found "Churn"/, "churn"],
    ["version", "1", /version: expected a semantic version: 1\.4\.0.* found "1"/, "1.0.0"],
    ["url", "http://example.com/a.edgelet", /url: expected an https:\/\/ address, found one of http/, "https://example.com/a?sig=s3cret"],
    ["url", "https://example.com/a?sig=s3cret", /url: expected an address that may be published/, "https://example.com/a.edgelet"],
  ];
  for (const [field, value, told, right] of wrong) {
    await page.fill(`#package-${field}`, value);
    await page.click("#package-make");
    await page.waitForSelector("#package-problem:not([hidden])");
    const problem = await page.textContent("#package-problem");
    assert.match(problem, told);
    assert.doesNotMatch(problem, /s3cret/);
    assert.deepEqual(await page.evaluate(() => [document.activeElement.id, document.activeElement.getAttribute("aria-invalid")]), [`package-${field}`, "true"]);
    if (field === "name") await picture("package-wrong");
    await page.fill(`#package-${field}`, right);
  }
  assert.equal((await downloaded()).name, "churn-1.0.0.tgz");
  assert.ok(await page.isHidden("#package-problem"));
  assert.deepEqual(complaints, []);
});

test("it can be cancelled, by the button, by closing the form and by another model", async () => {
  const wait = "**/edgelet-runtime.bin";
  await page.route(wait, () => {});
  await example("iris", "iris.edgelet");
  await opened();
  await page.click("#package-make");
  await reads("#package-status", "Making iris-0.1.0.tgz …");
  await page.click("#package-cancel");
  await reads("#package-status", "Cancelled.");
  assert.ok(await page.isHidden("#package-cancel"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "package-make");
  await page.click("#package-make");
  await page.click("#package");
  await page.waitForSelector("#package-form", { state: "hidden" });
  await opened();
  await page.click("#package-make");
  await example("churn", "churn.txt");
  assert.ok(await page.isHidden("#package-form"));
  await page.unroute(wait);
  await opened();
  assert.equal((await downloaded()).name, "churn-0.1.0.tgz");
  assert.deepEqual(complaints, []);
});

test("a packager that stops is thrown away, and the next package gets a fresh one", async () => {
  await page.route("**/edgelet-runtime.bin", (route) => route.fulfill({ status: 404 }), { times: 1 });
  await example("iris", "iris.edgelet");
  await opened();
  await page.click("#package-make");
  await page.waitForFunction(() => /runtime\.bin is answered with 404.* a fresh one/.test(document.querySelector("#package-problem").textContent));
  assert.equal((await downloaded()).name, "iris-0.1.0.tgz");
});

test("by keyboard, in the dark, on a phone", async () => {
  await visit({ viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  await example("churn", "churn.txt");
  await page.focus("#package");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "package-name");
  for (let i = 0; i < 2; i++) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.waitForSelector("#package-url-field:not([hidden])");
  await picture("package-narrow-dark-url");
  await page.keyboard.press("ArrowUp");
  await page.focus("#package-name");
  await downloaded(() => page.keyboard.press("Enter"));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0);
  await picture("package-narrow-dark");
});
