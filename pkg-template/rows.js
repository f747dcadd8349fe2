// Rows as people have them → encoded rows in wasm memory: one f64 for each feature, in the order of the schema. A category
// becomes its index, an unknown one -1, a text its place in `texts`, a date its milliseconds since 1970, a missing value NaN.
// What a number must be is checked by the core.
import { milliseconds } from "./dates.js";
import { EdgeletError, nearest, shown } from "./errors.js";

const isView = (value) => ArrayBuffer.isView(value) && !(value instanceof DataView);

/** Whether a value is a list of values: a column, or a row without names. */
const isList = (value) => Array.isArray(value) || isView(value);

/** Whether a value in a list is a row: a date is an object, but a value. */
const isRow = (value) => typeof value === "object" && value !== null && !(value instanceof Date);

/** The most characters of text that are predicted together: memory for several copies of them is taken. */
const MOST_TEXT = 2 ** 24;

/** Encodes rows by a schema. */
export class Encoder {
  /** The texts of the rows that were written last. */
  texts = [];
  #length = 0;

  constructor(inputs) {
    this.names = inputs.map((input) => input.name);
    /** Whether a row is a text, which may stand alone. */
    this.isText = inputs.length === 1 && inputs[0].type === "text";
    this.texted = inputs.find((input) => input.type === "text");
    this.dated = inputs.find((input) => input.type === "date");
    this.known = new Set(this.names);
    this.inputs = inputs.map((input) => ({
      ...input,
      codes: input.categories && new Map(input.categories.map((category, index) => [category, index])),
    }));
  }

  /** Encodes one row into the start of `view` if one row was given; else returns false. */
  writeOne(view, given, options) {
    this.forgetTexts();
    if (this.isText && typeof given === "string" && options === undefined) {
      view[0] = this.encode(given, this.inputs[0], "row");
      return true;
    }
    if (options !== undefined || typeof given !== "object" || given === null) return false;
    if (isView(given)) {
      this.refuseNumbers("row", given);
      const width = this.names.length;
      if (given.length !== width) {
        throw new EdgeletError("wrong_shape", "row", `${width} numbers, or { rows }`, `${given.length} numbers`);
      }
      refuseBigInts(given, "row");
      // For a short row a loop is faster than TypedArray.prototype.set.
      if (width > 64) view.set(given);
      else for (let i = 0; i < width; i++) view[i] = given[i];
      return true;
    }
    if (Array.isArray(given)) {
      if (given.length === 0 || this.isText || given.some(isRow)) return false;
      this.writeArray(view, 0, given, "row");
      return true;
    }
    if (isList(given[this.names[0]])) return false;
    this.writeObject(view, 0, given, "row");
    return true;
  }

  /**
   * Understands many rows: { rows, narrow, write }, where write(view, first, count) encodes rows `first` up to
   * `first + count` into the start of `view`, a Float64Array, or a Float32Array if `narrow`.
   */
  readMany(given, options) {
    if (isView(given)) return this.flat(given, options);
    if (Array.isArray(given)) {
      return options?.rows === undefined ? this.list(given) : this.flat(Float64Array.from(given, Number), options);
    }
    if (typeof given === "object" && given !== null) return this.columns(given);
    throw new EdgeletError("wrong_type", "rows", "an object, an array of rows, columns or a typed array", shown(given));
  }

  /** Rows × features numbers, one row after another. */
  flat(numbers, options) {
    this.refuseNumbers("rows", numbers);
    const width = this.names.length;
    const rows = options?.rows;
    if (!Number.isInteger(rows) || rows < 0 || rows * width !== numbers.length) {
      throw new EdgeletError("wrong_shape", "rows", `{ rows } × ${width} numbers`, `${shown(rows)} rows, ${numbers.length} numbers`);
    }
    refuseBigInts(numbers, "rows");
    const write = (view, first, count) => view.set(numbers.subarray(first * width, (first + count) * width));
    return { rows, narrow: numbers instanceof Float32Array, write };
  }

  /** An array of objects or of arrays. */
  list(list) {
    const write = (view, first, count) => {
      for (let i = first, at = 0; i < first + count; i++, at += this.names.length) {
        if (this.isText && typeof list[i] === "string") view[at] = this.encode(list[i], this.inputs[0], i);
        else if (isList(list[i])) this.writeArray(view, at, list[i], `row ${i}`);
        else this.writeObject(view, at, list[i], i);
      }
    };
    return { rows: list.length, narrow: false, write };
  }

  /** Columns by name, all of one length. */
  columns(columns) {
    this.checkNames(columns, "columns");
    const single = this.names.find((name) => !isList(columns[name]));
    if (single !== undefined) {
      throw new EdgeletError("wrong_type", `columns: ${single}`, "an array of values", shown(columns[single]));
    }
    const rows = columns[this.names[0]].length;
    const short = this.names.find((name) => columns[name].length !== rows);
    if (short !== undefined) {
      throw new EdgeletError("wrong_shape", `columns: ${short}`, `${rows} values`, `${columns[short].length}`);
    }
    const width = this.names.length;
    const write = (view, first, count) => {
      this.inputs.forEach((input, j) => {
        const column = columns[input.name];
        for (let i = 0; i < count; i++) view[i * width + j] = this.encode(column[first + i], input, first + i);
      });
    };
    return { rows, narrow: false, write };
  }

