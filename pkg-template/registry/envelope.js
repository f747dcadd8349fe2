// Envelopes: signed documents in DSSE's form. What is in one is looked at only after a pinned key has verified it.
import { EdgeletError, shown } from "../errors.js";
import { fromBase64 } from "./digest.js";
import { isSigned } from "./signature.js";

/** The most bytes of an envelope. */
export const MOST_BYTES = 2 ** 20;
const MOST_SIGNATURES = 16;

const isText = (value) => typeof value === "string";

/**
 * Opens an envelope that must be of a type, and signed by one of the keys unless there are none. Returns the document in it and
 * the bytes that were signed. `at` is its address, for errors.
 */
export async function openEnvelope(bytes, type, keys, at) {
  const { payload, payloadType, signatures } = readJson(bytes, at);
  const signed = isText(payload) && fromBase64(payload);
  if (!signed || !isText(payloadType) || !Array.isArray(signatures) || signatures.length > MOST_SIGNATURES) {
    throw corrupt(at, "payload, payloadType, at most 16 signatures", "something else");
  }
  if (keys !== undefined && !(await isSignedByAny(keys, encoded(payloadType, signed), signatures))) {
    const ids = signatures.map((one) => shown(one?.keyid)).join(", ");
    const hint = "The wrong key is pinned, or the bucket holds what its owner did not sign.";
    throw new EdgeletError("signature", at, "a signature by a pinned key", ids ? `signatures that say ${ids}` : "none", hint);
  }
  if (payloadType !== type) throw new EdgeletError("wrong_model", at, type, shown(payloadType));
  return { document: readJson(signed, at), signed };
}

/** What is signed: the type and the document, each with its length, so that neither passes for the other. */
function encoded(type, payload) {
  const encoder = new TextEncoder();
  const head = encoder.encode(`DSSEv1 ${encoder.encode(type).length} ${type} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

async function isSignedByAny(keys, message, signatures) {
  for (const one of signatures) {
    const signature = isText(one?.sig) ? fromBase64(one.sig) : undefined;
    // The key's id is not asked: it is not signed.
    for (const key of signature ? keys : []) if (await isSigned(key, message, signature)) return true;
  }
  return false;
}

/** JSON of an object in which no name stands twice, since readers differ in which of the two they take. */
function readJson(bytes, at) {
  let text;
  let value;
  let names = -1;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text, function (_, part) {
      if (!Array.isArray(this)) names += 1;
      return part;
    });
  } catch {
    throw corrupt(at, "JSON", "something else");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw corrupt(at, "a JSON object", shown(value));
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)) names -= colon.length;
  if (names !== 0) throw corrupt(at, "every name once", "one twice");
  return value;
}

/** Throws unless each named field of a document is what it should be. `rules` has a test, and what it expects, by name. */
export function checkFields(document, rules, at) {
  for (const name in rules) {
    const [isRight, expected] = rules[name];
    if (!isRight(document[name])) throw corrupt(`${at}: ${name}`, expected, shown(document[name]));
  }
}

function corrupt(at, expected, found) {
  return new EdgeletError("corrupt", at, expected, found, "Push the model again.");
}
