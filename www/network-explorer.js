// A network that was opened, shown: a form for what goes in, what comes out of each run, the graph, speed, card and code.

import { showSnippet } from "./code.js";
import { byId, html } from "./dom.js";
import { bytes as sizeOf, duration, joined, number } from "./format.js";
import { showHead } from "./head.js";
import { NetworkAnswer } from "./network-answer.js";
import { NetworkForm, portText } from "./network-form.js";
import { showNetwork } from "./network-graph.js";
import { clearProblem, showProblem } from "./problem.js";
import { listed, showOrigin, showProof } from "./report.js";
import { showActions } from "./share.js";
import { showMeasured } from "./speed.js";

/** A network is timed so often, and for no longer than so many milliseconds after the first two. */
const RUNS = 15;
const MOST_MILLISECONDS = 3000;

/** Shows `{ model, network, bytes, name, address, from }`: the model in a worker, and what its file tells. */
export class Shown {
  #opened;
  #form;
  #answer;
  #closing = new AbortController();
  #running = false;
  /** Whether the inputs changed while it ran. */
  #again = false;
  #isMeasured = false;

  constructor(opened) {
    this.#opened = opened;
    const { model, network, bytes } = opened;
    const { provenance } = model.schema;
    const parameters = network.parameters !== undefined && `${number(network.parameters, 3)} parameters`;
    const facts = [provenance.estimator || "network", bytes && joined(sizeOf(bytes.length)), parameters, model.schema.classes && `${number(model.schema.classes.length)} labels`];
    showHead(opened, facts, ["run", "speed", ...(network.nodes ? ["inside"] : [])]);
    this.#answer = new NetworkAnswer(model.schema);
    this.#form = new NetworkForm(model.schema, network.example, () => this.#run());
    byId("run").replaceChildren(this.#form.element, this.#answer.element);
    if (network.nodes) showNetwork(model.schema, network);
    showOrigin(provenance);
    byId("nature").replaceChildren(...listed(nature(model.schema, network)));
    showProof(() => model.verify(), "example", this.#closing.signal);
    showActions(opened);
    byId("speed-facts").replaceChildren();
    byId("speed-plot").replaceChildren();
    byId("speed-note").textContent = "There is nothing to measure until it has run.";
    this.#run();
  }

  close() {
    this.#closing.abort();
    byId("run").replaceChildren();
    this.#opened.model.dispose();
  }

  /** Runs it on what the form holds; once more if that changes meanwhile. */
  async #run() {
    const { model } = this.#opened;
    const { signal } = this.#closing;
    if (this.#running) {
      this.#again = true;
      return;
    }
    const given = this.#form.given();
    clearProblem(this.#answer.problem);
    this.#answer.wait(given.missing);
    if (given.problem) return;
    showSnippet(this.#opened, call(model.schema, given));
    if (given.missing) return;
    this.#running = true;
    try {
      const begin = performance.now();
      const made = await model.run(given.inputs, { signal });
      this.#answer.show(made, performance.now() - begin);
      showSnippet(this.#opened, call(model.schema, given, made));
      if (!this.#isMeasured) this.#measure(given.inputs);
    } catch (error) {
      if (!signal.aborted) showProblem(this.#answer.problem, error, "It could not run");
    } finally {
      this.#running = false;
    }
    if (this.#again && !signal.aborted) {
      this.#again = false;
      this.#run();
    }
  }

  /** Times runs, once: in the worker, with the tensors' way there and back. */
  async #measure(inputs) {
    this.#isMeasured = true;
    const { model } = this.#opened;
    const { signal } = this.#closing;
    byId("speed-note").textContent = "Measuring …";
    const times = [];
    const start = performance.now();
    while (times.length < RUNS && (times.length < 2 || performance.now() - start < MOST_MILLISECONDS)) {
      const begin = performance.now();
      await model.run(inputs, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      times.push(performance.now() - begin);
    }
    const milliseconds = times.toSorted((a, b) => a - b)[times.length >> 1];
    const facts = [["One run", joined(duration(milliseconds))], ["Runs a second", number(1000 / milliseconds, 2)]];
    showMeasured(this.#opened, milliseconds, facts, `Median of ${times.length} runs in a worker of this tab, on one thread.`);
  }
}

/** What goes in and what comes out. */
function nature({ inputs, outputs, classes }, { weightBytes }) {
  const told = (port) => `${port.name}: ${[portText(port), port.images && "or a picture", port.texts && "or texts", port.audio && "or a sound", port.with && "made with the texts"].filter(Boolean).join(", ")}`;
  const list = (ports, words) => html("ul", {}, ...ports.map((port) => html("li", {}, words(port))));
  const facts = [
    ["Takes", list(inputs, told)],
    ["Gives", list(outputs, (port) => `${port.name}: ${portText(port)}`)],
    ["Labels", classes && number(classes.length)],
    ["Weights", weightBytes !== undefined && joined(sizeOf(weightBytes))],
  ];
  return facts.filter(([, value]) => value);
}

/** What a program asks for: the labels of a picture, sound or text, or what the network makes of its inputs, which is `made` if it ran. */
function call({ classes, outputs }, { told, raw }, made) {
  const entry = { entry: "edgelet/tensors", script: "tensors.js" };
  if (classes && raw) return { ...entry, call: `model.classify(${raw})`, result: "[{ label, score }, …], the highest first" };
  const results = outputs.map((port) => `${port.name}: ${portText(made?.[port.name] ?? port)}`);
  return { ...entry, call: ["model.run({", ...told.map((line) => `  ${line},`), "})"].join("\n"), result: results.join(", ") };
}
