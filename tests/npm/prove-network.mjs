// What packages of one network answer in a program of Node, Deno or Bun that has them installed; printed as JSON.
import { createRequire } from "node:module";
import { answers } from "./answers.mjs";

const WAYS = { "ES module": (name) => import(name), CommonJS: createRequire(import.meta.url) };
const [how, ...names] = process.argv.slice(2);
const found = {};
for (const name of names) found[name] = answers(await (await WAYS[how](name)).load());
console.log(JSON.stringify(found));
