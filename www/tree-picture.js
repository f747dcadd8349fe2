// A tree drawn from left to right: a condition in each box, upwards where it holds, the current row's way in colour.

import { svg } from "./dom.js";
import { CLASS_COLOURS } from "./colours.js";
import { number } from "./format.js";

const COLUMN = 214;
const LINE = 40;
const BOX = { width: 178, height: 30 };
const LETTERS = 22;
const LEAF_LETTERS = 19;

/** The picture of `{ boxes, ends, depth }`; `name` gives a split's condition, `answer` a leaf's `{ text, colour }`. */
export function drawTree({ boxes, ends, depth }, way, name, answer) {
  const on = new Set(way);
  const [width, height] = [depth * COLUMN + BOX.width + 4, Math.max(1, ends) * LINE + 8];
  const at = ({ x, y }) => [x * COLUMN + 2, y * LINE + LINE / 2 + 4];
  const all = [...boxes.values()];
  const edges = all.filter(({ node }) => node.parent >= 0).map((box) => {
    const [x, y] = at(box);
    const [from, middle] = at(boxes.get(box.node.parent));
    const start = from + BOX.width;
    const d = `M${start} ${middle}C${start + 20} ${middle} ${x - 20} ${y} ${x} ${y}`;
    return svg("path", { class: on.has(box.node.i) ? "edge on" : "edge", d });
  });
  // The row's way lies over the others.
  edges.sort((a, b) => a.classList.contains("on") - b.classList.contains("on"));
  const drawn = all.map((box) => shape(box, at(box), on.has(box.node.i), name, answer));
  return svg("svg", { class: "tree", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, ...edges, ...drawn);
}

function shape({ node, stub }, [x, y], isOn, name, answer) {
  const kind = stub ? "stub" : node.leaf ? "leaf" : "split";
  const group = (...children) => svg("g", { class: isOn ? `${kind} on` : kind }, ...children);
  const text = (content, left, letters = LETTERS) => svg("text", { x: x + left, y, dy: "0.35em" }, short(content, letters));
  const box = (width) => svg("rect", { x, y: y - BOX.height / 2, width, height: BOX.height, rx: kind === "split" ? 8 : 15 });
  if (stub) return group(text(`+ ${number(node.leaves)} leaves`, 4));
  if (!node.leaf) return group(svg("title", {}, name(node)), box(BOX.width), text(name(node), 12));
  const { text: content, colour } = answer(node.leaf);
  const dot = colour === undefined ? null : svg("circle", { class: `class-${colour % CLASS_COLOURS}`, cx: x + 15, cy: y, r: 5 });
  return group(svg("title", {}, content), box(BOX.width), dot, text(content, dot ? 28 : 14, dot ? LEAF_LETTERS : LETTERS));
}

function short(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
