// Confidential models: what lies in the bucket is of use only to who has the app's key.
import { EdgeletError, shown } from "../errors.js";
import { fromBase64, sha256, subtle } from "./digest.js";

const AT = "options.decryptionKey";
const NONCE = 12;

/** The chunks of a model file, whatever the blob's are. `key` is the app's, 32 bytes, or undefined. */
export async function decrypted(chunks, { blob: { encryption }, model }, key) {
  if (!encryption) return chunks;
  const { algorithm, key_id: wanted, nonce, wrapped_key: wrapped, size } = encryption;
  if (algorithm !== "A256GCM") throw failed("the algorithm A256GCM", shown(algorithm), "Use a newer edgelet.");
  if (key === undefined) throw failed(`the key ${shown(wanted)}`, "none", "The model is encrypted.");
  const text = new TextEncoder();
  const id = (await sha256(Uint8Array.of(...text.encode("edgelet key id"), ...key))).slice(0, 16);
  if (id !== wanted) throw failed(`the key ${shown(wanted)}`, shown(id));
  const open = async (key, nonce, bytes) => {
    const imported = await subtle().importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    return subtle().decrypt({ name: "AES-GCM", iv: nonce, additionalData: text.encode(model) }, imported, bytes);
  };
  try {
    const envelope = fromBase64(wrapped);
    const own = await open(key, envelope.subarray(0, NONCE), envelope.subarray(NONCE));
    const file = await open(own, fromBase64(nonce), await new Blob(chunks).arrayBuffer());
    if (file.byteLength === size) return [new Uint8Array(file)];
  } catch {
    // What is wrong with it is nobody's to know but who has the key.
  }
  throw failed("a model encrypted for this key", "another", "Push it again.");
}

function failed(expected, found, hint) {
  return new EdgeletError("decryption", AT, expected, found, hint);
}
