// The packed package in Next.js, built and started as in production: in an edge route, where it is in a realm of its own, in a
// route of Node's, and on a page; and a package of one model in an edge route.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import test, { after } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "../chromium.mjs";
import { consumer, run } from "./consumer.mjs";
import { serve, tables } from "./fixtures.mjs";
import { fixture, program } from "./packages.mjs";
import { proven } from "./proof.mjs";
import { proved } from "./proofs.mjs";
import { expectedBits } from "./table.mjs";

const route = (runtime) => `import * as edgelet from "edgelet";
import { prove } from "../../proof.mjs";
export const runtime = "${runtime}";
export const POST = async (request) => {
  const { origin, names } = await request.json();
  return Response.json({ runtime: process.env.NEXT_RUNTIME, found: await prove(edgelet, origin, names) });
};`;
const ofOneModel = `import { load } from "one-model";
import { predictTable } from "../../table.mjs";
export const runtime = "edge";
export const POST = async (request) => Response.json(await predictTable(() => load(), "", await request.json()));`;
const page = `"use client";
import * as edgelet from "edgelet";
import { useEffect } from "react";
import { prove } from "../proof.mjs";
export default function Page() {
  useEffect(() => void (globalThis.proveApp = (origin, names) => prove(edgelet, origin, names, 2)));
  return <p>edgelet</p>;
}`;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = await consumer();
for (const name of ["app/edge", "app/nodejs", "app/one"]) await mkdir(join(folder, name), { recursive: true });
const files = {
  "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;",
  "app/page.js": page,
  "app/edge/route.js": route("edge"),
  "app/nodejs/route.js": route("nodejs"),
  "app/one/route.js": ofOneModel,
  // What is linked below lies outside the project.
  "next.config.mjs": 'export default { turbopack: { root: "/" } };',
};
for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
for (const name of ["proof.mjs", "table.mjs"]) await copyFile(here(name), join(folder, name));
await run(program, ["--quiet", "package", fixture("mixed"), "--name", "one-model", "-o", "made"], { cwd: folder });
const quietly = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
await run("npm", ["install", ...quietly, "--install-links", "./made"], { cwd: folder });
for (const name of ["next", "react", "react-dom"]) await symlink(here(`../node_modules/${name}`), join(folder, "node_modules", name));
const next = here("../node_modules/next/dist/bin/next");
const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
await run(process.execPath, [next, "build"], { cwd: folder, env, maxBuffer: 2 ** 26 });
const port = await free();
const server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", port], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
after(() => server.kill());
while (!String(await once(server.stdout, "data")).includes("Ready"));
const address = `http://127.0.0.1:${port}`;
const origin = await serve();
const read = await tables();
const bits = expectedBits(read);
const names = Object.keys(bits);

/** A port that nobody listens at. */
async function free() {
  const listening = createServer().listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address();
  listening.close();
  return String(port);
}

for (const runtime of ["edge", "nodejs"]) {
  test(`a route of the runtime ${runtime}`, async () => {
    const response = await fetch(`${address}/${runtime}`, { method: "POST", body: JSON.stringify({ origin, names }) });
    assert.deepEqual(await response.json(), { runtime, found: proven(bits, false) });
    await proved("Next.js", `${runtime} route`);
  });
}

test("a package of one model in an edge route", async () => {
  const { mixed } = read;
  const response = await fetch(`${address}/one`, { method: "POST", body: JSON.stringify({ mixed }) });
  assert.deepEqual(await response.json(), { mixed: bits.mixed });
});

test("a page", async () => {
  const browser = await launch();
  after(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.proveApp !== undefined);
  assert.deepEqual(await page.evaluate(([origin, names]) => proveApp(origin, names), [origin, names]), proven(bits, true));
  await proved("Next.js", "page", { worker: true });
});
