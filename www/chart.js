// A small chart: points, a line, the squares of the residuals, and one marker that moves. One unit is as long on both
// axes, so that a squared error is a square.

import { set, svg } from "./dom.js";
import { number } from "./format.js";

/** The space around the plot, in CSS pixels; style.css aligns the slider with the same numbers. */
const MARGIN = { top: 12, right: 16, bottom: 40, left: 40 };
const TICK = 6;

export class Chart {
  #root;
  #domain;
  #axes = svg("g", { class: "axes" });
  #squares = svg("g", { class: "squares" });
  #lines = svg("g", { class: "fit" });
  #points = svg("g", { class: "points" });
  #guide = svg("path", { class: "guide" });
  #marker = svg("circle", { class: "marker", r: 9, visibility: "hidden" });
  #data = { points: [], fit: null, at: null };
  #unit = 0;
  #height = 0;

  /** Draws into an `<svg>`; `domain` is `{ x: [from, to], y: [from, to] }`. */
  constructor(root, domain) {
    this.#root = root;
    this.#domain = domain;
    root.append(this.#axes, this.#squares, this.#lines, this.#points, this.#guide, this.#marker);
    new ResizeObserver(() => this.#resize()).observe(root.parentElement);
    this.#resize();
  }

  /** The measured points, as `{ x, y, predicted }`, and the line, as a function of x. */
  show(points, fit) {
    Object.assign(this.#data, { points, fit });
    this.#drawData();
  }

  /** Moves the marker; the only thing that happens in every frame. */
  mark(x, y) {
    this.#data.at = { x, y };
    const [left, top] = [this.#left(x), this.#top(y)];
    set(this.#marker, { cx: left, cy: top, visibility: "visible" });
    const [axisLeft, axisTop] = [this.#left(this.#domain.x[0]), this.#top(this.#domain.y[0])];
    set(this.#guide, { d: `M${left} ${axisTop}V${top}H${axisLeft}` });
  }

  /** The x under a pointer. */
  xAt(event) {
    const [from, to] = this.#domain.x;
    const offset = event.clientX - this.#root.getBoundingClientRect().left - MARGIN.left;
    return Math.min(to, Math.max(from, from + offset / this.#unit));
  }

  #left(x) {
    return MARGIN.left + (x - this.#domain.x[0]) * this.#unit;
  }

  #top(y) {
    return this.#height - MARGIN.bottom - (y - this.#domain.y[0]) * this.#unit;
  }

  #resize() {
    const { x, y } = this.#domain;
    const width = this.#root.parentElement.clientWidth;
    // Not laid out yet: the observer calls again when it is.
    if (width === 0) return;
    this.#unit = (width - MARGIN.left - MARGIN.right) / (x[1] - x[0]);
    this.#height = MARGIN.top + MARGIN.bottom + (y[1] - y[0]) * this.#unit;
    set(this.#root, { width, height: this.#height, viewBox: `0 0 ${width} ${this.#height}` });
    this.#drawAxes();
    this.#drawData();
    if (this.#data.at) this.mark(this.#data.at.x, this.#data.at.y);
  }

  #drawAxes() {
    const { x, y } = this.#domain;
    const [left, right, top, bottom] = [this.#left(x[0]), this.#left(x[1]), this.#top(y[1]), this.#top(y[0])];
    const text = (content, attributes) => svg("text", attributes, content);
    this.#axes.replaceChildren(
      ...wholeNumbers(y).map((tick) => svg("path", { class: "grid", d: `M${left} ${this.#top(tick)}H${right}` })),
      svg("path", { class: "axis", d: `M${left} ${bottom}H${right}` }),
      ...wholeNumbers(x).map((tick) => svg("path", { class: "axis", d: `M${this.#left(tick)} ${bottom}v${TICK}` })),
      ...wholeNumbers(x).map((tick) =>
        text(number(tick), { x: this.#left(tick), y: bottom + TICK + 15, "text-anchor": "middle" }),
      ),
      ...wholeNumbers(y).map((tick) =>
        text(number(tick), { x: left - 10, y: this.#top(tick), "text-anchor": "end", dy: "0.35em" }),
      ),
      text("x", { class: "name", x: right, y: bottom - 8, "text-anchor": "end" }),
      text("y", { class: "name", x: left + 8, y: top + 8 }),
    );
  }

  #drawData() {
    const { points, fit } = this.#data;
    const at = ({ x, y }) => ({ cx: this.#left(x), cy: this.#top(y) });
    this.#points.replaceChildren(...points.map((point) => svg("circle", { ...at(point), r: 5.5 })));
    this.#squares.replaceChildren(...points.flatMap((point) => this.#residual(point)));
    if (!fit) return;
    const [from, to] = this.#domain.x;
    const ends = [from, to].map((x) => `${this.#left(x)} ${this.#top(fit(x))}`);
    this.#lines.replaceChildren(svg("path", { d: `M${ends.join("L")}` }));
  }

  /** The square over a residual, on the side where it does not cover the line, and the residual itself. */
  #residual({ x, y, predicted }) {
    const side = Math.abs(y - predicted) * this.#unit;
    const left = this.#left(x) - (y > predicted ? side : 0);
    return [
      svg("rect", { x: left, y: this.#top(Math.max(y, predicted)), width: side, height: side }),
      svg("path", { d: `M${this.#left(x)} ${this.#top(y)}V${this.#top(predicted)}` }),
    ];
  }
}

function wholeNumbers([from, to]) {
  const first = Math.ceil(from);
  return Array.from({ length: Math.floor(to) - first + 1 }, (_, i) => first + i);
}
