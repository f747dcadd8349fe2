// How often a feature's values fell where, now and in training.
import { EdgeletError, shown } from "./errors.js";

const isCounts = (counts, length) =>
  Array.isArray(counts) && counts.length === length && counts.every((count) => Number.isFinite(count) && count >= 0);
const isAscending = (edges) => edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edges[i - 1] < edge));

export class Histogram {
  #feature;
  #categories;
  #places;
  #expected;
  #counts;

  /** `feature` is one of a profile's; `categories` are what the codes of an input stand for. */
  constructor(feature, categories) {
    const { name, edges, categories: known, counts, missing = 0, unknown = 0 } = feature ?? {};
    const bins = Array.isArray(edges) && isAscending(edges) ? edges.length + 1 : known?.length;
    if (!isCounts(counts, bins) || !isCounts([missing, unknown], 2) || (edges === undefined && !Array.isArray(known))) {
      const expected = "ascending edges or categories, and their counts";
      throw new EdgeletError("corrupt", `profile: ${shown(name)}`, expected, "something else");
    }
    this.#feature = feature;
    this.#categories = categories;
    this.#places = known && new Map(known.map((category, place) => [category, place]));
    // Behind the bins, those that are missing and those that training did not see.
    this.#expected = [...counts, missing, unknown];
    this.reset();
  }

  reset() {
    this.#counts = this.#expected.map(() => 0);
  }

  /** Counts an input's value as rows are encoded: a number, or a category's code. */
  addCode(code) {
    this.add(this.#categories === undefined || Number.isNaN(code) ? code : this.#categories[code]);
  }

  /** Counts a number or a category. */
  add(value) {
    this.#counts[this.#bin(value)] += 1;
  }

  report() {
    const { name, edges, categories } = this.#feature;
    const bins = this.#counts.length - 2;
    const total = sum(this.#counts);
    const rate = (counts, bin) => (sum(counts) === 0 ? 0 : counts[bin] / sum(counts));
    const rates = (counts) => ({ missing: rate(counts, bins), unknown: rate(counts, bins + 1) });
    const found = { rows: total, counts: this.#counts.slice(0, bins), ...rates(this.#counts) };
    return { name, ...(edges ? { edges } : { categories }), ...found, expected: rates(this.#expected), psi: this.#psi() };
  }

  #bin(value) {
    const bins = this.#counts.length - 2;
    if (Number.isNaN(value)) return bins;
    const { edges } = this.#feature;
    if (edges === undefined) return this.#places.get(value) ?? bins + 1;
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value <= edges[middle]) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The population stability index; half a row in each bin keeps empty ones from making it infinite. */
  #psi() {
    if (sum(this.#counts) === 0) return 0;
    const share = (counts) => counts.map((count) => (count + 0.5) / (sum(counts) + counts.length / 2));
    const [then, now] = [share(this.#expected), share(this.#counts)];
    return sum(now.map((part, bin) => (part - then[bin]) * Math.log(part / then[bin])));
  }
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
