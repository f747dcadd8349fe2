// Many rows: a CSV is streamed through the model, piece by piece, and comes back with its predictions.

import { recordOf } from "./csv.js";
import { byId, html } from "./dom.js";
import { duration, joined, number } from "./format.js";
import { pause } from "./pause.js";
import { clearProblem, showProblem } from "./problem.js";
import { EdgeletError } from "./runtime.js";
import { Table } from "./table.js";
import { connectPicker } from "./ways.js";

const BLOCK = 512;
const PREVIEW = 6;
/** The share of the work that finding out what the columns are is taken for. */
const READING = 0.3;
/** For so many milliseconds the work holds up the page at most. */
const SLICE = 12;

let take;
connectPicker(byId("batch-choose"), byId("batch-file"), (file) => take?.(file));

export class Batch {
  #model;
  #name;
  #signal;
  #running = new AbortController();
  #result;

  constructor({ model, name }, signal) {
    this.#model = model;
    this.#name = name;
    this.#signal = signal;
    this.#show({ running: false });
    byId("batch-status").textContent = "";
    byId("batch-preview").hidden = true;
    clearProblem(byId("batch-problem"));
    take = (file) => this.#run(file);
    byId("batch-sample").onclick = () => this.#sample();
    byId("batch-cancel").onclick = () => this.#running.abort();
  }

