// Ed25519: keys that a page pins, and signatures by them. WebCrypto's where it knows the curve, else noble's.
import { verifyAsync } from "@noble/ed25519";
import { EdgeletError } from "../errors.js";
import { readKey, subtle } from "./digest.js";

const PRIME = 2n ** 255n - 19n;
/** The order of the group that signatures live in. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The second coordinates of the points whose order is at most 8: as keys they verify signatures that nobody made. */
const EIGHTH = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
const SMALL = [0n, 1n, PRIME - 1n, EIGHTH, PRIME - EIGHTH];

const little = (bytes) => bytes.reduceRight((number, byte) => number * 256n + BigInt(byte), 0n);

/** The keys that `publicKey` pins, as bytes; undefined if it pins none. */
export function readKeys(publicKey) {
  if (publicKey === undefined) return undefined;
  const texts = [publicKey].flat();
  const keys = texts.map((text) => readKey("options.publicKey", "ed25519", text));
  for (const key of keys) {
    const y = little(key) % 2n ** 255n;
    if (y >= PRIME || SMALL.includes(y)) {
      const hint = "This key verifies signatures that nobody made: `edgelet keygen` makes a real one.";
      throw new EdgeletError("bad_option", "options.publicKey", "a point of large order", "one of small order", hint);
    }
  }
  if (keys.length > 0) return keys;
  throw new EdgeletError("bad_option", "options.publicKey", "at least one key", "none");
}

/** Whether a key made a signature of a message. */
export async function isSigned(key, message, signature) {
  // A signature has one form: adding the order to its number would give another that verifies.
  if (signature.length !== 64 || little(signature.subarray(32)) >= ORDER) return false;
  let imported;
  try {
    imported = await subtle().importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error instanceof EdgeletError) throw error;
    return verifyAsync(signature, message, key, { zip215: false });
  }
  return subtle().verify({ name: "Ed25519" }, imported, signature, message);
}
