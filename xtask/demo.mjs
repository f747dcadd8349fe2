// Loads the demo's models over http and prints what a visitor gets: `node xtask/demo.mjs PACKAGE ADDRESS`. The host's own
// predictions for the same rows lie in target/.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, address] = process.argv.slice(2);
const { load } = await import(pathToFileURL(resolve(folder, "node.js")));
const report = {};

for (const name of ["line", "iris"]) {
  let bytes = 0;
  const begin = performance.now();
  const model = await load(`${address}/bucket/models/${name}.edgelet`, { onProgress: ({ loaded }) => (bytes = loaded) });
  const loading = performance.now() - begin;

  const rows = await rowsOf(name, model.featureNames);
  const host = (await readFile(`target/${name}.ndjson`, "utf8")).trim().split("\n").map((line) => JSON.parse(line).prediction);
  const here = Array.from(model.predict(rows));
  const equal = here.filter((prediction, i) => Object.is(prediction, host[i])).length;

  const times = 100_000;
  const start = performance.now();
  for (let i = 0; i < times; i++) model.predict(rows[0]);
  const each = ((performance.now() - start) / times) * 1000;
  report[name] = {
    bytes,
    "load, ms": Number(loading.toFixed(2)),
    "one row, µs": Number(each.toFixed(3)),
    "first prediction": here[0],
    "same as on the host": `${equal} of ${host.length} rows`,
    "own test rows": `${model.verify()} agree`,
  };
  model.dispose();
  if (equal !== host.length || host.length !== rows.length) process.exitCode = 1;
}
console.table(report);

/** The rows of a data set of numbers, as objects with the model's features. */
async function rowsOf(name, features) {
  const [header, ...lines] = (await readFile(`xtask/data/${name}.csv`, "utf8")).trim().split("\n").map((line) => line.split(","));
  return lines.map((cells) => Object.fromEntries(features.map((feature) => [feature, Number(cells[header.indexOf(feature)])])));
}
