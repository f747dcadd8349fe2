// A model that was opened, shown: the form and its live prediction at once, the panels as what is inside becomes known.

import { Answer } from "./answer.js";
import { Batch } from "./batch.js";
import { prediction, showSnippet } from "./code.js";
import { byId, oncePerFrame } from "./dom.js";
import { Form } from "./form.js";
import { bytes as sizeOf, joined } from "./format.js";
import { showGraph } from "./graph.js";
import { showHead } from "./head.js";
import { Inside } from "./importer.js";
import { clearProblem, showProblem } from "./problem.js";
import { showReport } from "./report.js";
import { showActions } from "./share.js";
import { showSpeed } from "./speed.js";
import { Surface } from "./surface.js";
import { TestRows } from "./test-rows.js";
import { Trees } from "./trees.js";

/** Shows `{ model, bytes, name, address, start, from }`. */
export class Shown {
  #opened;
  #inside = new Inside();
  #closing = new AbortController();
  #form;
  #answer;
  #panels = [];

  constructor(opened) {
    this.#opened = opened;
    const { model, bytes, start } = opened;
    this.#head();
    this.#answer = new Answer(model);
    this.#form = new Form(byId("features"), model.schema.inputs, oncePerFrame(() => this.#predict()), start);
    this.#predict();
    showReport(model);
    showActions(opened);
    this.#panels.push(new Batch(opened, this.#closing.signal));
    showSpeed(opened, () => this.#form.row(), this.#closing.signal);
    this.#lookInside(bytes);
  }

  close() {
    this.#closing.abort();
    this.#inside.close();
    this.#panels.forEach((panel) => panel.close?.());
    this.#opened.model.dispose();
  }

  #head() {
    const { model, bytes } = this.#opened;
    const { inputs, provenance } = model.schema;
    const features = inputs.length === 1 ? "1 feature" : `${inputs.length} features`;
    const facts = [provenance.estimator, bytes && joined(sizeOf(bytes.length)), features, kind(model)];
    showHead(this.#opened, facts, ["try", "batch", "speed"]);
  }

  #predict() {
    if (this.#closing.signal.aborted) return;
    const problem = byId("answer-problem");
    this.#form.clearProblems();
    clearProblem(problem);
    const row = this.#form.row();
    try {
      showSnippet(this.#opened, prediction(row, this.#answer.show(row)));
      for (const panel of this.#panels) panel.follow?.(row);
    } catch (error) {
      this.#answer.showStale();
      if (!this.#form.showProblem(error)) showProblem(problem, error, "No prediction");
    }
  }

  /** What needs the importers' wasm; without it the page predicts all the same. */
  async #lookInside(bytes) {
    const { model, start } = this.#opened;
    const { signal } = this.#closing;
    const nothing = { steps: undefined, ranges: [], rows: [] };
    const told = await (bytes ? this.#inside.open(bytes) : Promise.resolve(nothing)).catch(() => nothing);
    if (signal.aborted) return;
    this.#form.setRanges(withProfile(told.ranges, model), start === undefined);
    this.#panels.push(new TestRows(told.rows, model, this.#form, start === undefined));
    this.#panels.push(new Surface(model, this.#form, told));
    byId("inside").hidden = false;
    showGraph(model, told.steps);
    if (told.steps) this.#panels.push(new Trees(model, told.steps, this.#inside));
    this.#predict();
    await this.#explain();
  }

  /** Adds the waterfall, if the model can be explained. */
  async #explain() {
    const { signal } = this.#closing;
    if (!this.#opened.bytes) return;
    const { waterfallOf } = await import("./waterfall.js");
    const waterfall = await waterfallOf(this.#opened, this.#form.row(), signal).catch(() => undefined);
    if (signal.aborted) return waterfall?.close();
    if (waterfall) this.#panels.push(waterfall);
    this.#predict();
  }
}

/** A release in a bucket knows how its training rows were spread. */
function withProfile(ranges, model) {
  const features = new Map((model.release?.profile?.inputs ?? []).map((feature) => [feature.name, feature]));
  return model.schema.inputs.map(({ name }, i) => {
    const edges = features.get(name)?.edges;
    if (!edges?.length) return ranges[i];
    return { weight: 0, typical: edges[edges.length >> 1], ...ranges[i], bounds: [edges[0], edges.at(-1)] };
  });
}

/** What a model predicts, in two words. */
function kind({ targets, classes, schema }) {
  if (classes) return `${classes.length} classes`;
  if (targets.some(({ classes }) => classes)) return `${targets.length} targets`;
  return schema.outputs.some(({ method }) => method === "predict") ? "regression" : "transformer";
}
