// What the tests have proved, for the matrix in README.md: a file for each way to run the package, in `target/proofs`.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const folder = resolve("target/proofs");

/** Writes down that a runtime, used in some way, gives the same bits from a URL; and whether off the thread too. */
export async function proved(runtime, how, { worker = false } = {}) {
  await mkdir(folder, { recursive: true });
  const name = `${runtime} ${how}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  await writeFile(join(folder, name), [runtime, how, worker ? "yes" : "no"].join("\t"));
}
