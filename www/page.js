// Starts the page. What is here and what it imports is all that the first paint waits for: the runtime, the importers and
// every panel come when they are needed.

import { byId } from "./dom.js";
import { connectWays } from "./ways.js";

connectWays((wanted) => import("./opening.js").then(({ open }) => open(wanted)));
afterFirstPaint(() => {
  const address = new URLSearchParams(location.search).get("model");
  if (address) byId("address").value = address;
  if (address) byId("address-form").requestSubmit();
  import("./example.js").then(({ startExample }) => startExample());
});

/** A frame is drawn between the two callbacks. A tab in the background draws none: it waits until it is looked at. */
function afterFirstPaint(work) {
  requestAnimationFrame(() => requestAnimationFrame(work));
}
