// Waiting that ends with an abort.

/** What a promise gives, but not beyond an abort: then it rejects with the signal's reason, whatever becomes of the promise. */
export async function unlessAborted(signal, promise) {
  if (signal === undefined) return promise;
  // Whoever stopped waiting is not to hear that it failed.
  Promise.resolve(promise).catch(() => {});
  let stop;
  const aborted = new Promise((_, reject) => (stop = () => reject(signal.reason)));
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    return await Promise.race([aborted, promise]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
