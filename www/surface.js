// "What if": the answer along one feature as a curve, or over two as a map, with the others as they are in the form. The mark
// can be dragged, and the form follows.

import { Axes, MARGIN } from "./axes.js";
import { CLASS_COLOURS, onTheme, ofClass } from "./colours.js";
import { along, drawCurve, extent, MOST_LINES } from "./curve.js";
import { byId, html, oncePerFrame, set, svg } from "./dom.js";
import { number, percent } from "./format.js";
import { paintClasses, paintHeat, planes } from "./heat.js";
import { Lens } from "./lens.js";

export class Surface {
  #lens;
  #form;
  #inputs;
  #rows;
  #row;
  #axes;
  #closing = new AbortController();
  #computing = new AbortController();
  #plane;
  #canvas = html("canvas", { "aria-hidden": "true" });
  #svg = svg("svg", { role: "img", class: "plot" });
  #mark = svg("g", { class: "mark" });
  #redraw = oncePerFrame(() => this.#draw());

  constructor(model, form, { ranges, rows }) {
    this.#lens = new Lens(model);
    this.#form = form;
    this.#inputs = model.schema.inputs;
    const features = this.#features(ranges);
    byId("surface-panel").hidden = !this.#lens.works || features.length === 0;
    if (byId("surface-panel").hidden) return;
    this.#rows = rows.map((row) => Float64Array.from(row, (x) => x ?? NaN));
    byId("surface").replaceChildren(this.#canvas, this.#svg);
    this.#choices(features);
    this.#connectPointer();
    const { signal } = this.#closing;
    const observer = new ResizeObserver(this.#redraw);
    observer.observe(byId("surface"));
    signal.addEventListener("abort", () => observer.disconnect());
    onTheme(this.#redraw, signal);
  }

  /** The row that the form holds now. */
  follow(row) {
    this.#row = this.#rows && this.#lens.numbers(row);
    if (this.#row) this.#redraw();
  }

  close() {
    this.#closing.abort();
    this.#computing.abort();
  }

  /** What can be chosen, the features that the model looks at most first. */
  #features(ranges) {
    const weight = (i) => ranges[i]?.weight ?? 0;
    const all = [...this.#inputs.keys()].filter((i) => this.#form.scales[i] || this.#inputs[i].categories);
    return all.sort((a, b) => weight(b) - weight(a) || a - b);
  }

  #choices(features) {
    const numeric = features.filter((i) => !this.#inputs[i].categories);
    const option = (i) => html("option", { value: i }, this.#inputs[i].name);
    const [x, y, of] = ["surface-x", "surface-y", "surface-of"].map(byId);
    x.replaceChildren(...[...numeric, ...features.filter((i) => !numeric.includes(i))].map(option));
    y.replaceChildren(html("option", { value: "" }, "the prediction"), ...numeric.map(option));
    if (numeric.length > 1) y.value = String(numeric[1]);
    const { names, classes } = this.#lens;
    byId("surface-of-label").hidden = names.length < 2;
    const every = classes ? [html("option", { value: "" }, "every class")] : [];
    of.replaceChildren(...every, ...names.map((name, k) => html("option", { value: k }, name)));
    for (const select of [x, y, of]) select.onchange = this.#redraw;
  }

  #connectPointer() {
    const move = (event) => {
      const { x, y } = this.#axes.at(event, this.#svg);
      const [i, j] = [this.#chosen("surface-x"), this.#chosen("surface-y")];
      this.#form.set([[i, this.#snapped(i, x)], ...(j === undefined ? [] : [[j, this.#snapped(j, y)]])]);
    };
    this.#svg.onpointerdown = (event) => {
      this.#svg.setPointerCapture(event.pointerId);
      move(event);
    };
    this.#svg.onpointermove = (event) => this.#svg.hasPointerCapture(event.pointerId) && move(event);
  }

  #chosen(id) {
    return byId(id).value === "" ? undefined : Number(byId(id).value);
  }

  /** A number between steps of a slider, as the slider would have it. */
  #snapped(i, x) {
    const { step } = this.#form.scales[i] ?? { step: 1 };
    return Number((Math.round(x / step) * step).toPrecision(12));
  }

  #axis(i) {
    const { name, categories } = this.#inputs[i];
    if (categories) return { name, domain: [-0.5, categories.length - 0.5], labels: categories.map(String) };
    const { low, high } = this.#form.scales[i];
    return { name, domain: [low, high] };
  }

  #draw() {
    this.#computing.abort();
    if (!this.#row || this.#closing.signal.aborted) return;
    const i = this.#chosen("surface-x");
    const isCategory = this.#inputs[i].categories !== undefined;
    byId("surface-y").disabled = isCategory;
    const j = isCategory ? undefined : this.#chosen("surface-y");
    const width = byId("surface").clientWidth;
    const height = Math.round(Math.min(440, Math.max(260, width * 0.56)));
    set(this.#svg, { width, height, viewBox: `0 0 ${width} ${height}` });
    this.#canvas.hidden = j === undefined || j === i;
    if (this.#canvas.hidden) this.#drawCurve(width, height, i);
    else this.#drawPlane(width, height, i, j);
  }

  #drawCurve(width, height, i) {
    const { names, isProbability } = this.#lens;
    const x = this.#axis(i);
    const curve = along(this.#lens, this.#row, this.#rows, i, x.domain, x.labels);
    const y = { name: isProbability ? "probability" : names.length === 1 ? names[0] : "", domain: extent(curve, isProbability) };
    const { axes, elements } = drawCurve(width, height, { x, y, curve });
    this.#axes = axes;
    const here = axes.left(this.#row[i]);
    const line = () => svg("path", { d: `M${here} ${MARGIN.top}V${height - MARGIN.bottom}` });
    this.#mark.replaceChildren(...(Number.isNaN(here) ? [] : [line()]));
    const several = names.length > 1;
    this.#tell(`${several ? "Each class" : "The prediction"} along ${x.name}`, curve.average ? "Dashed: the average over the model's test rows, its partial dependence." : "");
    this.#svg.append(...elements, this.#mark);
    this.#key(several ? names.slice(0, MOST_LINES) : []);
  }

  async #drawPlane(width, height, i, j) {
    const { signal } = (this.#computing = new AbortController());
    const [x, y] = [this.#axis(i), this.#axis(j)];
    this.#axes = new Axes(width, height, x, y);
    this.#tell(`${x.name} and ${y.name}`, "The other features stay as they are. Drag the mark: the form follows.");
    const [left, top] = [this.#axes.left(this.#row[i]), this.#axes.top(this.#row[j])];
    const circle = (r, kind) => svg("circle", { class: kind, cx: left, cy: top, r });
    // A missing value is nowhere on the map.
    this.#mark.replaceChildren(...(Number.isNaN(left + top) ? [] : [circle(9), circle(2.5, "centre")]));
    this.#svg.append(this.#axes.draw(), this.#mark);
    this.#place(this.#axes.inner);
    for await (const plane of planes(this.#lens, this.#row, [i, x.domain], [j, y.domain], signal)) {
      // A coarse picture in place of a fine one would flicker.
      if (plane.columns < 50 && this.#plane === `${i},${j}`) continue;
      this.#plane = `${i},${j}`;
      this.#paint(plane);
    }
  }

  #place({ width, height }) {
    const scale = Math.min(2, devicePixelRatio);
    Object.assign(this.#canvas.style, { left: `${MARGIN.left}px`, top: `${MARGIN.top}px`, width: `${width}px`, height: `${height}px` });
    const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width === columns && this.#canvas.height === rows) return;
    Object.assign(this.#canvas, { width: columns, height: rows });
    this.#plane = undefined;
  }

  #paint(plane) {
    const { names, classes, isProbability } = this.#lens;
    const k = this.#chosen("surface-of");
    if (classes && k === undefined) {
      paintClasses(this.#canvas, plane);
      return this.#key(names);
    }
    const numbers = plane.values.filter((_, at) => at % plane.width === (k ?? 0) && Number.isFinite(plane.values[at]));
    const bounds = isProbability ? [0, 1] : [numbers.reduce((a, b) => Math.min(a, b)), numbers.reduce((a, b) => Math.max(a, b))];
    paintHeat(this.#canvas, plane, k ?? 0, bounds, classes ? ofClass(k) : "--accent");
    const shown = isProbability ? percent : (x) => number(x, 4);
    const swatch = html("span", { class: `ramp class-${classes ? k % CLASS_COLOURS : "heat"}`, "aria-hidden": "true" });
    byId("surface-key").replaceChildren(html("li", { class: "heat" }, shown(bounds[0]), swatch, shown(bounds[1])));
  }

  #tell(title, note) {
    byId("surface-note").textContent = note;
    const description = `${title}. ${note} At the form's row the prediction is the one shown above.`;
    this.#svg.replaceChildren(svg("title", {}, title), svg("desc", {}, description));
  }

  #key(names) {
    const swatch = (k) => html("span", { class: `swatch class-${k % CLASS_COLOURS}`, "aria-hidden": "true" });
    byId("surface-key").replaceChildren(...names.map((name, k) => html("li", {}, swatch(k), name)));
  }
}
