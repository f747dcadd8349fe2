// Workers of Node, which Deno and Bun have too.
import { Worker } from "node:worker_threads";
import { load as loadRemote } from "./load.js";

export function load(source, options, init, worker) {
  // The flags of this process are for its own script: a worker that gets --input-type does not start.
  const start = () => new Worker(new URL("./{{prefix}}node-thread.js", import.meta.url), { execArgv: [] });
  return loadRemote(source, options, init, worker, start);
}
