// What the cells of a CSV are: a column has one type, that of all its cells together, as for `edgelet predict` (src/native/data).

/** The words that stand for a missing value. */
const MISSING = /^(|na|nan|null|none)$/i;
/** What the program reads as a number. JavaScript reads other words besides. */
const NUMBER = /^[+-]?(\d+\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|nan)$/i;
/** What a text is by itself; the first that holds. */
const TYPES = {
  truth: (text) => /^(true|false)$/i.test(text),
  whole: (text) => /^[+-]?\d+$/.test(text) && (text.length < 16 || BigInt.asIntN(64, BigInt(text)) === BigInt(text)),
  number: (text) => NUMBER.test(text),
  text: () => true,
};

/** A column as a model's input takes it: it has to `see` all cells before it knows the `value` of one. */
export class Column {
  #input;
  #type;
  #labels;

  constructor(input) {
    const { type, categories = [] } = input;
    this.#input = input;
    this.#labels = new Map(categories.map((label) => [String(label), label]));
    // A text is what is written: 007 is not 7, and True not true.
    if (type === "text" || (categories.length > 0 && categories.every((label) => typeof label === "string"))) this.#type = "text";
  }

  see(cell) {
    const text = cell.trim();
    if (this.#type === "text" || MISSING.test(text)) return;
    // Most cells are what the cells before were.
    if (this.#type !== undefined && TYPES[this.#type](text)) return;
    const type = Object.keys(TYPES).find((type) => TYPES[type](text));
    const isWider = this.#type === undefined || (this.#type === "whole" && type === "number");
    this.#type = isWider ? type : "text";
  }

  /** A cell as the model takes it. What is no value of its input stays a text, so that the model can say so. */
  value(cell) {
    const text = cell.trim();
    if (MISSING.test(text)) return null;
    if (this.#input.type === "text") return text;
    if (this.#input.categories) return this.#label(text);
    if (this.#type === "truth") return text.length === 4 ? 1 : 0;
    return NUMBER.test(text) ? numberOf(text) : text;
  }

  #label(text) {
    const { categories, unknown } = this.#input;
    const written = writtenAs(text, this.#type);
    if (written === null) return null;
    const label = this.#labels.get(written);
    // Where every category is taken, a text among numbers is one that the model does not know: it has no infinite ones.
    return label ?? (unknown && typeof categories[0] === "number" ? Infinity : text);
  }
}

/** A cell in the one way in which its column's values are written. */
function writtenAs(text, type) {
  if (type === "truth") return text.toLowerCase();
  if (type === "whole") return String(BigInt(text));
  const number = type === "number" ? numberOf(text) : undefined;
  // Plus 0, so that the two zeros are one text.
  return typeof number === "number" ? String(number + 0) : number === null ? null : text;
}

/** The number that a text is, `null` for none. */
function numberOf(text) {
  if (!/n/i.test(text)) return Number(text);
  if (/nan/i.test(text)) return null;
  return text.startsWith("-") ? -Infinity : Infinity;
}
