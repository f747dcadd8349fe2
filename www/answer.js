// A prediction for people: the label or the numbers, and a bar for each class's probability.

import { CLASS_COLOURS } from "./colours.js";
import { announcer, byId, html } from "./dom.js";
import { number, percent } from "./format.js";

/** Bars beyond so many help nobody: of each target the most probable classes are shown. */
const MOST_BARS = 12;
const MOST_TARGETS = 12;
const MOST_NUMBERS = 12;

export class Answer {
  #model;
  #proba;
  /** For each target that is shown, the bars of its classes. */
  #bars = [];
  #predicts;
  #announce = announcer(byId("announced-answer"), 700);

  constructor(model) {
    this.#model = model;
    this.#predicts = model.schema.outputs.some(({ method }) => method === "predict");
    this.#proba = model.schema.outputs.some(({ method }) => method === "predict_proba");
    const shown = this.#proba ? model.targets.slice(0, MOST_TARGETS) : [];
    this.#bars = shown.map(({ classes }) => Array.from({ length: Math.min(classes.length, MOST_BARS) }, bar));
    const headed = (bars, i) => {
      const rows = bars.map(({ row }) => row);
      return shown.length > 1 ? [html("li", { class: "target" }, shown[i].name), ...rows] : rows;
    };
    byId("probabilities").replaceChildren(...this.#bars.flatMap(headed));
    byId("probabilities").hidden = !this.#proba;
    const named = model.schema.targets.filter((name) => name && name !== "prediction").join(", ");
    byId("answer-title").textContent = named ? `Prediction: ${named}` : "Prediction";
  }

  /** Predicts a row, shows the prediction and returns it; throws what the model throws. */
  show(row) {
    const prediction = this.#predicts ? this.#model.predict(row) : this.#model.transform(row).values;
    const text = readable(prediction);
    const value = byId("answer");
    value.classList.remove("stale");
    value.textContent = text;
    if (this.#proba) {
      const answer = this.#model.predictProba(row);
      const targets = answer.targets ?? [answer];
      this.#bars.forEach((bars, i) => showProbabilities(bars, targets[i]));
    }
    this.#announce(`Prediction: ${text}`);
    return prediction;
  }

  /** The row is wrong: what is shown belongs to an older one. */
  showStale() {
    byId("answer").classList.add("stale");
    this.#announce("No prediction: a value is not accepted.");
  }
}

function showProbabilities(bars, { classes, probabilities }) {
  const order = [...classes.keys()];
  if (classes.length > bars.length) order.sort((a, b) => probabilities[b] - probabilities[a]);
  const best = probabilities.indexOf(Math.max(...probabilities));
  bars.forEach(({ row, name, fill, share }, i) => {
    const k = order[i];
    fill.className = `fill class-${k % CLASS_COLOURS}`;
    name.textContent = String(classes[k]);
    share.textContent = percent(probabilities[k]);
    fill.style.transform = `scaleX(${probabilities[k]})`;
    row.classList.toggle("best", k === best);
  });
}

function bar() {
  const [name, fill, share] = [html("span", { class: "name" }), html("span", { class: "fill" }), html("span", { class: "share" })];
  return { row: html("li", {}, name, html("span", { class: "bar", "aria-hidden": "true" }, fill), share), name, fill, share };
}

function readable(prediction) {
  if (typeof prediction === "number") return number(prediction);
  if (ArrayBuffer.isView(prediction)) return listed(Array.from(prediction, (x) => number(x)));
  return Array.isArray(prediction) ? prediction.join(", ") : String(prediction);
}

function listed(texts) {
  return texts.length > MOST_NUMBERS ? `${texts.slice(0, MOST_NUMBERS).join(", ")}, …` : texts.join(", ");
}
