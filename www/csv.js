// CSV by the rules of RFC 4180, in pieces: a file of any size passes through in constant memory.

/** A record longer than this is a quote that nobody closed. */
const MOST_LETTERS = 1 << 20;

/** Yields lists of records, `{ text, cells }`, of a stream of texts. Empty lines are passed by. */
export async function* records(texts) {
  let rest = "";
  for await (const text of texts) {
    rest += text;
    const [found, at] = wholeRecords(rest);
    rest = rest.slice(at);
    if (rest.length > MOST_LETTERS) throw new Error(`A record of more than ${MOST_LETTERS} letters: is a quote left open?`);
    yield found;
  }
  // The last line may lack its end.
  yield wholeRecords(`${rest}\n`)[0];
}

/** The records that are whole, and where the first that is not begins. */
function wholeRecords(text) {
  const found = [];
  let at = 0;
  for (;;) {
    const end = text.indexOf("\n", at);
    if (end < 0) return [found, at];
    const line = text.slice(at, text[end - 1] === "\r" ? end - 1 : end);
    if (!line.includes('"')) {
      if (line !== "") found.push({ text: line, cells: line.split(",") });
      at = end + 1;
      continue;
    }
    const record = quotedRecord(text, at);
    if (!record) return [found, at];
    found.push({ text: text.slice(at, record.end), cells: record.cells });
    at = record.next;
  }
}

/** A record with quotes, letter by letter; nothing if its end is still to come. */
function quotedRecord(text, start) {
  const cells = [];
  let at = start;
  for (;;) {
    let cell = "";
    if (text[at] === '"') {
      for (;;) {
        const quote = text.indexOf('"', at + 1);
        if (quote < 0) return undefined;
        cell += text.slice(at + 1, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
    }
    const plain = at;
    while (at < text.length && text[at] !== "," && text[at] !== "\n") at++;
    if (at === text.length) return undefined;
    const end = text[at] === "\n" && text[at - 1] === "\r" ? at - 1 : at;
    cells.push(cell + text.slice(plain, Math.max(plain, end)));
    at++;
    if (text[at - 1] === "\n") return { cells, end, next: at };
  }
}

/** Cells as the text of a record. */
export function recordOf(cells) {
  return cells.map(written).join(",");
}

function written(cell) {
  const text = cell === null || cell === undefined ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The words that stand for a missing value, as for `edgelet predict`. */
const MISSING = /^(|na|nan|null|none)$/i;
/** What JavaScript reads as a number and the program does not. */
const OTHER_BASE = /^[+-]?0[xob]/i;

/** A cell as an input takes it. What is no value of it stays as it is written, so that the model can say so. */
export function valueOf(cell, { type, categories }) {
  const text = cell.trim();
  if (MISSING.test(text)) return null;
  if (type === "text") return text;
  const number = OTHER_BASE.test(text) ? NaN : Number(text);
  const isTruth = /^(true|false)$/i.test(text);
  if (!categories) return Number.isNaN(number) ? (isTruth ? (text.length === 4 ? 1 : 0) : text) : number;
  const same = categories.find((label) => String(label) === text);
  if (same !== undefined) return same;
  const plain = isTruth ? text.toLowerCase() : String(number);
  return categories.find((label) => typeof label !== "string" && String(label) === plain) ?? text;
}
