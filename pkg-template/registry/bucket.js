// A model's bucket as it is read: alias, release, blob, each checked before the next is asked for.
import { EdgeletError } from "../errors.js";
import { checkKept, download } from "./blob.js";
import { keep, match } from "./cache.js";
import { sha256 } from "./digest.js";
import { ALIAS, RELEASE, checkAlias, checkRelease, checkTime, isOver } from "./documents.js";
import { MOST_BYTES, openEnvelope } from "./envelope.js";
import { piecesOf, request } from "./request.js";
import { isPassing, patiently } from "./retry.js";

/** The highest serial that was seen, by the alias's address and the keys it was signed by. */
const seen = new Map();

export class Bucket {
  #reference;
  #options;
  #keys;
  #cache;
  #signal;

  /** `options` are those of `load`. */
  constructor(reference, options, keys, cache, signal) {
    this.#reference = reference;
    this.#options = options;
    this.#keys = keys;
    this.#cache = cache;
    this.#signal = signal;
  }

  /** The alias as it is in force. */
  async alias() {
    const path = `aliases/${this.#reference.alias}`;
    const at = this.#reference.of(path);
    const { cache: mode, offline } = this.#options;
    const old = await this.#keptAlias(at);
    const key = `${at} ${this.#keys}`;
    // Asked for again when it counts: another load may have seen more meanwhile. What nobody signed is no serial.
    const least = () => (this.#keys ? Math.max(seen.get(key) ?? 0, old?.document.serial ?? 0) : 0);
    let alias;
    const isForced = mode === "force-cache" && old !== undefined && !isOver(old.document);
    if (isForced || mode === "only-if-cached") alias = old ?? this.#absent(at);
    try {
      alias ??= await this.#currentAlias(path, at, old, least);
    } catch (error) {
      if (offline === "fail" || old === undefined || isOver(old.document) || !isPassing(error)) throw error;
      alias = old;
    }
    checkTime(alias.document, at);
    const { serial } = alias.document;
    if (serial < least()) {
      const hint = "A cache is behind, or somebody serves an old state.";
      throw new EdgeletError("rollback", at, `the serial ${least()} that was seen, or a later one`, String(serial), hint);
    }
    seen.set(key, serial);
    if (alias !== old) await keep(this.#cache, at, [alias.bytes], alias.etag);
    return alias.document;
  }

  /** The release of a version; with a hash, the one that has it. */
  async release({ version, sha256: hash }) {
    const path = `releases/${version}`;
    const at = this.#reference.of(path);
    const open = async (bytes) => {
      const { document, signed } = await openEnvelope(bytes, RELEASE, this.#keys, at);
      checkRelease(document, this.#reference, version, at);
      checkTime(document, at);
      const found = await sha256(signed);
      if (hash === undefined || found === hash) return document;
      throw new EdgeletError("integrity", at, `the sha-256 ${hash} that the alias names`, found);
    };
    const kept = await this.#kept(at);
    if (kept !== undefined) {
      try {
        return await open(await this.#collect(kept, at));
      } catch {
        // What was kept is damaged, or of other keys: what is fetched takes its place.
      }
    }
    const { bytes } = await this.#fetch(path, at);
    const release = await open(bytes);
    await keep(this.#cache, at, [bytes]);
    return release;
  }

  /** A release's blob, in chunks. `tell` is told how many bytes have come. */
  async blob({ blob }, tell) {
    const path = `blobs/${blob.sha256}.edgelet`;
    const at = this.#reference.of(path);
    const kept = await this.#kept(at);
    if (kept !== undefined) {
      const chunks = await checkKept(kept, blob, at);
      if (chunks !== undefined) return chunks;
    }
    this.#checkNetwork(at);
    const chunks = await download(this.#reference.url(path), at, blob, this.#options, this.#signal, tell);
    await keep(this.#cache, at, chunks);
    return chunks;
  }

  async #openAlias(bytes, etag, at) {
    const { document } = await openEnvelope(bytes, ALIAS, this.#keys, at);
    checkAlias(document, this.#reference, at);
    return { document, bytes, etag };
  }

  /** The alias as it was last seen, if it is one that the keys verify. It may be over. */
  async #keptAlias(at) {
    const kept = await match(this.#cache, at);
    try {
      return kept && (await this.#openAlias(await this.#collect(kept, at), kept.headers.get("etag"), at));
    } catch {
      return undefined;
    }
  }

  /** The alias as the bucket has it; asked for once more past all caches if one of them is behind. */
  async #currentAlias(path, at, old, least) {
    // Browsers revalidate by themselves, without asking other origins whether they allow the header.
    const canAsk = old?.etag && this.#options.cache !== "reload" && globalThis.location === undefined;
    const headers = canAsk ? { "if-none-match": old.etag } : {};
    // Offline, nobody waits for what is not going to be there.
    const isSafe = old !== undefined && !isOver(old.document) && this.#options.offline !== "fail";
    const once = isSafe ? { attempts: 1 } : undefined;
    const ask = async (isFresh) => {
      const { status, bytes, etag } = await this.#fetch(path, at, { headers, isFresh }, once);
      return status === 304 ? old : this.#openAlias(bytes, etag, at);
    };
    const alias = await ask(false);
    return alias.document.serial < least() ? ask(true) : alias;
  }

  #kept(at) {
    return this.#options.cache === "reload" ? undefined : match(this.#cache, at);
  }

  #absent(at) {
    throw new EdgeletError("not_cached", at, "a copy in the cache", "none");
  }

  #checkNetwork(at) {
    if (this.#options.cache === "only-if-cached") this.#absent(at);
  }

  /** An envelope, from the network. */
  #fetch(path, at, more, retry = this.#options.retry) {
    this.#checkNetwork(at);
    return patiently(retry, this.#signal, async () => {
      const response = await request(this.#reference.url(path), this.#options, this.#signal, more);
      const { status, headers } = response;
      return { status, etag: headers.get("etag"), bytes: await this.#collect(response, at) };
    });
  }

  /** An envelope's bytes; what is larger than one can be is not read to its end. */
  async #collect(response, at) {
    const pieces = [];
    let size = 0;
    for await (const piece of piecesOf(response, at, this.#signal)) {
      size += piece.length;
      if (size > MOST_BYTES) throw new EdgeletError("limit_exceeded", at, `at most ${MOST_BYTES} bytes`, "more");
      pieces.push(piece);
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }
}
