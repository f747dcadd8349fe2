// A project with packages of one model, as `edgelet package` makes them, installed as a user would.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { run, tools } from "./consumer.mjs";

export const program = resolve(process.env.EDGELET_PROGRAM ?? "target/debug/edgelet");

/** A model of the table of bits. */
export const fixture = (name) => fileURLToPath(new URL(`../fixtures/bits/${name}.edgelet`, import.meta.url));

/** What the package of a model is called. */
export const named = (name) => `@acme/${name.replaceAll("_", "-")}`;

/** A new project; gone when the tests of the file end. */
export async function project() {
  const folder = await mkdtemp(join(tmpdir(), "edgelet-packages-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const installed = (name) => join(folder, "node_modules", name);
  return {
    folder,
    /** Runs the program's command that makes packages. */
    edgelet: (...parameters) => run(program, ["--quiet", "package", ...parameters], { cwd: folder }),
    /** Installs the packages in folders of the folder `made`. */
    install: (names) => {
      const quietly = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--install-links"];
      return run("npm", ["install", ...quietly, ...names.map((name) => `./made/${name}`)], { cwd: folder });
    },
    /** Where a package is installed. */
    installed,
    /** One of a package's scripts, imported. */
    entry: (name, file = "node.js") => import(pathToFileURL(join(installed(name), file))),
  };
}

/** Starts workerd with a worker of a project that has one package, bundled; returns its address. */
export async function workerd(folder, worker) {
  await writeFile(join(folder, "worker.js"), worker);
  const bundle = ["worker.js", "--bundle", "--format=esm", "--conditions=workerd", "--loader:.wasm=copy", "--outdir=out", "--log-level=warning"];
  await run(join(tools, "esbuild"), bundle, { cwd: folder });
  const wasm = (await readdir(join(folder, "out"))).find((name) => name.endsWith(".wasm"));
  await writeFile(join(folder, "config.capnp"), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "worker", worker = (
    modules = [(name = "worker.js", esModule = embed "out/worker.js"), (name = "${wasm}", wasm = embed "out/${wasm}")],
    compatibilityDate = "2025-06-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);\n`);
  const path = createRequire(import.meta.url).resolve("@cloudflare/workerd-linux-64/bin/workerd");
  const stdio = ["ignore", "inherit", "inherit", "pipe"];
  const server = spawn(path, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio });
  after(() => server.kill());
  const [line] = await once(createInterface(server.stdio[3]), "line");
  return `http://127.0.0.1:${JSON.parse(line).port}`;
}
