// A project with packages of one model, as `edgelet package` makes them, installed as a user would.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { run } from "./consumer.mjs";

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
