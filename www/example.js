// The first half of the page: five points, the line fitted to them, its loss, and a slider whose prediction follows.

import { Chart } from "./chart.js";
import { announcer, byId, html, oncePerFrame } from "./dom.js";
import { bytes, duration, fixed, joined, number } from "./format.js";
import { downloaded, timePerCall } from "./measure.js";
import { showProblem } from "./problem.js";
import { LINE, RUNTIME, load } from "./runtime.js";
import { remember } from "./speed.js";

/** What the model was fitted to. */
const POINTS = [1, 3, 2, 5, 4].map((y, i) => ({ x: i + 1, y }));
const DOMAIN = { x: [0, 7], y: [0, 6.5] };
/** The slider moves by hundredths under a pointer, by tenths under the arrow keys. */
const KEY_STEPS = { ArrowRight: 0.1, ArrowUp: 0.1, ArrowLeft: -0.1, ArrowDown: -0.1, PageUp: 1, PageDown: -1 };

/** Fetches the model from the bucket and brings the example to life. */
export async function startExample() {
  try {
    const progress = { loaded: 0 };
    const start = performance.now();
    const model = await load(LINE, { onProgress: ({ loaded }) => (progress.loaded = loaded || progress.loaded) });
    const loadTime = performance.now() - start;
    const [feature] = model.featureNames;
    const predict = (x) => model.predict({ [feature]: x });
    showFit(predict);
    await showFacts(model, predict, { size: progress.loaded, loadTime });
  } catch (error) {
    showProblem(byId("example-problem"), error, "The example could not be loaded");
  }
}

function showFit(predict) {
  const chart = new Chart(byId("chart"), DOMAIN);
  const points = POINTS.map((point) => ({ ...point, predicted: predict(point.x) }));
  chart.show(points, predict);
  showLoss(points);
  showEquation(predict);
  connectSlider(chart, predict);
}

/** The mean of the squared residuals, each in a row of its own. */
function showLoss(points) {
  const squares = points.map(({ y, predicted }) => (y - predicted) ** 2);
  const rows = points.map(({ x, y, predicted }, i) =>
    html("tr", {}, ...[number(x), number(y), fixed(predicted, 1), fixed(squares[i], 2)].map((text) => html("td", {}, text))),
  );
  byId("residuals").replaceChildren(...rows);
  byId("loss").textContent = number(squares.reduce((sum, square) => sum + square) / squares.length, 6);
}

/** The model as the formula it is, read off two predictions. */
function showEquation(predict) {
  const intercept = predict(0);
  const slope = predict(1) - intercept;
  byId("equation").textContent = `ŷ = ${number(slope, 6)} x + ${number(intercept, 6)}`;
}

function connectSlider(chart, predict) {
  const slider = byId("x");
  const announce = announcer(byId("announced-prediction"));
  const show = () => {
    const x = slider.valueAsNumber;
    const y = predict(x);
    chart.mark(x, y);
    byId("x-value").textContent = fixed(x, 2);
    byId("prediction").textContent = fixed(y, 3);
    announce(`Prediction ${fixed(y, 3)} at x = ${fixed(x, 2)}`);
  };
  const follow = oncePerFrame(show);
  const moveTo = (x) => {
    slider.value = x.toFixed(2);
    follow();
  };
  slider.addEventListener("input", follow);
  slider.addEventListener("keydown", (event) => {
    const step = KEY_STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    moveTo(slider.valueAsNumber + step);
  });
  connectPointer(chart, moveTo);
  slider.disabled = false;
  show();
}

/** The marker can be dragged in the chart itself, too. */
function connectPointer(chart, moveTo) {
  const surface = byId("chart");
  surface.addEventListener("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    moveTo(chart.xAt(event));
  });
  surface.addEventListener("pointermove", (event) => {
    if (surface.hasPointerCapture(event.pointerId)) moveTo(chart.xAt(event));
  });
}

/** The facts beside the chart, each measured in this tab. */
async function showFacts(model, predict, { size, loadTime }) {
  showFact("fact-model", bytes(size), "line.edgelet, as fetched from the bucket");
  showFact("fact-load", duration(loadTime), "fetch, start of the wasm, check and decode");
  const runtime = await downloaded(RUNTIME);
  const raw = joined(bytes(runtime.bytes));
  showFact("fact-runtime", bytes(runtime.gzip), `${runtime.files} files after gzip; ${raw} as they are`);
  const numbers = new Float64Array(1);
  const asNumbers = await timePerCall((i) => {
    numbers[0] = i & 7;
    model.predict(numbers);
  });
  const asObject = await timePerCall((i) => predict(i & 7));
  remember({ name: "line.edgelet", size, time: asObject.milliseconds });
  const { runs, milliseconds, calls } = asNumbers;
  const how = `median of ${runs} runs of ${number(calls)} calls on a typed array; ${joined(duration(asObject.milliseconds))} on an object`;
  showFact("fact-predict", duration(milliseconds), how);
}

function showFact(id, [value, unit], how) {
  const fact = byId(id);
  fact.querySelector(".value").replaceChildren(value, html("small", {}, ` ${unit}`));
  fact.querySelector(".how").textContent = how;
}
