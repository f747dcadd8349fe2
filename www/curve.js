// What a model answers along one feature: the row's own curve, one line for each class or target, and where the model has test
// rows their average, the partial dependence.

import { Axes } from "./axes.js";
import { svg } from "./dom.js";
import { CLASS_COLOURS } from "./colours.js";

const POINTS = 320;
/** Lines beyond so many are no picture. */
export const MOST_LINES = 8;

/** `{ xs, lines, average }`: for each shown name its numbers along `xs`. */
export function along(lens, row, rows, i, [low, high], labels) {
  const count = labels ? labels.length : POINTS;
  const xs = Array.from({ length: count }, (_, k) => (labels ? k : low + ((high - low) * k) / (count - 1)));
  const own = sweep(lens, row, i, xs);
  const others = rows.map((other) => sweep(lens, other, i, xs));
  const width = lens.names.length;
  const shown = Math.min(width, MOST_LINES);
  const line = (values, name) => xs.map((_, k) => values[k * width + name]);
  const mean = own.map((_, at) => others.reduce((sum, values) => sum + values[at], 0) / others.length);
  const each = (values) => Array.from({ length: shown }, (_, name) => line(values, name));
  return { xs, lines: each(own), average: others.length > 1 ? each(mean) : undefined };
}

function sweep(lens, row, i, xs) {
  const block = new Float64Array(xs.length * row.length);
  xs.forEach((x, k) => {
    block.set(row, k * row.length);
    block[k * row.length + i] = x;
  });
  return lens.see(block, xs.length);
}

/** The lowest and the highest number of the lines, with some air; probabilities keep 0 to 1. */
export function extent({ lines, average = [] }, isProbability) {
  if (isProbability) return [0, 1];
  const all = [...lines, ...average].flat().filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const air = (high - low) * 0.12 || Math.abs(high) * 0.1 || 1;
  return [low - air, high + air];
}

/** The picture's axes and elements. */
export function drawCurve(width, height, { x, y, curve }) {
  const axes = new Axes(width, height, x, y);
  const path = (line) => `M${line.map((value, k) => `${axes.left(curve.xs[k]).toFixed(1)} ${axes.top(value).toFixed(1)}`).join("L")}`;
  const named = (kind, k) => `${kind} class-${k % CLASS_COLOURS}`;
  const dots = (line, k) => line.map((value, at) => svg("circle", { class: named("dot", k), cx: axes.left(curve.xs[at]), cy: axes.top(value), r: 5 }));
  const averages = (curve.average ?? []).map((line, k) => svg("path", { class: named("line average", k), d: path(line) }));
  const own = curve.lines.flatMap((line, k) => (x.labels ? dots(line, k) : [svg("path", { class: named("line", k), d: path(line) })]));
  return { axes, elements: [axes.draw(), ...averages, ...own] };
}
