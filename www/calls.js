// The worker's side of a workshop: calls come as messages and are answered so.

/**
 * Answers calls by name when all is `started`. A message is `{ id, call, given }`, its answer `{ id, value }`, `{ id, error }` (the
 * fields of an EdgeletError) or `{ id, trap }`.
 */
export function answerCalls(calls, started) {
  addEventListener("message", async ({ data: { id, call, given } }) => {
    try {
      const value = await calls[call](given, await started);
      postMessage({ id, value }, value instanceof Uint8Array ? [value.buffer] : []);
    } catch (error) {
      // What the wasm throws is a plain object; everything else means that it is in no state to go on.
      if (typeof error?.code === "string") postMessage({ id, error });
      else postMessage({ id, trap: String(error?.message ?? error) });
    }
  });
}
