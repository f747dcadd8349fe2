// What the cells of a CSV are: a column has one type, that of all its cells together, as for `edgelet predict` (src/native/data).

/** The words that stand for a missing value. */
const MISSING = /^(|na|nan|null|none)$/i;
/** What the program reads as a number: JavaScript has other words for some, and numbers of other bases. */
const DIGITS = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const NO_DIGITS = /^[+-]?(inf|infinity|nan)$/i;
/** What a text is by itself; the first that holds. */
const TYPES = {
  truth: (text) => /^(true|false)$/i.test(text),
  whole: (text) => /^[+-]?\d+$/.test(text) && (text.length < 16 || BigInt.asIntN(64, BigInt(text)) === BigInt(text)),
  number: (text) => DIGITS.test(text) || NO_DIGITS.test(text),
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
    if (this.#type === "text") return;
    const text = cell.trim();
    // Most cells are what the cells before were.
    if ((this.#type !== undefined && TYPES[this.#type](text)) || MISSING.test(text)) return;
    const type = Object.keys(TYPES).find((type) => TYPES[type](text));
    const isWider = this.#type === undefined || (this.#type === "whole" && type === "number");
    this.#type = isWider ? type : "text";
  }

  /** A cell as the model takes it. What is no value of its input stays a text, so that the model can say so. */
  value(cell) {
    const text = cell.trim();
    const { type, categories } = this.#input;
    const isNumber = type === "numeric" ? this.#type !== "truth" : type === "date" && ["whole", "number"].includes(this.#type);
    if (isNumber) {
      const number = numberOf(text);
      if (number !== undefined) return number;
    }
    if (MISSING.test(text)) return null;
    if (categories) return this.#label(text);
    return type === "numeric" && this.#type === "truth" ? Number(text.length === 4) : text;
  }

  #label(text) {
    const { categories, unknown } = this.#input;
    const written = writtenAs(text, this.#type);
    if (written === null) return null;
    // Where every category is taken, a text among numbers is one that the model does not know: it has no infinite ones.
    return this.#labels.get(written) ?? (unknown && typeof categories[0] === "number" ? Infinity : text);
  }
}

/** A cell in the one way in which its column's values are written; `null` if it is missing. */
function writtenAs(text, type) {
  if (type === "truth") return text.toLowerCase();
  if (type === "whole") return String(BigInt(text));
  if (type === "text") return text;
  const number = numberOf(text);
  // Plus 0, so that the two zeros are one text.
  return number === null ? null : String(number + 0);
}

/** The number that a text is, `null` if it is the one that stands for none, `undefined` if it is none. */
function numberOf(text) {
  if (DIGITS.test(text)) return Number(text);
  if (!NO_DIGITS.test(text)) return undefined;
  if (text.toLowerCase().endsWith("nan")) return null;
  return text.startsWith("-") ? -Infinity : Infinity;
}