  writeObject(view, at, row, place) {
    if (typeof row !== "object" || row === null) throw new EdgeletError("wrong_type", named(place), "an object", shown(row));
    const { inputs } = this;
    let present = 0;
    for (let j = 0; j < inputs.length; j++) {
      const input = inputs[j];
      const value = row[input.name];
      if (value !== undefined) present += 1;
      view[at + j] = typeof value === "number" && input.type === "numeric" ? value : this.encode(value, input, place);
    }
    // As many names as features, and every feature there: then no name is unknown.
    let names = 0;
    for (const _ in row) names += 1;
    if (names !== inputs.length || present !== inputs.length) this.checkNames(row, place);
  }

  writeArray(view, at, row, place) {
    if (row.length !== this.inputs.length) {
      throw new EdgeletError("wrong_shape", place, `${this.inputs.length} values`, `${row.length}`);
    }
    this.inputs.forEach((input, j) => (view[at + j] = this.encode(row[j], input, place)));
  }

  /** One value as its number. `place` is a text, or the number of a row. */
  encode(value, input, place) {
    if (value === undefined || value === null || Number.isNaN(value)) return Number.NaN;
    if (input.type === "text") {
      if (typeof value === "string") return this.place(value, where(place, input));
      throw new EdgeletError("wrong_type", where(place, input), "a text", shown(value));
    }
    if (input.type === "date") {
      const date = typeof value === "string" ? milliseconds(value) : value instanceof Date ? value.getTime() : value;
      if (typeof date === "number" && !Number.isNaN(date)) return date;
      const expected = "a Date, a text as 2026-11-27 or 2026-11-27T18:30:59+01:00, or milliseconds since 1970";
      throw new EdgeletError("wrong_type", where(place, input), expected, value instanceof Date ? "an invalid Date" : shown(value));
    }
    if (input.codes === undefined) {
      if (typeof value === "number") return value;
      if (typeof value === "boolean") return value ? 1 : 0;
      throw new EdgeletError("wrong_type", where(place, input), "a number", shown(value));
    }
    const code = input.codes.get(value);
    if (code !== undefined) return code;
    if (typeof value !== typeof input.categories[0]) {
      throw new EdgeletError("wrong_type", where(place, input), `a ${typeof input.categories[0]}`, shown(value));
    }
    if (input.unknown) return -1;
    const some = input.categories.slice(0, 8).map(shown).join(", ");
    const expected = `one of ${some}${input.categories.length > 8 ? ", …" : ""}`;
    const hint = nearest(String(value), input.categories);
    throw new EdgeletError("unknown_category", where(place, input), expected, shown(value), hint);
  }

  /** A text's place in `texts`. */
  place(text, at) {
    this.#length += text.length;
    if (this.#length <= MOST_TEXT) return this.texts.push(text) - 1;
    const hint = "Predict fewer rows at once, or cut the text.";
    throw new EdgeletError("limit_exceeded", at, `at most ${MOST_TEXT} characters in texts at once`, `${this.#length}`, hint);
  }

  forgetTexts() {
    this.texts.length = 0;
    this.#length = 0;
  }

  /** Throws if such numbers alone make no row, because a feature is a text, or a date, which others than f64 do not hold. */
  refuseNumbers(place, numbers) {
    const hint = "Pass objects, arrays or columns.";
    if (this.texted !== undefined) {
      throw new EdgeletError("wrong_type", place, `a text for the feature ${shown(this.texted.name)}`, "numbers", hint);
    }
    if (this.dated === undefined || numbers instanceof Float64Array) return;
    throw new EdgeletError("wrong_type", place, `a Float64Array for the date ${shown(this.dated.name)}`, shown(numbers), hint);
  }

  /** Throws for the first name that is unknown, or the first feature that is not there at all. */
  checkNames(row, place) {
    place = named(place);
    for (const name in row) {
      if (!this.known.has(name)) {
        const hint = nearest(name, this.names);
        throw new EdgeletError("unknown_feature", place, "only features of the model", shown(name), hint);
      }
    }
    const absent = this.names.find((name) => !(name in row));
    if (absent !== undefined) {
      const hint = "Pass null for a value that is missing.";
      throw new EdgeletError("missing_feature", place, `the feature ${shown(absent)}`, "none", hint);
    }
  }
}

const named = (place) => (typeof place === "number" ? `row ${place}` : place);
const where = (place, input) => `${named(place)}: ${input.name}`;

function refuseBigInts(numbers, place) {
  if (typeof numbers[0] === "bigint") throw new EdgeletError("wrong_type", place, "numbers", "BigInts");
}
