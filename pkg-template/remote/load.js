// `load` with `worker`: the model is followed, fetched and checked here, where functions, requests and the app's keys are, and
// decoded and run in workers.
import { EdgeletError, shown } from "../errors.js";
import { unlessAborted } from "../registry/abort.js";
import { load as loadWith } from "../registry/load.js";
import { tellerOf } from "../registry/progress.js";
import { coreModule } from "../slim.js";
import { bytesOf } from "./bytes.js";
import { RemoteModel } from "./model.js";
import { Pool } from "./pool.js";

/** More workers than a device has cores are a mistake. */
const MOST_WORKERS = 64;

/** `init` starts the core; `worker` is the option, and `start` makes one of this package's workers. */
export async function load(source, options, init, worker, start) {
  options.signal?.throwIfAborted();
  const pool = new Pool(workersOf(worker, start));
  const decode = async (source, { integrity, onProgress, signal }) => {
    const tell = tellerOf({ onProgress });
    const bytes = await bytesOf(source, { ...options, signal }, tell);
    const size = bytes.length;
    const opening = pool.open(coreModule(), bytes, integrity, (progress) => progress.stage !== "ready" && tell(progress));
    const model = new RemoteModel(pool, await unlessAborted(signal, opening));
    tell({ stage: "ready", loaded: size, total: size, fraction: 1 });
    return model;
  };
  try {
    return await pool.unlessEnded(loadWith(source, options, init, true, decode));
  } catch (error) {
    pool.end(error);
    throw error;
  }
}

function workersOf(worker, start) {
  if (typeof worker.postMessage === "function") return [worker];
  const count = worker === true ? 1 : worker;
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS) {
    const expected = `true, a number of workers from 1 to ${MOST_WORKERS}, or a Worker`;
    throw new EdgeletError("bad_option", "options.worker", expected, shown(worker));
  }
  try {
    return Array.from({ length: count }, start);
  } catch (error) {
    const hint = "Where Trusted Types or another origin forbid it, pass a Worker of your own.";
    throw new EdgeletError("worker_failed", "options.worker", "a worker", String(error?.message), hint);
  }
}
