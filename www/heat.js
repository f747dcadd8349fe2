// What a model answers all over a plane of two features: computed coarse first, then finer, in slices that leave the page free,
// and painted on a canvas.

import { colour, ofClass } from "./colours.js";
import { pause } from "./pause.js";

/** Columns of the grids, one after another; each has two thirds as many rows. */
const FINENESS = [18, 60, 168];
const ROWS_PER_SLICE = 1024;
const SLICE_MILLISECONDS = 9;
/** Heat comes in so many bands, so that their edges read as the contour lines of a map. */
const BANDS = 12;

/** Yields `{ columns, rows, values, width }`, finer each time; ends when the signal says so. */
export async function* planes(lens, row, [i, xs], [j, ys], signal) {
  for (const columns of FINENESS) {
    const rows = Math.round((columns * 2) / 3);
    const values = await plane(lens, row, { i, xs, j, ys, columns, rows }, signal);
    if (!values) return;
    yield { columns, rows, values, width: lens.names.length };
  }
}

/** Cell after cell, the row with the greatest y first. */
async function plane(lens, row, { i, xs, j, ys, columns, rows }, signal) {
  const [count, features, width] = [columns * rows, row.length, lens.names.length];
  const values = new Float64Array(count * width);
  const between = ([low, high], t) => low + (high - low) * t;
  let begin = performance.now();
  for (let first = 0; first < count; first += ROWS_PER_SLICE) {
    const length = Math.min(ROWS_PER_SLICE, count - first);
    const block = new Float64Array(length * features);
    for (let k = 0; k < length; k++) {
      block.set(row, k * features);
      block[k * features + i] = between(xs, (((first + k) % columns) + 0.5) / columns);
      block[k * features + j] = between(ys, 1 - (Math.floor((first + k) / columns) + 0.5) / rows);
    }
    values.set(lens.see(block, length), first * width);
    if (performance.now() - begin < SLICE_MILLISECONDS) continue;
    await pause();
    if (signal.aborted) return undefined;
    begin = performance.now();
  }
  return signal.aborted ? undefined : values;
}

/** Paints each cell in its most probable class's colour, the fuller the surer. */
export function paintClasses(canvas, { columns, rows, values, width }) {
  const [paper, colours] = [colour("--card"), Array.from({ length: width }, (_, k) => colour(ofClass(k)))];
  paint(canvas, columns, rows, (cell) => {
    const shares = values.subarray(cell * width, (cell + 1) * width);
    const best = shares.indexOf(Math.max(...shares));
    const surer = width > 1 ? (shares[best] - 1 / width) / (1 - 1 / width) : 1;
    return mixed(paper, colours[best], 0.14 + 0.6 * Math.min(1, surer));
  });
}

/** Paints one of the numbers as heat from `low` to `high`. */
export function paintHeat(canvas, { columns, rows, values, width }, k, [low, high], property) {
  const [paper, ink] = [colour("--card"), colour(property)];
  paint(canvas, columns, rows, (cell) => {
    const share = (values[cell * width + k] - low) / (high - low || 1);
    return mixed(paper, ink, 0.05 + 0.85 * (Math.floor(Math.min(0.9999, Math.max(0, share)) * BANDS) / (BANDS - 1)));
  });
}

function paint(canvas, columns, rows, colourOf) {
  const small = new OffscreenCanvas(columns, rows);
  const image = new ImageData(columns, rows);
  for (let cell = 0; cell < columns * rows; cell++) image.data.set([...colourOf(cell), 255], cell * 4);
  small.getContext("2d").putImageData(image, 0, 0);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function mixed(from, to, share) {
  return from.map((x, i) => x + (to[i] - x) * share);
}
