// CSV by the rules of RFC 4180, in pieces: a file of any size passes through in constant memory. A line ends as on any system:
// with \n, \r\n or \r.

/** A record longer than this is a quote that nobody closed. */
const MOST_LETTERS = 1 << 20;

/** The end of a line. Of \r\n the \n ends an empty one, which is passed by. */
const END = /[\r\n]/g;

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
    END.lastIndex = at;
    const end = END.exec(text)?.index;
    if (end === undefined) return [found, at];
    const line = text.slice(at, end);
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
    while (at < text.length && text[at] !== "," && text[at] !== "\n" && text[at] !== "\r") at++;
    if (at === text.length) return undefined;
    cells.push(cell + text.slice(plain, at));
    at++;
    if (text[at - 1] !== ",") return { cells, end: at - 1, next: at };
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
