// The bytes of a model that lies in one file, whatever it is read from: what the core does itself where it runs.
import { EdgeletError, shown } from "../errors.js";
import { unlessAborted } from "../registry/abort.js";
import { parseAddress, publicPart } from "../registry/reference.js";
import { piecesOf, request } from "../registry/request.js";

/** The core's own limit: `MAX_FILE_BYTES` of src/format/limits.rs. */
const MOST_BYTES = 2 ** 30;

/** All bytes of a source, in an array of their own: it can be given to a worker without taking it from anybody. */
export async function bytesOf(source, options, tell) {
  const { signal } = options;
  const given = await unlessAborted(signal, source);
  if (ArrayBuffer.isView(given)) return limited(given).slice();
  if (given instanceof ArrayBuffer) return limited(new Uint8Array(given)).slice();
  const [response, address] = await answered(given, options, tell);
  const total = lengthOf(response);
  if (total > MOST_BYTES) throw tooLarge();
  const pieces = [];
  let loaded = 0;
  const report = () => {
    // A server that hides its coding from other origins tells the length of the coded bytes: then nothing is known.
    const known = loaded <= total ? total : undefined;
    tell({ stage: "download", loaded, total: known, fraction: known && loaded / known });
  };
  report();
  for await (const piece of piecesOf(response, address, signal)) {
    if (!(piece instanceof Uint8Array)) throw new EdgeletError("wrong_type", "source", "a stream of bytes", shown(piece));
    loaded += piece.length;
    if (loaded > MOST_BYTES) throw tooLarge();
    pieces.push(piece);
    report();
  }
  signal?.throwIfAborted();
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

/** The answer that a source is or that its address gives, and the address; a stream is an answer without one. */
async function answered(source, options, tell) {
  if (source instanceof ReadableStream) return [{ body: source }];
  if (source instanceof Response) return [checked(source), source.url || undefined];
  const isRequest = source instanceof Request;
  if (!isRequest && typeof source !== "string" && !(source instanceof URL)) {
    const expected = "a URL, Request, Response, ArrayBuffer, typed array or ReadableStream";
    throw new EdgeletError("wrong_type", "source", expected, shown(source));
  }
  const address = parseAddress(isRequest ? source.url : source)?.href;
  if (address === undefined) throw new EdgeletError("network", "source", "an absolute address", "another");
  tell({ stage: "fetch", loaded: 0, total: undefined, fraction: undefined });
  const { fetch = globalThis.fetch, headers = isRequest ? source.headers : undefined } = options;
  const ask = (url, init) => fetch(isRequest ? source : url, init);
  return [await request(address, { ...options, fetch: ask, headers }, options.signal), address];
}

function checked(response) {
  const { bodyUsed, ok, status, url } = response;
  const at = url ? publicPart(new URL(url)) : "response";
  if (!ok) throw new EdgeletError("http_status", at, "status 200", `status ${status}`);
  if (bodyUsed) throw new EdgeletError("wrong_type", "source", "a response that was not read yet", "one that was");
  return response;
}

/** How long a body says that it is. Under a content coding that is the length of the coded bytes, which says nothing. */
function lengthOf({ headers }) {
  const length = headers?.get("content-length") ?? "";
  const isCoded = (headers?.get("content-encoding") ?? "identity") !== "identity";
  return isCoded || length === "" ? undefined : Number(length);
}

function limited(bytes) {
  if (bytes.byteLength > MOST_BYTES) throw tooLarge();
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLarge() {
  const hint = "Is this the address of a model?";
  return new EdgeletError("limit_exceeded", "source", `at most ${MOST_BYTES} bytes`, "more", hint);
}
