// Two axes in an SVG: where numbers lie, and their ticks and names.

import { svg } from "./dom.js";
import { number } from "./format.js";
import { ticks } from "./scale.js";

/** The space around the plot, in CSS pixels. */
export const MARGIN = { top: 14, right: 18, bottom: 46, left: 58 };

export class Axes {
  /** `x` and `y` are `{ domain: [low, high], name, labels? }`; labels stand for 0, 1, 2 … of a category. */
  constructor(width, height, x, y) {
    Object.assign(this, { width, height, x, y });
    this.inner = { width: width - MARGIN.left - MARGIN.right, height: height - MARGIN.top - MARGIN.bottom };
  }

  left(x) {
    const [low, high] = this.x.domain;
    return MARGIN.left + ((x - low) / (high - low || 1)) * this.inner.width;
  }

  top(y) {
    const [low, high] = this.y.domain;
    return MARGIN.top + (1 - (y - low) / (high - low || 1)) * this.inner.height;
  }

  /** The numbers under a pointer, within the axes. */
  at(event, element) {
    const box = element.getBoundingClientRect();
    const share = (offset, length) => Math.min(1, Math.max(0, offset / length));
    const across = share(event.clientX - box.left - MARGIN.left, this.inner.width);
    const up = 1 - share(event.clientY - box.top - MARGIN.top, this.inner.height);
    const between = ([low, high], t) => low + (high - low) * t;
    return { x: between(this.x.domain, across), y: between(this.y.domain, up) };
  }

  /** The axes' elements. */
  draw() {
    const [left, right] = [MARGIN.left, this.width - MARGIN.right];
    const [top, bottom] = [MARGIN.top, this.height - MARGIN.bottom];
    const across = marks(this.x, this.inner.width / 80);
    const up = marks(this.y, this.inner.height / 48);
    return svg(
      "g",
      { class: "axes" },
      ...up.map(([y]) => svg("path", { class: "grid", d: `M${left} ${this.top(y)}H${right}` })),
      svg("path", { class: "axis", d: `M${left} ${bottom}H${right}` }),
      ...across.map(([x]) => svg("path", { class: "axis", d: `M${this.left(x)} ${bottom}v5` })),
      ...across.map(([x, text]) => svg("text", { x: this.left(x), y: bottom + 19, "text-anchor": "middle" }, text)),
      ...up.map(([y, text]) => svg("text", { x: left - 9, y: this.top(y), dy: "0.35em", "text-anchor": "end" }, text)),
      svg("text", { class: "name", x: right, y: bottom + 38, "text-anchor": "end" }, this.x.name),
      this.y.name ? svg("text", { class: "name", x: left + 8, y: top + 18 }, this.y.name) : null,
    );
  }
}

function marks({ domain, labels }, count) {
  if (labels) return labels.map((text, i) => [i, text.length > 12 ? `${text.slice(0, 11)}…` : text]);
  return ticks(domain, Math.max(4, count)).map((x) => [x, number(x, 4)]);
}
