// What the pages of one network share: it is loaded, facts of it are told, and its answers are shown as a list of scores.
import { load } from "./edgelet/tensors.js";
import { byId, html } from "./dom.js";
import { percent } from "./format.js";

/** How many answers are timed at once: a browser's clock is coarse. */
const ROUNDS = 20;

/** Loads a network of the bucket and tells what was downloaded, what it learned and how good it is; the page says so if it cannot. */
export async function openNetwork(name) {
  try {
    const about = fetch(`bucket/models/${name}.json`).then((response) => response.json());
    let bytes;
    const model = await load(new URL(`bucket/models/${name}.edgelet`, location), { onProgress: ({ loaded }) => (bytes = loaded) });
    const { parameters, provenance } = await about;
    const { value } = provenance.metrics.find(({ name, split }) => name === "accuracy" && split === "test");
    byId("bytes").textContent = `${(bytes / 1000).toFixed(1)} KB`;
    byId("parameters").textContent = parameters.toLocaleString("en");
    byId("accuracy").textContent = percent(value);
    return model;
  } catch (error) {
    problem(`The network could not be loaded: ${error.message}`);
    return undefined;
  }
}

/** Says what went wrong, or that all is well. */
export function problem(text = "") {
  Object.assign(byId("problem"), { textContent: text, hidden: text === "" });
}

/** Fills the list of scores with the labels, in their order, all at 0. */
export function listScores(labels) {
  const item = (label) => html("li", {}, html("span", {}, String(label)), html("meter", { min: 0, max: 1, value: 0 }), html("span", {}));
  byId("scores").replaceChildren(...labels.map(item));
}

/** Shows what a network answers: ranked labels, or none where there was nothing to answer. */
export function showScores(labels, ranked) {
  byId("answer").textContent = ranked[0]?.label ?? "–";
  for (const [i, item] of [...byId("scores").children].entries()) {
    const score = ranked.find(({ label }) => label === labels[i])?.score ?? 0;
    const [, meter, share] = item.children;
    item.classList.toggle("first", ranked[0]?.label === labels[i]);
    meter.value = score;
    share.textContent = ranked.length > 0 ? percent(score) : "";
  }
}

/** Tells how long one answer takes. */
export function showTime(answer) {
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) answer();
  byId("time").textContent = `${Math.round(((performance.now() - start) / ROUNDS) * 1000).toLocaleString("en")} µs`;
}