  close() {
    this.#running.abort();
    if (this.#result) URL.revokeObjectURL(this.#result);
  }

  async #run(file) {
    this.#running.abort();
    const { signal } = (this.#running = new AbortController());
    clearProblem(byId("batch-problem"));
    byId("batch-preview").hidden = true;
    this.#show({ running: true });
    const [pieces, begin] = [[], performance.now()];
    let rows = 0;
    try {
      for await (const done of this.#predicted(file, signal)) {
        rows = done.rows;
        byId("batch-progress").value = done.share;
        byId("batch-status").textContent = `${done.text === undefined ? "Reading " : ""}${number(rows)} rows …`;
        if (done.text !== undefined) pieces.push(done.text);
        if (done.preview) this.#preview(done.preview);
      }
      const time = performance.now() - begin;
      const rate = number(rows / (time / 1000), 2);
      byId("batch-status").textContent = `${number(rows)} rows in ${joined(duration(time))}: ${rate} rows a second.`;
      this.#show({ running: false, result: new Blob(pieces, { type: "text/csv" }) });
    } catch (error) {
      if (this.#signal.aborted) return;
      this.#show({ running: false });
      byId("batch-status").textContent = signal.aborted ? `Cancelled after ${number(rows)} rows.` : "";
      if (!signal.aborted) showProblem(byId("batch-problem"), error, error.title ?? "These rows could not be predicted");
    }
  }

  /** Yields `{ rows, share }` while it finds out what the columns are, then `{ text, rows, share, preview? }` for each block. */
  async *#predicted(file, signal) {
    const table = new Table(file, this.#model.schema.inputs);
    const breathe = breather(signal);
    for await (const { rows, share } of table.examine()) {
      await breathe();
      yield { rows, share: share * READING };
    }
    let [rows, block, at] = [0, [], 0];
    const flush = () => {
      const { names, cells } = this.#answers(table, block, rows);
      const isFirst = rows === 0;
      rows += block.length;
      const head = isFirst ? `${recordOf([...table.header, ...names])}\n` : "";
      // The rows' own cells stay as they were written.
      const text = head + block.map((record, k) => `${record.text},${recordOf(cells[k])}\n`).join("");
      const preview = isFirst && [[...names, ...table.header], ...block.slice(0, PREVIEW).map((record, k) => [...cells[k], ...record.cells])];
      block = [];
      return { text, rows, share: READING + at * (1 - READING), preview };
    };
    for await (const { found, share } of table.records()) {
      at = share;
      for (const record of found) {
        block.push(record);
        if (block.length < BLOCK) continue;
        yield flush();
        await breathe();
      }
    }
    if (block.length > 0 || rows === 0) yield flush();
  }

  /** The cells that a block gains, and their columns' names. */
  #answers(table, block, first) {
    const { outputs, targets } = this.#model.schema;
    const rows = block.map((record) => table.rowOf(record));
    const methods = outputs.map(({ method }) => method);
    try {
      const several = targets.length > 1 ? targets : ["prediction"];
      const labels = methods.includes("predict") ? columnsOf(this.#model.predict(rows), several.length, rows.length) : [];
      const shares = methods.includes("predict_proba") ? this.#model.predictProba(rows) : undefined;
      const tables = (shares?.targets ?? (shares ? [{ name: "", ...shares }] : [])).map(({ name, classes, probabilities }) => ({
        names: classes.map((label) => (name ? `${name}:${label}` : `p(${label})`)),
        cells: columnsOf(probabilities, classes.length, rows.length),
      }));
      if (!methods.includes("predict")) tables.push(transformed(this.#model.transform(rows), rows.length));
      const names = [...(labels.length > 0 ? several : []), ...tables.flatMap(({ names }) => names)];
      return { names, cells: rows.map((_, k) => [...(labels[k] ?? []), ...tables.flatMap(({ cells }) => cells[k])]) };
    } catch (error) {
      throw fromRow(error, first);
    }
  }

  #preview([head, ...rows]) {
    const short = (text) => (/^-?\d+\.\d{5,}$/.test(text) ? number(Number(text), 5) : String(text));
    const cell = (text) => html("td", {}, short(text));
    const table = html(
      "table",
      {},
      html("caption", { class: "visually-hidden" }, "The first rows with their predictions"),
      html("thead", {}, html("tr", {}, ...head.map((name) => html("th", { scope: "col" }, name)))),
      html("tbody", {}, ...rows.map((cells) => html("tr", {}, ...cells.map(cell)))),
    );
    byId("batch-preview").replaceChildren(table);
    byId("batch-preview").hidden = false;
  }

  /** A CSV with the features as columns and the values that the form's fields have now. */
  #sample() {
    const value = (control) => (control.tagName === "SELECT" ? control.selectedOptions[0].textContent : control.value);
    const cells = this.#model.featureNames.map((_, i) => {
      const control = document.getElementById(`feature-${i}`);
      return control ? value(control) : "";
    });
    const url = URL.createObjectURL(new Blob([`${recordOf(this.#model.featureNames)}\n${recordOf(cells)}\n`], { type: "text/csv" }));
    html("a", { href: url, download: `${stem(this.#name)}-rows.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  #show({ running, result }) {
    byId("batch-progress").hidden = byId("batch-cancel").hidden = !running;
    if (running) byId("batch-progress").value = 0;
    if (this.#result) URL.revokeObjectURL(this.#result);
    this.#result = result && URL.createObjectURL(result);
    const link = byId("batch-download");
    link.hidden = !result;
    if (!result) return link.removeAttribute("href");
    Object.assign(link, { href: this.#result, download: `${stem(this.#name)}-predictions.csv` });
  }
}

const stem = (name) => name.replace(/\.[^.]+$/, "");

/** Rows of an answer: of one target a value each, of several a list, of numbers row after row. */
function columnsOf(values, width, rows) {
  if (Array.isArray(values)) return values.map((value) => (Array.isArray(value) ? value : [value]));
  return Array.from({ length: rows }, (_, k) => [...values.subarray(k * width, (k + 1) * width)]);
}

function transformed({ values }, rows) {
  const width = values.length / Math.max(1, rows);
  return { names: Array.from({ length: width }, (_, k) => `x${k}`), cells: columnsOf(values, width, rows) };
}

/** Gives the browser its turn now and then, and throws when the work was cancelled. */
function breather(signal) {
  let last = performance.now();
  return async () => {
    if (performance.now() - last > SLICE) {
      await pause();
      last = performance.now();
    }
    signal.throwIfAborted();
  };
}

/** An error of a block with the row's number in the file. */
function fromRow(error, first) {
  const at = String(error.at ?? "").replace(/^row (\d+)/, (_, row) => `row ${Number(row) + first}`);
  return error instanceof EdgeletError ? new EdgeletError(error.code, at, error.expected, error.found, error.hint) : error;
}
