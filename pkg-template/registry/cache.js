// What was fetched before, for when it is wanted again or the network is away. A cache that fails, or is full, fails no load.
import { EdgeletError } from "../errors.js";

const NAME = "edgelet";

/** The cache that the option names: one of its own, none, or the platform's where there is one. */
export async function openCache(option) {
  if (option === false || option === "no-store") return undefined;
  if (typeof option === "object") return option;
  try {
    // Edge workers have one cache; to read the property throws in sandboxed frames.
    return globalThis.caches && (caches.default ?? (await caches.open(NAME)));
  } catch {
    return undefined;
  }
}

/** What a cache holds under an address. */
export async function match(cache, address) {
  try {
    return await cache?.match(address);
  } catch {
    return undefined;
  }
}

/** Keeps bytes under an address. If there is no room, other blobs of the same model make some. */
export async function keep(cache, address, bytes, etag) {
  if (cache === undefined) return;
  const body = new Blob(bytes);
  // Edge workers keep nothing for longer than its headers say.
  const headers = { "cache-control": "max-age=31536000", "content-length": String(body.size), date: new Date().toUTCString() };
  if (etag) headers.etag = etag;
  const put = () => cache.put(address, new Response(body, { headers }));
  try {
    await put().catch(async () => {
      const blobs = /^.*\/blobs\//.exec(address)?.[0];
      for (const { url } of blobs ? await entries(cache) : []) {
        if (url.startsWith(blobs) && url !== address) await cache.delete(url);
      }
      return put();
    });
  } catch {
    // What is not kept is fetched again.
  }
}

/** Forgets what is under an address. */
export async function forget(cache, address) {
  try {
    await cache?.delete(address);
  } catch {
    // What is wrong is found wrong again.
  }
}

async function entries(cache) {
  if (typeof cache?.keys !== "function") {
    const hint = "Edge workers' own cache has no list.";
    throw new EdgeletError("unsupported_method", "cached", "a cache that lists what it has", "none", hint);
  }
  const keys = await cache.keys();
  return keys.map((key) => ({ url: typeof key === "string" ? key : key.url }));
}

/** What is kept of models, and how it goes. */
export const cached = {
  async list({ cache } = {}) {
    const store = await openCache(cache);
    const describe = async ({ url }) => {
      const headers = (await match(store, url))?.headers;
      return { url, size: Number(headers?.get("content-length")), kept: new Date(headers?.get("date")) };
    };
    return Promise.all((store === undefined ? [] : await entries(store)).map(describe));
  },

  async delete(model, { cache } = {}) {
    const store = await openCache(cache);
    const isMeant = ({ url }) => model === undefined || url.startsWith(`${String(model).replace(/\/$/, "")}/`);
    const meant = (store === undefined ? [] : await entries(store)).filter(isMeant);
    await Promise.all(meant.map(({ url }) => store.delete(url)));
    return meant.length;
  },
};
