// The one error of the package. The wasm core throws it too.

/** What went wrong, where, what was expected, what was found, and the next step. `code` is stable. */
export class EdgeletError extends Error {
  constructor(code, at, expected, found, hint = "") {
    super(`${at}: expected ${expected}, found ${found}${hint && `. ${hint}`}`);
    this.name = "EdgeletError";
    this.code = code;
    this.at = at;
    this.expected = expected;
    this.found = found;
    this.hint = hint;
  }
}

/**
 * The error to throw for one that the core threw. What is none of this class is a trap: memory could not grow. What the core
 * was working on is lost then; everything else in it is as it was.
 */
export function coreError(error) {
  if (error instanceof EdgeletError) return error;
  const hint = "This model is gone, the others are not: dispose of some to make room.";
  return new EdgeletError("out_of_memory", "model", "memory enough for it", error.message, hint);
}

/** How a value is named in an error: short, and never the whole of a large one. */
export function shown(value) {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return `a ${value.constructor?.name ?? "object"}`;
  return typeof value === "bigint" ? `${value}n` : String(value);
}

/** A sentence with the known name nearest to a wrong one, or nothing if none is near. */
export function nearest(wrong, names) {
  let best = "";
  let least = Math.max(2, wrong.length / 3) + 1;
  for (const name of names) {
    const far = distance(wrong.toLowerCase(), String(name).toLowerCase());
    if (far < least) [best, least] = [name, far];
  }
  return best === "" ? "" : `Did you mean ${JSON.stringify(best)}?`;
}

/** Levenshtein's distance. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
