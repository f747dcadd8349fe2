// What comes out of a network: the labels with the highest scores, and each output in numbers.

import { CLASS_COLOURS } from "./colours.js";
import { html } from "./dom.js";
import { duration, joined, number, percent } from "./format.js";

/** So many labels are ranked, and so many numbers of an output told. */
const MOST_LABELS = 8;
const MOST_NUMBERS = 8;

export class NetworkAnswer {
  #schema;
  #best = html("output", { class: "large", "aria-live": "off" });
  #ranks = html("ul", { class: "probabilities", "aria-label": "Labels" });
  #outputs = html("dl", { class: "outputs" });
  #time = html("p", { class: "note", role: "status" });

  constructor(schema) {
    this.#schema = schema;
    this.problem = html("div", { class: "problem", role: "alert", hidden: true });
    const title = schema.classes ? "Label" : "What comes out";
    const box = html("div", { class: "answer-box" }, html("h4", {}, title), html("p", { hidden: !schema.classes }, this.#best), this.#ranks, this.#outputs, this.problem, this.#time);
    this.element = html("div", { class: "side" }, box);
  }

  /** Says what it waits for, if for anything; what was there before is no answer to what goes in now. */
  wait(missing) {
    this.element.classList.toggle("stale", true);
    if (missing) this.#time.textContent = missing;
  }

  show(made, milliseconds) {
    const { classes, outputs } = this.#schema;
    this.element.classList.toggle("stale", false);
    this.#outputs.replaceChildren(...outputs.flatMap(({ name }) => output(name, made[name])));
    this.#time.textContent = `In ${joined(duration(milliseconds))}, in a worker.`;
    const scores = made[outputs[0].name];
    if (classes && scores.shape.at(-1) === classes.length && scores.data.length > 0) this.#rank(classes, [...scores.data.subarray(0, classes.length)].map(Number));
  }

  /** The labels of the first example. Scores that are probabilities have a bar. */
  #rank(classes, scores) {
    const places = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a]);
    const isShare = scores.every((score) => score >= 0 && score <= 1);
    this.#best.textContent = String(classes[places[0]]);
    const item = (place, i) => {
      const fill = html("span", { class: `fill class-${place % CLASS_COLOURS}` });
      fill.style.transform = `scaleX(${scores[place]})`;
      const bar = html("span", { class: isShare ? "bar" : "", "aria-hidden": "true" }, isShare ? fill : "");
      const told = isShare ? percent(scores[place]) : number(scores[place], 4);
      return html("li", { class: i === 0 ? "best" : "" }, html("span", { class: "name" }, String(classes[place])), bar, html("span", { class: "share" }, told));
    };
    this.#ranks.replaceChildren(...places.slice(0, MOST_LABELS).map(item));
  }
}

/** An output's shape, the range of its numbers, and the first of them. */
function output(name, { dtype, shape, data }) {
  const some = Array.from(data.slice(0, MOST_NUMBERS), (x) => (typeof x === "string" ? JSON.stringify(x) : number(Number(x), 5)));
  const rest = data.length > MOST_NUMBERS ? [" …"] : [];
  const lines = [html("dt", {}, html("span", { class: "name" }, name), html("span", { class: "detail" }, `${dtype} [${shape.join(", ")}]`))];
  if (dtype !== "string" && data.length > MOST_NUMBERS) lines.push(html("dd", { class: "note" }, range(data)));
  return [...lines, html("dd", { class: "values" }, some.join(", "), ...rest)];
}

function range(data) {
  let [least, most, sum] = [Infinity, -Infinity, 0];
  for (const element of data) {
    const x = Number(element);
    least = Math.min(least, x);
    most = Math.max(most, x);
    sum += x;
  }
  return `${number(data.length)} numbers from ${number(least, 4)} to ${number(most, 4)}, mean ${number(sum / data.length, 4)}`;
}
