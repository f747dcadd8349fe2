// Workers of the web. Bundlers look for what stands here: `new Worker(new URL("…", import.meta.url), …)`.
import { load as loadRemote } from "./load.js";

export function load(source, options, init, worker) {
  const start = () => new Worker(new URL("./{{prefix}}thread.js", import.meta.url), { type: "module" });
  return loadRemote(source, options, init, worker, start);
}
