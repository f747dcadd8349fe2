// What a program of Node, Deno or Bun that has packages of one model installed proves of them, each with its model's table;
// printed as JSON.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { predictTable } from "./table.mjs";

const WAYS = { "ES module": (name) => import(name), CommonJS: createRequire(import.meta.url) };
const [how, packages] = process.argv.slice(2);
const found = {};
for (const [name, model] of Object.entries(JSON.parse(packages))) {
  const { load } = await WAYS[how](name);
  const tables = { [model]: JSON.parse(await readFile(`${model}.json`, "utf8")) };
  found[name] = (await predictTable(() => load(), "", tables))[model];
}
console.log(JSON.stringify(found));
