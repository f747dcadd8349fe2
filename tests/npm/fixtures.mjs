// The frozen models and their tables, and a server of files with the types and headers that a bucket gives them.
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { once } from "node:events";
import { extname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const bits = fileURLToPath(new URL("../fixtures/bits/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

/** The tables by the names of their models. */
export async function tables() {
  const names = (await readdir(bits)).filter((name) => name.endsWith(".json"));
  const read = async (name) => [name.slice(0, -".json".length), JSON.parse(await readFile(join(bits, name), "utf8"))];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** Gives a function that tells the code and the place of the error of that class that a work ends with; another error as it is. */
export const codes = (EdgeletError) => async (work) => {
  try {
    await work();
  } catch (error) {
    return error instanceof EdgeletError ? [error.code, error.at] : error;
  }
};

/** Serves folders under paths (the models under /models), pages (or functions that answer) under theirs; returns the origin. */
export async function serve(folders, pages) {
  return (await serveUntilClosed(folders, pages)).origin;
}

/** The same, and a function that takes the server away before the tests end; over https with a `key` and its `cert`ificate. */
export async function serveUntilClosed(folders = {}, pages = {}, secure) {
  const roots = Object.entries({ "/models/": bits, ...folders });
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const page = pages[pathname];
    if (typeof page === "function") return page(response);
    const root = roots.find(([path]) => pathname.startsWith(path));
    try {
      const body = page ?? (await readFile(join(root[1], pathname.slice(root[0].length))));
      const type = TYPES[page === undefined ? extname(pathname) : ".html"] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, "access-control-allow-origin": "*" }).end(body);
    } catch {
      response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><h1>not here</h1>");
    }
  };
  const server = secure ? createSecureServer(secure, answer) : createServer(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => server.close(() => {}) && server.closeAllConnections();
  after(close);
  return { origin: `${secure ? "https" : "http"}://127.0.0.1:${server.address().port}`, close };
}

/** Answers that a server should not give: for {@link serve}. */
export async function misbehaviour() {
  const model = await readFile(join(bits, "mixed.edgelet"));
  const open = (response, length) => response.writeHead(200, { "content-length": length, "access-control-allow-origin": "*" });
  const cutAfter = (length) => (response) => {
    open(response, length).write(model.subarray(0, 50));
    setTimeout(() => response.destroy(), 20);
  };
  return {
    "/forbidden": (response) => response.writeHead(403, { "access-control-allow-origin": "*" }).end(),
    "/page": "<!doctype html><title>Sign in</title>",
    "/zip": (response) => open(response, 8).end("PK\x03\x04zip."),
    "/cut": cutAfter(model.length),
    "/too-long": (response) => open(response, model.length + 9).write(model, () => response.destroy()),
    "/too-short": (response) => open(response, model.length - 9).end(model.subarray(0, -9)),
    "/two-gigabytes": (response) => open(response, 2 ** 31).write("x"),
    "/stalls": (response) => open(response, model.length).write(model.subarray(0, 50)),
    "/never": () => {},
  };
}
