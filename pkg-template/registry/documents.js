// The two documents that envelopes hold: an alias says which versions are in force, a release says what a version is.
import { EdgeletError, shown } from "../errors.js";
import { checkFields } from "./envelope.js";

export const ALIAS = "application/vnd.edgelet.alias+json";
export const RELEASE = "application/vnd.edgelet.release+json";

/** The largest model file, as in `src/format/limits.rs`; encrypted it has 16 bytes more. */
const MOST_BYTES = 2 ** 30 + 16;
const MOST_CHUNK = 2 ** 24;
const MOST_TARGETS = 16;
const MOST_WEIGHT = 100_000;

const whole = (least, most) => [
  (value) => Number.isSafeInteger(value) && value >= least && value <= most,
  `a whole number, ${least} to ${most}`,
];
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isHash = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const orNone = ([isRight, expected]) => [(value) => value === undefined || value === null || isRight(value), `${expected} or null`];
const listOf = (isRight, least, most, expected) => [
  (value) => Array.isArray(value) && value.length >= least && value.length <= most && value.every(isRight),
  `${least} to ${most} ${expected}`,
];
const text = [(value) => typeof value === "string", "a text"];
const count = whole(1, Number.MAX_SAFE_INTEGER);
const time = whole(0, Number.MAX_SAFE_INTEGER);
const object = [isObject, "an object"];
const hash = [isHash, "64 hexadecimal digits"];

const COMMON = { model: text, created: time, expires: orNone(time) };
const ALIAS_FIELDS = { ...COMMON, alias: text, serial: count, targets: listOf(isObject, 1, MOST_TARGETS, "targets") };
const TARGET_FIELDS = { version: count, sha256: hash, weight: whole(1, MOST_WEIGHT) };
const RELEASE_FIELDS = { ...COMMON, version: count, blob: object, profile: orNone(object) };
const BLOB_FIELDS = { sha256: hash, size: whole(0, MOST_BYTES), chunk_size: whole(1, MOST_CHUNK), encryption: orNone(object) };

/** Throws unless the document is an alias, and the one that a reference asks for. */
export function checkAlias(alias, reference, at) {
  check(alias, ALIAS_FIELDS, at);
  alias.targets.forEach((target, i) => checkFields(target, TARGET_FIELDS, `${at}: targets[${i}]`));
  isAbout(at, alias, { model: reference.name, alias: reference.alias });
}

/** Throws unless the document is a release, and that of a version of the model that a reference asks for. */
export function checkRelease(release, reference, version, at) {
  check(release, RELEASE_FIELDS, at);
  const { blob } = release;
  checkFields(blob, BLOB_FIELDS, `${at}: blob`);
  const chunks = Math.ceil(blob.size / blob.chunk_size);
  checkFields(blob, { chunks: listOf(isHash, chunks, chunks, "hashes") }, `${at}: blob`);
  isAbout(at, release, { model: reference.name, version });
}

/** Whether a document's time is over. */
export const isOver = ({ expires }) => typeof expires === "number" && expires * 1000 <= Date.now();

/** Throws if a document's time is over. */
export function checkTime({ expires }, at) {
  if (!isOver({ expires })) return;
  const hint = "`edgelet promote` renews an alias. Or this device's clock is wrong.";
  const found = `one until ${new Date(expires * 1000).toISOString()}`;
  throw new EdgeletError("expired", at, "one that is valid now", found, hint);
}

function check(document, fields, at) {
  if (document.format !== 1) {
    throw new EdgeletError("unsupported_version", at, "format 1", shown(document.format), "Use a newer edgelet.");
  }
  checkFields(document, fields, at);
}

function isAbout(at, document, asked) {
  for (const name in asked) {
    if (document[name] === asked[name]) continue;
    const hint = "It was signed for another place.";
    throw new EdgeletError("wrong_model", at, `the ${name} ${shown(asked[name])}`, shown(document[name]), hint);
  }
}
