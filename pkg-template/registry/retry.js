// Patience with networks: what failed for a reason that passes is tried again, each time later, and not all at once.
import { unlessAborted } from "./abort.js";

/** The longest wait between two attempts, in milliseconds. */
const LONGEST = 30_000;

/** For how many milliseconds a server asked to be left alone, by the error its answer became. */
const asked = new WeakMap();

/** Remembers that a server named a time to wait. */
export function askedToWait(error, seconds) {
  if (seconds > 0) asked.set(error, seconds * 1000);
}

/** Whether an error is of a kind that passes: no connection, a cut one, a server that is busy or broken. */
export const isPassing = ({ code, found }) =>
  code === "network" || (code === "http_status" && /^status (408|416|429|5\d\d)/.test(found));

/** Runs `attempt` until it succeeds, fails for good, or has failed `attempts` times. The n-th wait is about delay × 2ⁿ⁻¹. */
export async function patiently({ attempts = 4, delay = 250 } = {}, signal, attempt) {
  for (let wait = delay, left = attempts; ; wait *= 2) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      left -= 1;
      if (left <= 0 || !isPassing(error)) throw error;
      // Half of the wait is drawn: clients that failed together do not come back together.
      await pause(Math.min(Math.max(wait * (0.5 + Math.random() / 2), asked.get(error) ?? 0), LONGEST), signal);
    }
  }
}

async function pause(milliseconds, signal) {
  let timer;
  try {
    await unlessAborted(signal, new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))));
  } finally {
    clearTimeout(timer);
  }
}
