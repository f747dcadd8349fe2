// Packages of one model, as `edgelet package` makes them, installed as a user would.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { launch } from "../chromium.mjs";
import { run, tools } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { fixture, named, program, project, workerd } from "./packages.mjs";
import { expectedBits, predictTable } from "./table.mjs";

const { folder, edgelet, install, installed, entry } = await project();
const table = await tables();
const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const html = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}"><title>packages</title>`;
const here = fileURLToPath(new URL("./", import.meta.url));
const origin = await serve({ "/made/": join(folder, "made/"), "/tests/": here }, { "/": html });
for (const name of Object.keys(table)) await edgelet(fixture(name), "--name", named(name), "-o", `made/${name}`, "--cdn");
await edgelet(fixture("mixed"), "--name", "by-url", "-o", "made/by_url", "--url", `${origin}/models/mixed.edgelet`);
await install([...Object.keys(table), "by_url"]);

test("every family's package gives the bits of the table", async () => {
  const load = async (address) => (await entry(named(address.slice(1, -".edgelet".length)))).load();
  assert.deepEqual(await predictTable(load, "", table), expectedBits(table));
});

test("the model by its address, and the file for a script, give the same bits", async () => {
  const mixed = { mixed: table.mixed };
  const byUrl = await entry("by-url");
  assert.deepEqual(await predictTable(() => byUrl.load(), "", mixed), expectedBits(mixed));
  const cdn = await entry(named("mixed"), "cdn.js");
  assert.deepEqual(await predictTable(() => cdn.load(), "", mixed), expectedBits(mixed));
  const other = () => new Response(new Uint8Array(416));
  await assert.rejects(byUrl.load({ fetch: other }), { code: "integrity" });
  await assert.rejects(byUrl.load({ fetch: () => new Response("", { status: 403 }) }), { code: "http_status" });
});

test("in Chromium, without a bundler and under a strict policy, they give the same bits", async () => {
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(origin);
  for (const [name, file] of [["mixed", "index.js"], ["mixed", "cdn.js"], ["sklearn_isolation", "cdn.js"], ["by_url", "index.js"]]) {
    const one = name === "by_url" ? "mixed" : name;
    const read = { [one]: table[one] };
    const found = await page.evaluate(
      async ([path, read]) => {
        const [{ load }, { predictTable }] = await Promise.all([import(path), import("/tests/table.mjs")]);
        return predictTable(() => load(), "", read);
      },
      [`/made/${name}/${file}`, read],
    );
    assert.deepEqual(found, expectedBits(read), `${name}/${file}`);
  }
});

test("in workerd, from a bundle, the wasm is imported as a module", async () => {
  const worker = `import { load } from "${named("mixed")}";
export default { fetch: async () => Response.json((await load()).predictProba({ age: 31, usage: 1, plan: "pro" }).probabilities.length) };\n`;
  assert.equal(await (await fetch(await workerd(folder, worker))).json(), 2);
});

test("as one file it is what npm packs of the folder, always the same bytes, and installs", async () => {
  const options = [fixture("mixed"), "--name", "@acme/packed", "--version", "1.2.0"];
  await edgelet(...options, "-o", "packed-1.2.0.tgz");
  await edgelet(...options, "-o", "again.TGZ");
  const packed = await readFile(join(folder, "packed-1.2.0.tgz"));
  assert.ok(packed.equals(await readFile(join(folder, "again.TGZ"))));
  await edgelet(...options, "-o", "made/packed");
  const theirs = (await run("npm", ["pack", "--silent", "--ignore-scripts", "./made/packed"], { cwd: folder })).trim();
  const taker = await mkdtemp(join(folder, "taker-"));
  await writeFile(join(taker, "package.json"), '{ "private": true }');
  for (const [file, to] of [["packed-1.2.0.tgz", "ours"], [theirs, "theirs"]]) {
    await mkdir(join(taker, to));
    await run("tar", ["-xzf", join(folder, file), "-C", join(taker, to)]);
  }
  await run("diff", ["-r", "ours", "theirs"], { cwd: taker });
  await run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "../packed-1.2.0.tgz"], { cwd: taker });
  const { load } = await import(pathToFileURL(join(taker, "node_modules/@acme/packed/node.js")));
  const mixed = { mixed: table.mixed };
  assert.deepEqual(await predictTable(() => load(), "", mixed), expectedBits(mixed));
});

