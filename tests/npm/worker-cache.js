// The service behind `caches.default` of workerd, in memory: workerd PUTs a whole HTTP response, and asks with GET whether it is
// a hit. On Cloudflare's network this is a part of the network.
const kept = new Map();

export default {
  async fetch(request) {
    const { method, url } = request;
    if (method === "PUT") {
      kept.set(url, new Uint8Array(await request.arrayBuffer()));
      return new Response(null, { status: 204 });
    }
    const bytes = kept.get(url);
    if (method === "PURGE") return new Response(null, { status: kept.delete(url) ? 200 : 404 });
    if (bytes === undefined) return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
    const end = bytes.findIndex((_, i) => String.fromCharCode(...bytes.subarray(i, i + 4)) === "\r\n\r\n");
    const lines = new TextDecoder().decode(bytes.subarray(0, end)).split("\r\n").slice(1);
    const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/).slice(0, 2)));
    headers.set("cf-cache-status", "HIT");
    return new Response(bytes.subarray(end + 4), { headers });
  },
};
