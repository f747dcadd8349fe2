// A worker of a page, or its service worker: it answers through the port that it is sent with what it proves.
import * as edgelet from "/edgelet/edgelet.js";
import { prove } from "./proof.mjs";

addEventListener("message", (event) => {
  const [names, worker] = event.data;
  const answer = prove(edgelet, location.origin, names, worker).catch(String);
  const sent = answer.then((found) => event.ports[0].postMessage(found));
  // A service worker is ended when it seems to have nothing to do.
  event.waitUntil?.(sent);
});
