// A service worker that predicts with the network off: the recipe that docs/CLIENT.md names.
import { init, load } from "./edgelet/edgelet.js";

const APP = ["./", "./edgelet/edgelet.wasm"];
const { searchParams } = new URL(location.href);
let model;

/** The app's own files are kept by this worker, the model by edgelet. */
async function kept(request) {
  return (await caches.open("app")).match(request);
}

/** Started anew whenever the browser has ended this worker; the model is what is in force, or was when there was a network. */
function ready() {
  model ??= (async () => {
    await init(await kept(APP[1]));
    return load(searchParams.get("model"), { publicKey: searchParams.get("key") });
  })();
  // What failed is tried again by the next who asks.
  model.catch(() => (model = undefined));
  return model;
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(caches.open("app").then((app) => app.addAll(APP)).then(ready));
});

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname.endsWith("/predict")) {
    event.respondWith(Promise.all([ready(), event.request.json()]).then(([model, rows]) => Response.json(model.predict(rows))));
  } else if (method === "GET") {
    event.respondWith(kept(event.request).then((response) => response ?? fetch(event.request)));
  }
});
