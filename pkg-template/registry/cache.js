// What was fetched before, for when it is wanted again or the network is away. A cache that fails, or is full, fails no load.
import { EdgeletError } from "../errors.js";

/** The cache that the option names: one of its own, none, or the platform's where there is one. */
export async function openCache(option) {
  if (option === false || option === "no-store") return undefined;
  if (typeof option === "object") return option;
  try {
    // Edge workers have one cache; to read the property throws in sandboxed frames.
    return globalThis.caches && (caches.default ?? (await caches.open("edgelet")));
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
  const headers = { "cache-control": "max-age=31536000", "content-length": String(body.size) };
  if (etag) headers.etag = etag;
  const put = () => cache.put(address, new Response(body, { headers }));
  try {
    await put().catch(async () => {
      const blobs = /^.*\/blobs\//.exec(address)?.[0];
      for (const url of blobs ? await addresses(cache) : []) {
        if (url.startsWith(blobs) && url !== address) await cache.delete(url);
      }
      return put();
    });
  } catch {
    // What is not kept is fetched again.
  }
}

async function addresses(cache) {
  if (cache === undefined) return [];
  if (typeof cache.keys !== "function") {
    throw new EdgeletError("unsupported_method", "cached", "a cache with keys", "one without");
  }
  return (await cache.keys()).map((key) => key.url ?? key);
}

/** What is kept of models, and how it goes. */
export const cached = {
  async list({ cache } = {}) {
    const store = await openCache(cache);
    const describe = async (url) => ({ url, size: Number((await match(store, url))?.headers.get("content-length")) });
    return Promise.all((await addresses(store)).map(describe));
  },

  async delete(model, { cache } = {}) {
    const store = await openCache(cache);
    const isMeant = (url) => model === undefined || url.startsWith(`${String(model).replace(/(@[^/]*)?\/?$/, "")}/`);
    const meant = (await addresses(store)).filter(isMeant);
    await Promise.all(meant.map((url) => store.delete(url)));
    return meant.length;
  },
};

/** What {@link fileCache} is where there are no files, so that one script runs everywhere. */
export function noFileCache() {
  throw new EdgeletError("unsupported_method", "fileCache", "a platform with files", "another", "Leave `cache` out.");
}
