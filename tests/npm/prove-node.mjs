// What a program of Node, Deno or Bun that has the package installed proves; printed as JSON. It is also its own thread.
import { createRequire } from "node:module";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { prove } from "./proof.mjs";

const WAYS = {
  "ES module": () => import("edgelet"),
  CommonJS: () => createRequire(import.meta.url)("edgelet"),
  worker_threads: () => import("edgelet"),
};
const [how, origin, ...names] = workerData ?? process.argv.slice(2);

if (how === "worker_threads" && isMainThread) {
  const thread = new Worker(new URL(import.meta.url), { workerData: [how, origin, ...names] });
  thread.on("message", (found) => console.log(found));
} else {
  const found = JSON.stringify(await prove(await WAYS[how](), origin, names, 2));
  if (isMainThread) console.log(found);
  else parentPort.postMessage(found);
}
