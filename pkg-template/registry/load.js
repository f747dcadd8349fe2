// `load` of every entry but the slim one: it also follows a bucket's aliases, and trusts what pinned keys have signed.
import { EdgeletError } from "../errors.js";
import { CACHE_MODES, FILE_OPTIONS, checkOptions, isFunction } from "../options.js";
import { isReady, load as loadBytes } from "../slim.js";
import { Bucket } from "./bucket.js";
import { openCache } from "./cache.js";
import { decrypted } from "./decrypt.js";
import { readKey } from "./digest.js";
import { tellerOf } from "./progress.js";
import { parseAddress, readReference } from "./reference.js";
import { explained, request } from "./request.js";
import { patiently } from "./retry.js";
import { chosenTarget } from "./rollout.js";
import { identity, shared } from "./share.js";
import { readKeys } from "./signature.js";

const isText = (value) => typeof value === "string";
const isCache = (value) => isFunction(value?.match) && isFunction(value.put) && isFunction(value.delete);

/** What only a model in a bucket takes. */
const BUCKET_OPTIONS = {
  publicKey: [(value) => isText(value) || Array.isArray(value), "ed25519:…, or several"],
  alias: [isText, "an alias"],
  version: [(value) => Number.isSafeInteger(value) && value > 0, "a whole number from 1"],
  offline: [(value) => value === "stale" || value === "fail", "stale or fail"],
  decryptionKey: [isText, "aes256:…"],
  sticky: [isText, "a text"],
};
const OPTIONS = {
  ...FILE_OPTIONS,
  ...BUCKET_OPTIONS,
  cache: [(value) => CACHE_MODES[0](value) || isCache(value), `${CACHE_MODES[1]}, or a cache with match, put and delete`],
  retry: [isRetry, "{ attempts, delay }"],
  // Named for who misspells it; the entries take it out.
  worker: [],
};

/** The models whose signatures nobody checks, and that were told of. */
const unsigned = new Set();

/**
 * Loads a file, or a model in a bucket. `init` starts the core, while that is fetched. Where requests must not wait for each
 * other's network, as in edge workers, nothing is shared. `decode` makes the model of a file, wherever it is to run.
 */
export async function load(source, options, init, isSharing = true, decode = loadBytes) {
  checkOptions(options, OPTIONS);
  const reference = readReference(source, options);
  const keys = readKeys(options.publicKey);
  const key = options.decryptionKey && readKey("options.decryptionKey", "aes256", options.decryptionKey);
  if (reference === undefined) {
    checkFileOptions(options);
    return loadFile(source, options, init, decode);
  }
  const starting = init();
  // Awaited below: should it fail before, nobody is to be told twice.
  starting.catch(() => {});
  const { chunks, release } = await follow(reference, options, keys, isSharing);
  const file = await decrypted(chunks, release, key);
  await starting;
  const { signal, integrity, onProgress } = options;
  const decoded = (progress) => /decode|ready/.test(progress.stage) && onProgress?.(progress);
  const model = await decode(streamOf(file), { signal, integrity, onProgress: decoded });
  return Object.assign(model, { alias: reference.alias, version: release.version, release });
}

function checkFileOptions(options) {
  const wrong = Object.keys(BUCKET_OPTIONS).find((name) => options[name] !== undefined);
  if (wrong === undefined && !isCache(options.cache)) return;
  const hint = "A model's address ends with @ and an alias.";
  throw new EdgeletError("bad_option", `options.${wrong ?? "cache"}`, "a model in a bucket", "a file", hint);
}

async function loadFile(source, { retry, ...options }, init, decode) {
  const isAddress = isText(source) || source instanceof URL;
  const address = isAddress ? parseAddress(source) : undefined;
  // Who comes first waits for the core: the file is asked for meanwhile. Should it fail, the next attempt tells of it.
  let early = address && !isReady() ? requestEarly(address.href, options) : undefined;
  await init();
  try {
    return await patiently(isAddress ? retry : { attempts: 1 }, options.signal, () => {
      const given = early ?? source;
      early = undefined;
      return decode(given, options);
    });
  } catch (error) {
    throw isAddress ? explained(error, address) : error;
  }
}

function requestEarly(url, options) {
  const { signal } = options;
  signal?.throwIfAborted();
  listenerOf(options)("fetch", 0);
  const answer = request(url, options, signal);
  answer.catch(() => {});
  return answer;
}

function listenerOf(options) {
  const tell = tellerOf(options);
  return (stage, loaded, total) => tell({ stage, loaded, total, fraction: total && loaded / total });
}

/** The bytes of a reference's model, and its release. Who asks for the same meanwhile shares them. */
function follow(reference, options, keys, isSharing) {
  const { cache, fetch, headers, offline, retry, signal, sticky } = options;
  signal?.throwIfAborted();
  if (keys === undefined && !unsigned.has(reference.model)) {
    unsigned.add(reference.model);
    console.warn(`edgelet: ${reference.model}: no publicKey is given, so whoever can write to the bucket chooses the model.`);
  }
  const listener = listenerOf(options);
  listener("fetch", 0);
  const plain = [reference.url(""), reference, keys, offline, sticky, JSON.stringify(retry)];
  const key = isSharing ? [...plain, ...[cache, fetch, headers].map(identity)].join("\n") : Symbol("alone");
  return shared(key, signal, listener, async (signal, tell) => {
    const bucket = new Bucket(reference, options, keys, await openCache(cache), signal);
    const { alias, version } = reference;
    const target = alias === undefined ? { version } : await chosenTarget(await bucket.alias(), reference, sticky);
    const release = await bucket.release(target);
    const { size } = release.blob;
    const chunks = await bucket.blob(release, (loaded) => tell("download", loaded, size));
    tell("download", size, size);
    return { chunks, release };
  });
}

function streamOf(chunks) {
  const rest = chunks.values();
  return new ReadableStream({
    pull(controller) {
      const { done, value } = rest.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

function isRetry(value) {
  if (typeof value !== "object" || value === null) return false;
  const { attempts = 1, delay = 0, ...others } = value;
  return Number.isInteger(attempts) && attempts > 0 && delay >= 0 && Object.keys(others).length === 0;
}