test("wrong rows are the errors that edgelet throws", async () => {
  const { load: loadAny } = await import(pathToFileURL(resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet", "node.js")));
  const [theirs, package_] = [await loadAny(await readFile(fixture("mixed"))), await entry(named("mixed"))];
  const ours = await package_.load();
  const good = { age: 31, usage: 1, plan: "pro" };
  assert.equal(ours.predict(good), theirs.predict(good));
  package_.assertRow(good);
  const wrong = [{}, { ...good, age: null }, { ...good, age: 1 / 0 }, { ...good, age: "x" }, { ...good, plam: 1 }, { ...good, plan: 3 }];
  const thrown = (work) => {
    try {
      work();
    } catch ({ name, code, message }) {
      return { name, code, message };
    }
  };
  for (const row of wrong) {
    const expected = thrown(() => theirs.predict(row));
    assert.ok(expected !== undefined);
    assert.deepEqual(thrown(() => ours.predict(row)), expected);
    assert.deepEqual(thrown(() => ours.predict([good, row])), thrown(() => theirs.predict([good, row])));
    assert.equal(thrown(() => package_.assertRow(row)).code, expected.code);
  }
  const text = (await entry(named("sklearn_text_union_hashed"))).load;
  const texts = await text();
  const answer = texts.predict(table.sklearn_text_union_hashed.texts[0]);
  assert.throws(() => texts.predict([null]));
  assert.deepEqual(texts.predict(table.sklearn_text_union_hashed.texts[0]), answer);
  ours.dispose();
  assert.throws(() => ours.predict(good), { code: "disposed" });
});

test("the card's example predicts what it says", async () => {
  for (const name of ["mixed", "diabetes_linear", "sklearn_text_union_hashed"]) {
    const card = await readFile(join(installed(named(name)), "README.md"), "utf8");
    const [, call, said] = /^(model\..*);\n\/\/ (.*)$/m.exec(card);
    const model = await (await entry(named(name))).load();
    assert.deepEqual(new Function("model", `return ${call}`)(model), JSON.parse(said), name);
  }
});

test("what a visitor downloads is within the budget", async () => {
  const budget = JSON.parse(await readFile(new URL("package-budget.json", import.meta.url), "utf8"));
  for (const [name, limit] of Object.entries(budget.whole)) {
    const files = await Promise.all(["index.js", "model.wasm"].map((file) => readFile(join(installed(named(name)), file))));
    const size = files.reduce((total, bytes) => total + brotliCompressSync(bytes).length, 0);
    assert.ok(size <= limit, `${name}: ${size} bytes are over ${limit} (tests/npm/package-budget.json)`);
  }
});

test("types refuse a wrong category, and tools find nothing wrong", async () => {
  await symlink(fileURLToPath(new URL("../node_modules/@types", import.meta.url)), join(folder, "node_modules/@types"));
  const right = `import { load, assertRow, type Class } from "${named("mixed")}";
const model = await load();
const one: Class = model.predict({ age: 31, usage: null, plan: "pro" });
const many: Class[] = model.predict([{ age: 31, usage: 2, plan: "basic" }]);
const flat: Class[] = model.predict(new Float64Array(6), { rows: 2 });
const row: unknown = JSON.parse("{}");
assertRow(row);
export const all = [one, many, flat, model.predictProba(row).probabilities];
`;
  const wrong = right.replace('plan: "pro"', "plan: 3").replace("age: 31,", 'age: "31",');
  await writeFile(join(folder, "right.ts"), right);
  await writeFile(join(folder, "wrong.ts"), wrong);
  await writeFile(join(folder, "iris.ts"), `import { load } from "${named("iris_logistic")}";\nexport const label: 0 | 1 | 2 = (await load()).predict([1, 2, 3, 4]);\n`);
  const how = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom", "--types", "", "--module", "nodenext"];
  await run(join(tools, "tsc"), [...how, "right.ts", "iris.ts"], { cwd: folder });
  await assert.rejects(run(join(tools, "tsc"), [...how, "wrong.ts"], { cwd: folder }), /Type '(string|number)' is not assignable/);
  // With --cdn, with --url, with a forest, with a text.
  for (const name of ["mixed", "by_url", "xgboost_dart_softprob", "sklearn_text_union_hashed"]) {
    const packed = join(folder, (await run("npm", ["pack", "--silent", "--ignore-scripts", `./made/${name}`], { cwd: folder })).trim());
    assert.match(await run(join(tools, "publint"), [packed, "--strict"]), /All good/);
    await run(join(tools, "attw"), [packed, "--profile", "node16", "--exclude-entrypoints", "model.wasm", "--ignore-rules", "cjs-resolves-to-esm"]);
  }
  const files = await readdir(join(folder, "made/mixed"));
  assert.ok(["LICENSE-MIT", "LICENSE-APACHE", "README.md"].every((name) => files.includes(name)));
});

test("hostile names and labels are texts everywhere, and harm nothing", async () => {
  const names = ['"]; alert(1)//', "*/ export const pwned = 1; /*", "</script><script>alert(1)</script>", "__proto__", "a\\", "`${alert(1)}`"];
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  const rows = Array.from({ length: 40 }, (_, i) => [...names.map((name, j) => (j === 0 ? cell(names[i % 3]) : (i * (j + 3)) % 7)), cell(names[(i >> 1) % 2])]);
  await writeFile(join(folder, "hostile.csv"), [[...names, "target`\n# pwned"].map(cell).join(), ...rows.map((row) => row.join())].join("\n"));
  await run(program, ["--quiet", "train", "hostile.csv", "--target", "target`\n# pwned", "-o", "hostile.edgelet"], { cwd: folder });
  await edgelet("hostile.edgelet", "--name", "hostile", "-o", "made/hostile", "--training", "hostile.csv", "--cdn");
  const made = join(folder, "made/hostile");
  const card = await readFile(join(made, "README.md"), "utf8");
  assert.doesNotMatch(card, /^# pwned|<script>alert/m);
  assert.doesNotMatch(await readFile(join(made, "cdn.js"), "utf8"), /<\/script|\u2028/);
  const hostile = await import(pathToFileURL(join(made, "node.js")));
  assert.equal("pwned" in hostile, false);
  assert.deepEqual(hostile.featureNames.toSorted(), names.toSorted());
  const columns = names.map((_, j) => (j === 0 ? names[0] : 1));
  assert.ok(hostile.classes.includes((await hostile.load()).predict(hostile.featureNames.map((name) => columns[names.indexOf(name)]))));
  const user = `import { featureNames, load } from "./made/hostile/index.js";\nexport const answer: string = (await load()).predict(["*/ export const pwned = 1; /*", 1, 1, 1, 1, 1]);\nexport const names = featureNames;\n`;
  await writeFile(join(folder, "hostile.ts"), user);
  const how = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,esnext.disposable,dom", "--types", "", "--module", "nodenext"];
  await run(join(tools, "tsc"), [...how, "hostile.ts"], { cwd: folder });
});

test("what is in the way is left alone, and names and addresses are npm's and the public's", async () => {
  const mixed = fixture("mixed");
  await writeFile(join(folder, "file"), "mine");
  await assert.rejects(edgelet(mixed, "--name", "churn", "-o", "file"), /a file/);
  await assert.rejects(edgelet(mixed, "--name", "churn", "-o", "node_modules"), /a folder with other things/);
  await edgelet(mixed, "--name", "churn", "--version", "1.4.0");
  await writeFile(join(folder, "churn/old"), "");
  await edgelet(mixed, "--name", "churn", "--version", "1.4.1");
  assert.deepEqual(await readdir(join(folder, "churn")), (await readdir(join(folder, "made/by_url"))).toSorted());
  assert.equal(JSON.parse(await readFile(join(folder, "churn/package.json"), "utf8")).version, "1.4.1");
  for (const [option, value] of [["--name", "../churn"], ["--name", "Churn"], ["--version", "1"]]) {
    const others = option === "--name" ? [] : ["--name", "churn"];
    await assert.rejects(edgelet(mixed, ...others, option, value), /invalid value/, value);
  }
  for (const url of ["https://a:s3cret@c/d", "https://c/d?X-Amz-Signature=s3cret"]) {
    const told = await edgelet(mixed, "--name", "churn", "--url", url).catch(({ cause }) => cause.stderr);
    assert.match(told, /^error\[bad_option\]: url: expected an address/);
    assert.doesNotMatch(told, /s3cret/);
  }
  assert.equal((await readdir(folder)).some((name) => name.startsWith(".edgelet-")), false);
});
