// A project that has the packed tarball installed, as a user's has it: for the tests that bundle, serve or type-check it.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Runs a program and gives its output; rejects with the output if it fails. */
export async function run(program, parameters, options) {
  try {
    return (await promisify(execFile)(program, parameters, options)).stdout;
  } catch (error) {
    throw new Error(`${program} ${parameters.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

/** The folder of the development tools' programs. */
export const tools = fileURLToPath(new URL("../node_modules/.bin/", import.meta.url));

/** The packed tarball: beside the folder it was packed from, which `cargo xtask test` names. */
export async function tarball() {
  const folder = resolve(process.env.EDGELET_PACKAGE ?? "target/npm/edgelet");
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return join(folder, `../edgelet-${version}.tgz`);
}

/** A new project with the tarball installed and some files; gone when the tests of the file end. */
export async function consumer(files = {}) {
  const folder = await mkdtemp(join(tmpdir(), "edgelet-consumer-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const quietly = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", ...quietly, await tarball()], { cwd: folder });
  await symlink(fileURLToPath(new URL("../node_modules/@types", import.meta.url)), join(folder, "node_modules/@types"));
  return folder;
}
