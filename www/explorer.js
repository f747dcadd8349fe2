// The second half of the page: any .edgelet file, dropped, chosen or fetched, becomes a form with live predictions.

import { Answer } from "./answer.js";
import { byId, oncePerFrame } from "./dom.js";
import { Form } from "./form.js";
import { bytes, joined } from "./format.js";
import { clearProblem, showProblem } from "./problem.js";
import { showReport } from "./report.js";
import { IRIS, LINE, load } from "./runtime.js";
import { connectCopy, showSnippet } from "./snippet.js";

/** One flower between the species, so that the first move already changes something. */
const IRIS_START = [5.9, 2.8, 4.6, 1.5];

let loading = new AbortController();
let current;

/** Connects every way in. */
export function startExplorer() {
  connectPicker();
  connectDrop();
  connectAddress();
  connectCopy();
  byId("try-iris").addEventListener("click", () => open({ source: IRIS, name: "iris.edgelet", address: IRIS, start: IRIS_START }));
  byId("try-line").addEventListener("click", () => open({ source: LINE, name: "line.edgelet", address: LINE, start: [6] }));
}

function connectPicker() {
  const picker = byId("file");
  byId("choose").addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    if (picker.files.length > 0) openFile(picker.files[0]);
    picker.value = "";
  });
}

/** The whole page takes a file, so that nobody has to aim. */
function connectDrop() {
  const zone = byId("drop");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };
  addEventListener("dragenter", (event) => carriesFiles(event) && show(1));
  addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    const [file] = event.dataTransfer.files;
    if (file) openFile(file);
  });
}

function connectAddress() {
  byId("address-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId("address").value.trim();
    if (!URL.canParse(text, location.href)) {
      showProblem(byId("explorer-problem"), new Error("Write one like https://example.com/model.edgelet"), "This is not a URL");
      return;
    }
    const address = new URL(text, location.href).href;
    open({ source: address, name: address.split("/").at(-1) || address, address });
  });
}

function openFile(file) {
  open({ source: file.arrayBuffer(), name: file.name, address: `https://example.com/${encodeURIComponent(file.name)}` });
}

/** Loads a model and shows it; a load that is still under way is given up. */
async function open({ source, name, address, start }) {
  const problem = byId("explorer-problem");
  loading.abort();
  const { signal } = (loading = new AbortController());
  clearProblem(problem);
  byId("explorer").setAttribute("aria-busy", "true");
  let size = 0;
  try {
    const onProgress = (progress) => {
      size = progress.loaded || size;
      showProgress(name, progress);
    };
    const model = await load(await source, { signal, onProgress });
    if (signal.aborted) return model.dispose();
    show(model, { name, address, start, size: size || (await source).byteLength });
  } catch (error) {
    if (signal.aborted) return;
    byId("loading").textContent = "";
    showProblem(problem, error);
  } finally {
    if (!signal.aborted) byId("explorer").removeAttribute("aria-busy");
  }
}

function showProgress(name, { fraction }) {
  const share = fraction === undefined ? "" : ` ${Math.round(fraction * 100)} %`;
  byId("loading").textContent = `Loading ${name} …${share}`;
}

function show(model, { name, address, start, size }) {
  current?.dispose();
  current = model;
  const { inputs } = model.schema;
  byId("model").hidden = false;
  byId("model-name").textContent = name;
  const features = inputs.length === 1 ? "1 feature" : `${inputs.length} features`;
  byId("model-summary").textContent = [joined(bytes(size)), features, kind(model)].join(" · ");
  byId("loading").textContent = `Loaded ${name}: ${features}.`;
  const answer = new Answer(model);
  const form = new Form(byId("features"), inputs, oncePerFrame(() => predict()), start);
  const predict = () => {
    if (current === model) predictForm(form, answer, address);
  };
  predict();
  showReport(model);
  byId("model-name").focus({ preventScroll: true });
  byId("model").scrollIntoView({ block: "start" });
}

/** What a model predicts, in two words. */
function kind({ targets, classes }) {
  if (classes) return `${classes.length} classes`;
  return targets.some(({ classes }) => classes) ? `${targets.length} targets` : "regression";
}

function predictForm(form, answer, address) {
  const problem = byId("answer-problem");
  form.clearProblems();
  clearProblem(problem);
  const row = form.row();
  try {
    showSnippet(address, row, answer.show(row));
  } catch (error) {
    answer.showStale();
    if (!form.showProblem(error)) showProblem(problem, error, "No prediction");
  }
}
