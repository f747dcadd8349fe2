// A bucket as `edgelet push` fills one (docs/REGISTRY.md), signed with keys that are made here, and a server of it that a
// test may bend.
import { createHash, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after } from "node:test";

export const ALIAS = "application/vnd.edgelet.alias+json";
export const RELEASE = "application/vnd.edgelet.release+json";
export const now = () => Math.floor(Date.now() / 1000);
export const sha256 = (bytes, encoding = "hex") => createHash("sha256").update(bytes).digest(encoding);
export const model = (name) => readFile(new URL(`../fixtures/bits/${name}.edgelet`, import.meta.url));

/** A new key: `{ text, id, sign }`. */
export function newKey() {
  const { privateKey } = generateKeyPairSync("ed25519");
  const raw = createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-32);
  const id = sha256(raw).slice(0, 16);
  return { text: `ed25519:${raw.toString("base64")}`, id, sign: (message) => sign(null, message, privateKey) };
}

/** DSSE's pre-authentication encoding. */
export function encoded(type, payload) {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** An envelope of a document, signed by some keys. */
export function envelope(type, document, keys) {
  const payload = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
  const signatures = keys.map((key) => ({ keyid: key.id, sig: key.sign(encoded(type, payload)).toString("base64") }));
  return Buffer.from(JSON.stringify({ payload: payload.toString("base64"), payloadType: type, signatures }));
}

/** One model in a bucket. */
export class ModelBucket {
  /** What lies in it, by path. */
  objects = new Map();
  #payloads = new Map();
  #serials = new Map();

  constructor(name, keys) {
    this.name = name;
    this.keys = keys;
  }

  /** Publishes a file as a version; `changes` are further fields of its release, `blob` of its blob. */
  publish(version, file, { blob: blobChanges, ...changes } = {}, chunkSize = 64) {
    const starts = Array.from({ length: Math.ceil(file.length / chunkSize) }, (_, i) => i * chunkSize);
    const chunks = starts.map((start) => sha256(file.subarray(start, start + chunkSize)));
    const blob = { sha256: sha256(file), size: file.length, chunk_size: chunkSize, chunks, encryption: null, ...blobChanges };
    const about = { format: 1, model: this.name, version, parent: version - 1 };
    const release = { ...about, created: now(), expires: null, blob, profile: null, ...changes };
    const payload = Buffer.from(JSON.stringify(release));
    this.#payloads.set(version, payload);
    this.objects.set(`releases/${version}`, envelope(RELEASE, payload, this.keys));
    this.objects.set(`blobs/${blob.sha256}.edgelet`, file);
    return release;
  }

  /** A target of an alias. */
  target(version, weight = 1) {
    return { version, sha256: sha256(this.#payloads.get(version)), weight };
  }

  /** Moves an alias to a version, or to several targets. */
  promote(alias, versions, changes = {}) {
    const serial = (this.#serials.get(alias) ?? 0) + 1;
    this.#serials.set(alias, serial);
    const targets = [versions].flat().map((one) => (typeof one === "number" ? this.target(one) : one));
    const document = { format: 1, model: this.name, alias, serial, created: now(), expires: now() + 3600, targets, ...changes };
    this.objects.set(`aliases/${alias}`, envelope(ALIAS, document, this.keys));
    return document;
  }
}

/**
 * Serves models under /<name>/, with what a bucket sends; returns `{ origin, asked }`, the paths that were asked for.
 * `bend(path, response, request, object)` may answer instead, and says so by returning true. `atEnd` is told how to stop.
 */
export async function serveBuckets(buckets, { bend = () => false, atEnd = after } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const bucket = buckets.find(({ name }) => pathname.startsWith(`/${name}/`));
    const path = pathname.slice((bucket?.name.length ?? 0) + 2);
    const object = bucket?.objects.get(path);
    const cors = { "access-control-allow-origin": "*", "access-control-expose-headers": "etag" };
    const { range = "" } = request.headers;
    asked.push(`${path}${request.headers["if-none-match"] ? " if changed" : ""}${range && ` ${range}`}`);
    if (await bend(path, response, request, object)) return;
    if (object === undefined) return response.writeHead(404, cors).end("<!doctype html>not here");
    const etag = `"${sha256(object).slice(0, 32)}"`;
    const age = path.startsWith("aliases/") ? "public, max-age=60, must-revalidate" : "public, max-age=31536000, immutable";
    const headers = { ...cors, etag, "cache-control": age, "content-type": "application/octet-stream" };
    if (request.headers["if-none-match"] === etag) return response.writeHead(304, headers).end();
    const from = /^bytes=(\d+)-$/.exec(range);
    if (from) headers["content-range"] = `bytes ${from[1]}-${object.length - 1}/${object.length}`;
    const body = from ? object.subarray(Number(from[1])) : object;
    response.writeHead(from ? 206 : 200, { ...headers, "content-length": body.length }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  atEnd(() => (server.closeAllConnections(), server.close()));
  return { origin: `http://127.0.0.1:${server.address().port}`, asked, server };
}
