// What a model says about itself: where it comes from, how good it was, and whether it proves itself here.

import { byId, html } from "./dom.js";
import { day, number, percent } from "./format.js";
import { clearProblem, showProblem } from "./problem.js";

/** Metrics that are shares of the rows. */
const SHARES = new Set(["accuracy", "balanced_accuracy"]);
const MOST_LABELS = 12;

/** Shows all of it. */
export function showReport(model) {
  const { provenance } = model.schema;
  showOrigin(provenance);
  byId("nature").replaceChildren(...listed(nature(model)));
  showMetrics(provenance.metrics);
  byId("metrics-block").hidden = provenance.metrics.length === 0;
  showProof(() => model.verify(), "test row");
}

/** Where a model or a network comes from. */
export function showOrigin(provenance) {
  byId("origin").replaceChildren(...origin(provenance));
}

function origin({ framework, version, estimator, trainedAt, rows }) {
  const facts = [
    ["Estimator", estimator],
    ["Fitted by", [framework, version].filter(Boolean).join(" ")],
    ["On", rows === undefined ? "" : `${number(rows)} rows`],
    ["Trained", trainedAt === undefined ? "" : day(new Date(trainedAt * 1000))],
  ];
  const known = facts.filter(([, value]) => value);
  return listed(known.length > 0 ? known : [["Origin", "not told"]]);
}

/** What goes in and what comes out. */
function nature({ schema, targets }) {
  const kinds = ["numeric", "categorical", "text", "date"].map((type) => schema.inputs.filter((input) => input.type === type).length);
  const words = [["number", "numbers"], ["category", "categories"], ["text", "texts"], ["date", "dates"]];
  const takes = kinds.map((count, i) => count > 0 && `${number(count)} ${words[i][count === 1 ? 0 : 1]}`).filter(Boolean);
  const gives = targets.map(({ name, classes }) => {
    const labels = classes && (classes.length > MOST_LABELS ? `one of ${number(classes.length)} classes` : classes.map(String).join(", "));
    return [targets.length > 1 ? `${name}:` : "", labels ?? "a number"].filter(Boolean).join(" ");
  });
  const missing = schema.inputs.filter((input) => input.missing).length;
  return [
    ["Takes", takes.join(", ")],
    ["Missing values", missing === schema.inputs.length ? "accepted" : missing === 0 ? "refused" : `accepted in ${number(missing)}`],
    ["Gives", gives.slice(0, MOST_LABELS).join("; ") || `${number(schema.outputs[0].width)} numbers`],
    ["Answers", schema.outputs.map(({ method }) => method).join(", ")],
  ];
}

/** Names and values of a list of both. */
export function listed(facts) {
  return facts.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]);
}

/** A row for each metric, a column for each set of rows it was measured on. */
function showMetrics(metrics) {
  const splits = [...new Set(metrics.map(({ split }) => split))];
  const names = [...new Set(metrics.map(({ name }) => name))];
  const cell = (name, split) => {
    const found = metrics.find((metric) => metric.name === name && metric.split === split);
    return html("td", {}, found ? metricText(found) : "–");
  };
  byId("metric-splits").replaceChildren(...["metric", ...splits].map((text) => html("th", { scope: "col" }, text)));
  byId("metrics").replaceChildren(
    ...names.map((name) => html("tr", {}, html("th", { scope: "row" }, name), ...splits.map((split) => cell(name, split)))),
  );
}

function metricText({ name, value }) {
  return SHARES.has(name) ? percent(value) : number(value, 4);
}

/** Whether it reproduces what it carries to prove itself with: `verify` says how many it did. Shown unless it was closed by then. */
export async function showProof(verify, noun, signal) {
  const [proof, problem] = [byId("proof"), byId("proof-problem")];
  clearProblem(problem);
  proof.classList.remove("proven");
  proof.textContent = "";
  try {
    const count = await verify();
    if (signal?.aborted) return;
    proof.classList.toggle("proven", count > 0);
    const nouns = count === 1 ? noun : `${noun}s`;
    proof.textContent = count > 0 ? `✓ ${count} of ${count} ${nouns} reproduced here` : `No ${noun}s to prove itself with`;
  } catch (error) {
    if (!signal?.aborted) showProblem(problem, error);
  }
}
