// CSV by the rules of RFC 4180, in pieces: a file of any size passes through in constant memory.

/** Yields records, arrays of cells, of a stream of texts. */
export async function* records(texts) {
  let [cells, cell, quoted, wasQuote, started] = [[], "", false, false, false];
  for await (const text of texts) {
    for (const letter of text) {
      if (quoted && wasQuote) {
        wasQuote = false;
        if (letter === '"') {
          cell += letter;
          continue;
        }
        quoted = false;
      }
      if (quoted) {
        if (letter === '"') wasQuote = true;
        else cell += letter;
      } else if (letter === '"' && cell === "") {
        [quoted, started] = [true, true];
      } else if (letter === ",") {
        cells.push(cell);
        [cell, started] = ["", true];
      } else if (letter === "\n" || letter === "\r") {
        if (started) yield [...cells, cell];
        [cells, cell, started] = [[], "", false];
      } else {
        cell += letter;
        started = true;
      }
    }
  }
  if (started) yield [...cells, cell];
}

/** A line of CSV. */
export function line(cells) {
  return `${cells.map(written).join(",")}\n`;
}

function written(cell) {
  const text = cell === null || cell === undefined ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The words that stand for a missing value, as for `edgelet predict`. */
const MISSING = /^(|na|nan|null|none)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A cell as an input takes it. What is no value of it stays as it is written, so that the model can say so. */
export function valueOf(cell, { type, categories }) {
  const text = cell.trim();
  if (MISSING.test(text)) return null;
  if (type === "text") return text;
  if (!categories) {
    if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true" ? 1 : 0;
    return NUMBER.test(text) ? Number(text) : text;
  }
  const same = categories.find((label) => String(label) === text);
  if (same !== undefined) return same;
  const plain = NUMBER.test(text) ? String(Number(text)) : text.toLowerCase();
  return categories.find((label) => typeof label !== "string" && String(label) === plain) ?? text;
}
