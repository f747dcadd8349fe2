// Work that several ask for at once is done once. It goes on for as long as one of them waits for it.
import { unlessAborted } from "./abort.js";

const running = new Map();
const numbers = new WeakMap();
let count = 0;

/** A text that is the same for equal plain values, and for the same function or object. */
export function identity(value) {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return JSON.stringify(value);
  if (!numbers.has(value)) numbers.set(value, (count += 1));
  return `#${numbers.get(value)}`;
}

/** What `work(signal, tell)` gives, run once for all who ask with one key meanwhile; what it tells, all listeners hear. */
export async function shared(key, signal, listener, work) {
  let run = running.get(key);
  if (run === undefined) {
    const controller = new AbortController();
    const listeners = new Set();
    const done = work(controller.signal, (...news) => listeners.forEach(({ hear }) => hear(...news)));
    run = { controller, listeners, done };
    running.set(key, run);
  }
  // An object of its own: two may listen with the same function.
  const waiting = { hear: listener };
  run.listeners.add(waiting);
  try {
    return await unlessAborted(signal, run.done);
  } finally {
    run.listeners.delete(waiting);
    if (run.listeners.size === 0) {
      if (running.get(key) === run) running.delete(key);
      run.controller.abort();
    }
  }
}
