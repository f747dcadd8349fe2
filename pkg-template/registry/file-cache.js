// A folder as a cache, for Node, Deno and Bun: one file for each address, its headers in the first line. A file is there
// whole or not at all, also when several processes write to the folder.
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ENDING = ".kept";

export function fileCache(folder) {
  const place = (address) => join(folder, createHash("sha256").update(String(address)).digest("hex") + ENDING);
  const read = async (path) => {
    const bytes = await readFile(path).catch((error) => {
      if (error.code !== "ENOENT") throw error;
    });
    const end = bytes?.indexOf("\n") ?? -1;
    return end < 0 ? undefined : { ...JSON.parse(bytes.subarray(0, end)), body: bytes.subarray(end + 1) };
  };
  return {
    async match(address) {
      const kept = await read(place(address));
      // A hash of an address may be another's in theory, and somebody may have put a file there.
      return kept?.address === String(address) ? new Response(kept.body, { headers: kept.headers }) : undefined;
    },

    async put(address, response) {
      const head = JSON.stringify({ address: String(address), headers: [...response.headers] });
      const bytes = Buffer.concat([Buffer.from(`${head}\n`), new Uint8Array(await response.arrayBuffer())]);
      await mkdir(folder, { recursive: true });
      const unfinished = join(folder, randomUUID());
      try {
        await writeFile(unfinished, bytes, { mode: 0o600 });
        await rename(unfinished, place(address));
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
    },

    async delete(address) {
      const isThere = (await read(place(address))) !== undefined;
      await rm(place(address), { force: true });
      return isThere;
    },

    async keys() {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ENDING));
      const kept = await Promise.all(names.map((name) => read(join(folder, name)).catch(() => {})));
      return kept.flatMap((one) => one?.address ?? []);
    },
  };
}
