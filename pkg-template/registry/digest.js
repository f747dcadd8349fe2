// Hashes and base64, and WebCrypto, which insecure pages do not have.
import { EdgeletError } from "../errors.js";

/** WebCrypto, or an error that says why there is none. */
export function subtle() {
  const found = globalThis.crypto?.subtle;
  if (found !== undefined) return found;
  const hint = "Serve the page over https or from localhost.";
  throw new EdgeletError("integrity", "crypto.subtle", "WebCrypto to check the model with", "none", hint);
}

/** The sha-256 of bytes, in hexadecimal digits. */
export async function sha256(bytes) {
  return hexadecimal(new Uint8Array(await subtle().digest("SHA-256", bytes)));
}

const hexadecimal = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Bytes written in base64, of the standard alphabet and padded; undefined for any other text. */
export function fromBase64(text) {
  try {
    const binary = atob(text);
    // atob forgives white space, missing padding and stray bits.
    return btoa(binary) === text ? Uint8Array.from(binary, (letter) => letter.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

/** 32 bytes that are written `<algorithm>:<base64>`. */
export function readKey(option, algorithm, text) {
  const [name, written] = typeof text === "string" ? text.split(":") : [];
  const bytes = name === algorithm ? fromBase64(written) : undefined;
  if (bytes?.length === 32) return bytes;
  // What was found is not said: it may be a secret in the wrong place.
  throw new EdgeletError("bad_option", option, `${algorithm}: and the base64 of 32 bytes`, "something else");
}
