// A model's bytes: checked chunk by chunk as they come, so that nothing is read beyond the first that is wrong.
import { EdgeletError } from "../errors.js";
import { sha256 } from "./digest.js";
import { piecesOf, request } from "./request.js";
import { patiently } from "./retry.js";

/** Takes a blob's pieces, and has its chunks. */
class Chunks {
  /** The chunks that were checked. */
  checked = [];
  #blob;
  #at;

  constructor(blob, at) {
    this.#blob = blob;
    this.#at = at;
  }

  /** How many bytes were checked. */
  get size() {
    return Math.min(this.checked.length * this.#blob.chunk_size, this.#blob.size);
  }

  /** Takes pieces from where the checked chunks end, and throws unless they are the rest of the blob. */
  async take(pieces, tell) {
    const { chunk_size: chunkSize, chunks, size } = this.#blob;
    let chunk;
    let filled = 0;
    for await (let piece of pieces) {
      while (piece.length > 0) {
        if (this.size === size) throw this.#wrong(`${size} bytes`, "more");
        chunk ??= new Uint8Array(Math.min(chunkSize, size - this.size));
        const part = piece.subarray(0, chunk.length - filled);
        chunk.set(part, filled);
        filled += part.length;
        piece = piece.subarray(part.length);
        tell?.(this.size + filled);
        if (filled < chunk.length) continue;
        const [expected, found] = [chunks[this.checked.length], await sha256(chunk)];
        if (found !== expected) throw this.#wrong(`a chunk with the sha-256 ${expected}`, found);
        this.checked.push(chunk);
        chunk = undefined;
        filled = 0;
      }
    }
    if (this.size < size) throw this.#wrong(`${size} bytes`, `${this.size + filled}`);
  }

  #wrong(expected, found) {
    const hint = "What was served is not what was signed.";
    return new EdgeletError("integrity", this.#at, expected, found, hint);
  }
}

/** The chunks of a blob that a cache gave; undefined if it is not what the release says. */
export async function checkKept(kept, blob, at) {
  const chunks = new Chunks(blob, at);
  try {
    await chunks.take(piecesOf(kept, at));
    return chunks.checked;
  } catch {
    return undefined;
  }
}

/** Downloads a blob. One that fails its hash is fetched once more, past all caches; one that is cut goes on where it was cut. */
export async function download(url, at, blob, options, signal, tell) {
  const attempts = async (isFresh) => {
    let chunks = new Chunks(blob, at);
    let canResume = true;
    await patiently(options.retry, signal, async () => {
      if (!canResume) chunks = new Chunks(blob, at);
      const headers = chunks.size > 0 ? { range: `bytes=${chunks.size}-` } : {};
      canResume = chunks.size === 0;
      const response = await request(url, options, signal, { headers, isFresh });
      if (response.status !== 206) chunks = new Chunks(blob, at);
      await chunks.take(piecesOf(response, url, signal), tell);
    });
    return chunks.checked;
  };
  try {
    return await attempts(false);
  } catch (error) {
    if (error.code !== "integrity") throw error;
    return attempts(true);
  }
}
