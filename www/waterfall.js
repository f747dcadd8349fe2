// Why a row is answered as it is: from what the model gives on average to what it gives here, feature after feature. Of a
// model that was imported here its file's weights of training rows are taken along, for this picture only.

import { byId, html } from "./dom.js";
import { number } from "./format.js";
import { importModel } from "./importer.js";
import { explaining } from "./runtime.js";

/** Features beyond so many are one step together. */
const MOST_STEPS = 7;

/** The waterfall of a model that was opened; rejects if the model cannot be explained. */
export async function waterfallOf({ bytes, name, from }, row, signal) {
  const [{ load }, file] = await Promise.all([explaining(), from ? importModel(from.given, name, signal, { explain: true }) : bytes]);
  const model = await load(file, { signal });
  try {
    model.explain(row);
    return new Waterfall(model);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

class Waterfall {
  #model;

  constructor(model) {
    this.#model = model;
    byId("contributions").hidden = false;
  }

  follow(row) {
    const { class: label, base, margin, contributions } = this.#model.explain(row);
    const steps = stepsOf(contributions, base);
    const ends = [base, margin, ...steps.flatMap(({ from, to }) => [from, to])];
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const place = (x) => (high > low ? (x - low) / (high - low) : 0.5);
    byId("contributions").replaceChildren(
      html("h4", {}, label === undefined ? "Why" : `Why ${label}`),
      html("p", { class: "note" }, `On average ${number(base, 4)}, here ${number(margin, 4)}${label === undefined ? "" : ", as a score"}:`),
      html("ol", { class: "waterfall" }, ...steps.map((step) => line(step, place))),
    );
  }

  close() {
    byId("contributions").hidden = true;
    this.#model.dispose();
  }
}

/** Each feature's step from where the ones before it have led; those that move nothing are no steps. */
function stepsOf(contributions, base) {
  const moving = contributions.filter(({ contribution }) => contribution !== 0);
  const shown = moving.slice(0, moving.length > MOST_STEPS + 1 ? MOST_STEPS : MOST_STEPS + 1);
  const rest = moving.slice(shown.length);
  const sum = rest.reduce((total, { contribution }) => total + contribution, 0);
  const others = rest.length > 0 ? [{ feature: `${rest.length} others`, contribution: sum }] : [];
  let at = base;
  return [...shown, ...others].map(({ feature, value, contribution }) => {
    const from = at;
    at += contribution;
    return { feature, value, contribution, from, to: at };
  });
}

function line({ feature, value, contribution, from, to }, place) {
  const fill = html("span", { class: contribution > 0 ? "up" : "down" });
  const [left, right] = [place(Math.min(from, to)), place(Math.max(from, to))];
  Object.assign(fill.style, { left: `${100 * left}%`, width: `${100 * (right - left)}%` });
  const text = value === undefined ? feature : `${feature} = ${value === null ? "missing" : typeof value === "number" ? number(value, 4) : value}`;
  const sign = contribution > 0 ? "+" : "";
  return html(
    "li",
    {},
    html("span", { class: "name", title: text }, text),
    html("span", { class: "share" }, `${sign}${number(contribution, 3)}`),
    html("span", { class: "step", "aria-hidden": "true" }, fill),
  );
}
