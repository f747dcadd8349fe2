// How fast the model is for its size: measured here, beside the other models that were opened in this tab.

import { byId, html, svg } from "./dom.js";
import { bytes as sizeOf, duration, joined, number } from "./format.js";
import { timePerCall } from "./measure.js";

/** Every model that was measured in this tab: `{ name, size, time }`, in bytes and milliseconds. */
const measured = new Map();

/** Takes a measured model into the picture. */
export function remember(model) {
  measured.set(model.name, model);
}
const MANY = 1000;
const MARGIN = { top: 16, right: 20, bottom: 44, left: 58 };
const HEIGHT = 260;

/** Measures the model once the page has come to rest. */
export async function showSpeed({ model, bytes, name }, rowOf, signal) {
  byId("speed-facts").replaceChildren();
  byId("speed-plot").replaceChildren();
  byId("speed-note").textContent = "Measuring …";
  await new Promise((resolve) => setTimeout(resolve, 600));
  if (signal.aborted) return;
  try {
    const row = rowOf();
    const ask = model.schema.outputs.some(({ method }) => method === "predict") ? (rows) => model.predict(rows) : (rows) => model.transform(rows);
    const one = await timePerCall(() => ask(row), signal);
    const rows = Array.from({ length: MANY }, () => row);
    const many = await timePerCall(() => ask(rows), signal);
    if (!signal.aborted) show({ name, bytes, one, each: many.milliseconds / MANY });
  } catch {
    if (!signal.aborted) byId("speed-note").textContent = "There is nothing to measure until the form holds a row that the model takes.";
  }
}

function show({ name, bytes, one, each }) {
  const facts = [
    ["One row", joined(duration(one.milliseconds))],
    ["Of a thousand, each", joined(duration(each))],
    ["Rows a second", number(1000 / each, 2)],
  ];
  showMeasured({ name, bytes }, one.milliseconds, facts, `Median of ${one.runs} runs in this tab, on one thread, rows as objects.`);
}

/** Shows what was measured, and one run's time among those of the others. */
export function showMeasured({ name, bytes }, milliseconds, facts, note) {
  const all = [["The file", bytes ? joined(sizeOf(bytes.length)) : "not known"], ...facts];
  byId("speed-facts").replaceChildren(...all.flatMap(([fact, value]) => [html("dt", {}, fact), html("dd", {}, value)]));
  byId("speed-note").textContent = note;
  if (!bytes) return;
  remember({ name, size: bytes.length, time: milliseconds });
  byId("speed-plot").replaceChildren(plot([...measured.values()], name));
}

/** Size across, time up, both by powers of ten. */
function plot(models, current) {
  const width = Math.max(260, byId("speed-plot").clientWidth);
  const [sizes, times] = [models.map(({ size }) => size), models.map(({ time }) => time)];
  const decades = (values) => [Math.floor(Math.log10(Math.min(...values)) - 0.15), Math.ceil(Math.log10(Math.max(...values)) + 0.15)];
  const [[x0, x1], [y0, y1]] = [decades([300, ...sizes, 30_000]), decades([0.0005, ...times])];
  const left = (x) => MARGIN.left + ((x - x0) / (x1 - x0)) * (width - MARGIN.left - MARGIN.right);
  const top = (y) => HEIGHT - MARGIN.bottom - ((y - y0) / (y1 - y0)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const steps = (from, to) => Array.from({ length: to - from + 1 }, (_, k) => from + k);
  const [bottom, right] = [HEIGHT - MARGIN.bottom, width - MARGIN.right];
  const dots = models.map(({ name, size, time }) => {
    const [x, y] = [left(Math.log10(size)), top(Math.log10(time))];
    const end = x > width * 0.66;
    return svg(
      "g",
      { class: name === current ? "point now" : "point" },
      svg("circle", { cx: x, cy: y, r: name === current ? 7 : 5 }),
      svg("text", { x: end ? x - 12 : x + 12, y, dy: "0.35em", "text-anchor": end ? "end" : "start" }, name),
    );
  });
  const told = models.map(({ name, size, time }) => `${name}: ${joined(sizeOf(size))}, ${joined(duration(time))}`).join("; ");
  return svg(
    "svg",
    { class: "plot", role: "img", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}` },
    svg("title", {}, "The time of a prediction against the size of the model"),
    svg("desc", {}, `Both by powers of ten. ${told}.`),
    svg(
      "g",
      { class: "axes" },
      ...steps(y0, y1).map((y) => svg("path", { class: "grid", d: `M${MARGIN.left} ${top(y)}H${right}` })),
      svg("path", { class: "axis", d: `M${MARGIN.left} ${bottom}H${right}` }),
      ...steps(y0, y1).map((y) => svg("text", { x: MARGIN.left - 9, y: top(y), dy: "0.35em", "text-anchor": "end" }, joined(duration(10 ** y)))),
      ...steps(x0, x1).map((x) => svg("text", { x: left(x), y: bottom + 19, "text-anchor": "middle" }, power(x))),
      svg("text", { class: "name", x: right, y: bottom + 38, "text-anchor": "end" }, "bytes"),
    ),
    ...dots,
  );
}

function power(exponent) {
  const units = [[9, "G"], [6, "M"], [3, "K"]];
  const [base, unit] = units.find(([base]) => exponent >= base) ?? [0, ""];
  return `${10 ** (exponent - base)}${unit}`;
}
