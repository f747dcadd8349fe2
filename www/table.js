// A CSV with a header and a model's inputs among its columns. It is read twice: what a column is, only all of its cells tell.

import { Column } from "./columns.js";
import { records } from "./csv.js";
import { EdgeletError } from "./runtime.js";

/** How many columns an error lists. */
const SHOWN = 12;

export class Table {
  /** The columns' names, once it was examined. */
  header;
  #file;
  #inputs;
  #columns;
  #places;

  constructor(file, inputs) {
    this.#file = file;
    this.#inputs = inputs;
    this.#columns = inputs.map((input) => new Column(input));
  }

  /** Reads it once, and refuses what is no table with these inputs. Yields how far it is: `{ rows, share }`. */
  async *examine() {
    let rows = 0;
    for await (const { found, share } of this.#pieces()) {
      for (const { cells } of found) {
        if (cells.length !== this.header.length) throw ragged(rows, this.header, cells);
        this.#columns.forEach((column, i) => column.see(cells[this.#places[i]]));
        rows++;
      }
      yield { rows, share };
    }
  }

  /** Yields the records piece by piece, `{ found, share }`; `rowOf` each is what the model takes. */
  records() {
    return this.#pieces();
  }

  rowOf({ cells }) {
    return this.#columns.map((column, i) => column.value(cells[this.#places[i]]));
  }

  async *#pieces() {
    let read = 0;
    let isBegun = false;
    const counted = new TransformStream({
      transform(chunk, controller) {
        read += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const texts = this.#file.stream().pipeThrough(counted).pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));
    for await (const found of records(texts)) {
      if (!isBegun && found.length > 0) {
        this.#begin(found.shift().cells);
        isBegun = true;
      }
      yield { found, share: read / Math.max(1, this.#file.size) };
    }
    if (!isBegun) throw new EdgeletError("bad_rows", "line 1", "a header with the columns' names", "nothing");
  }

  #begin(cells) {
    this.header = cells.map((name) => name.trim());
    const twice = this.header.find((name, i) => this.header.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new EdgeletError("bad_rows", "columns", "distinct names", `${JSON.stringify(twice)} twice`, "Rename one of the columns.");
    }
    const names = this.#inputs.map(({ name }) => name);
    this.#places = names.map((name) => this.header.indexOf(name));
    const missing = names[this.#places.indexOf(-1)];
    if (missing === undefined) return;
    const found = `columns ${this.header.slice(0, SHOWN).join(", ")}`;
    throw new EdgeletError("missing_feature", "columns", JSON.stringify(missing), found, "A CSV to fill in has them all.");
  }
}

function ragged(row, header, cells) {
  return new EdgeletError("bad_rows", `row ${row}`, `${header.length} cells`, String(cells.length), "Quote cells that hold commas or line breaks.");
}
