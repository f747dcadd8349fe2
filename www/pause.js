// Lets the page draw and take input between two slices of work.

/** Resolves as soon as the browser has had its turn; sooner than a timer, and after what waits already. */
export function pause() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
