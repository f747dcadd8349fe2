// Ed25519: keys that a page pins, and signatures by them. WebCrypto's where it knows the curve, else noble's.
import { Point, verifyAsync } from "@noble/ed25519";
import { EdgeletError } from "../errors.js";
import { readKey, subtle } from "./digest.js";

/** The keys that `publicKey` pins, as bytes; undefined if it pins none. */
export function readKeys(publicKey) {
  if (publicKey === undefined) return undefined;
  const keys = [publicKey].flat().map((text) => readKey("options.publicKey", "ed25519", text));
  if (keys.length > 0 && keys.every(isSound)) return keys;
  const hint = "`edgelet keygen` makes one.";
  throw new EdgeletError("bad_option", "options.publicKey", "keys, and of large order", keys.length > 0 ? "another" : "none", hint);
}

/** A point of small order verifies, as a key, signatures that nobody made. WebCrypto takes them. */
function isSound(key) {
  try {
    return !Point.fromBytes(key).isSmallOrder();
  } catch {
    return false;
  }
}

/** Whether a key made a signature of a message. */
export async function isSigned(key, message, signature) {
  if (signature.length !== 64) return false;
  let imported;
  try {
    imported = await subtle().importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch (error) {
    if (error instanceof EdgeletError) throw error;
    return verifyAsync(signature, message, key, { zip215: false });
  }
  // A signature has one form: with the order of the group added to its number, not every platform refuses it.
  const number = signature.subarray(32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return number < Point.CURVE().n && subtle().verify("Ed25519", imported, signature, message);
}
