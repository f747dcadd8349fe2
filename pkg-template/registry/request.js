// One request, and the bytes of its answer as they come. Every failure is an EdgeletError that tells no secret.
import { EdgeletError, shown } from "../errors.js";
import { unlessAborted } from "./abort.js";
import { publicPart } from "./reference.js";
import { askedToWait } from "./retry.js";

/**
 * Asks for a URL and gives the answer, if it is what was asked for. `options` are those of `load`; `more` has further headers, and
 * `isFresh` if no cache on the way may answer.
 */
export async function request(url, options, signal, more = {}) {
  const { fetch = globalThis.fetch, headers, cache } = options;
  const sent = new Headers((typeof headers === "function" ? await unlessAborted(signal, headers()) : headers) ?? undefined);
  for (const name in more.headers) sent.set(name, more.headers[name]);
  const init = { headers: sent };
  if (signal) init.signal = signal;
  const mode = more.isFresh ? "reload" : cache === false ? "no-store" : cache;
  if (typeof mode === "string") init.cache = supported(mode);
  let response;
  try {
    response = await unlessAborted(signal, fetch(url, init));
  } catch (error) {
    signal?.throwIfAborted();
    throw broken(url, error);
  }
  if (typeof response?.status !== "number") {
    throw new EdgeletError("wrong_type", "options.fetch", "a function that gives a Response", shown(response));
  }
  if (!response.ok && !(response.status === 304 && sent.has("if-none-match"))) {
    void response.body?.cancel().catch(() => {});
    throw refused(url, response);
  }
  return response;
}

/** The pieces of an answer's body; of a stream without a URL also its own failures. Who stops reading cancels it. */
export async function* piecesOf(response, url, signal) {
  const reader = response.body?.getReader();
  let isOver = reader === undefined;
  try {
    while (!isOver) {
      const { done, value } = await unlessAborted(signal, reader.read()).catch((error) => {
        signal?.throwIfAborted();
        throw url === undefined ? error : broken(url, error);
      });
      isOver = done;
      if (!done) yield value;
    }
  } finally {
    if (!isOver) void reader.cancel(signal?.reason).catch(() => {});
  }
}

/** Edge workers know fewer ways than browsers to pass caches, and throw at the others. */
function supported(mode) {
  return [mode, "no-store"].find((cache) => {
    try {
      return new Request("https://example.com", { cache });
    } catch {
      return false;
    }
  });
}

function broken(url, cause) {
  // Some platforms repeat the URL in their message, with its secrets.
  const message = String(cause?.message ?? "");
  const found = message === "" || /[?@]/.test(message) ? "a request that failed" : message;
  const hint = "Check the address, the connection, and whether the bucket allows this origin (CORS).";
  return new EdgeletError("network", publicPart(new URL(url)), "a whole answer", found, hint);
}

function refused(url, { status, headers }) {
  let hint = "Try again later.";
  if (status === 401 || status === 403) hint = "It must be public, or presigned, or `headers` must allow it.";
  else if (status === 404) hint = "Check the address, and that it was pushed.";
  const address = new URL(url);
  const error = new EdgeletError("http_status", publicPart(address), "status 200", `status ${status}`, hint);
  askedToWait(error, Number(headers.get("retry-after")));
  return explained(error, address);
}

/** The same error, or one that says that a presigned link has expired, if that is why an address was refused. */
export function explained(error, address) {
  const end = linkEnd(address?.searchParams);
  if (error.code !== "http_status" || !/ 40[013]$/.test(error.found) || !(end < Date.now())) return error;
  const found = `${error.found}, of a link that expired at ${new Date(end).toISOString()}`;
  return new EdgeletError(error.code, error.at, error.expected, found, "Make a new link.");
}

/** When a presigned link ends, in milliseconds since 1970; NaN if it is none. */
function linkEnd(query) {
  if (query === undefined) return Number.NaN;
  for (const cloud of ["Amz", "Goog"]) {
    const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get(`X-${cloud}-Date`));
    if (date) return Date.UTC(date[1], date[2] - 1, ...date.slice(3)) + query.get(`X-${cloud}-Expires`) * 1000;
  }
  if (query.has("sig")) return Date.parse(query.get("se"));
  return query.has("Signature") ? query.get("Expires") * 1000 : Number.NaN;
}
