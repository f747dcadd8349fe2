// A model's steps as a picture: from the row to what can be asked for, and as a list for whoever prefers words.

import { byId, html, svg } from "./dom.js";
import { number } from "./format.js";

const COLUMN = 180;
const LINE = 74;
const BOX = { width: 152, height: 54 };
/** A picture of more boxes shows nothing. */
const MOST_BOXES = 80;

/** Shows both; `steps` tells what each step works on, without it there is only the list. */
export function showGraph(model, steps) {
  const { inputs } = model.schema;
  byId("steps").replaceChildren(...model.schema.steps.map(line));
  const drawn = steps !== undefined && steps.length > 0 && steps.length <= MOST_BOXES;
  byId("graph").hidden = !drawn;
  const count = steps?.length ?? model.schema.steps.length;
  byId("inside-note").textContent = `From a row of ${plural(inputs.length, "feature")} to the answer in ${plural(count, "step")}.`;
  if (drawn) byId("graph").replaceChildren(picture(boxesOf(model, steps)));
}

/** The row, the steps; each as far right as the longest way to it. */
function boxesOf(model, steps) {
  const features = plural(model.schema.inputs.length, "feature");
  const boxes = [{ title: "row", detail: features, inputs: [], column: 0 }];
  for (const { name, operator, inputs, width, forest } of steps) {
    const column = 1 + Math.max(...inputs.map((id) => boxes[id].column));
    const size = forest ? `· ${plural(forest.trees, "tree")}` : `→ ${number(width)}`;
    boxes.push({ title: name, detail: `${operator} ${size}`, inputs, column });
  }
  return { boxes, lines: inLanes(boxes), columns: 1 + Math.max(...boxes.map(({ column }) => column)) };
}

/** Gives each box a line: its branch's, where that is free, and the middle of several where they meet. Returns how many there are. */
function inLanes(boxes) {
  const taken = new Map();
  for (const box of boxes) {
    const lanes = taken.get(box.column) ?? [];
    taken.set(box.column, lanes);
    const wanted = box.inputs.reduce((sum, id) => sum + boxes[id].line, 0) / (box.inputs.length || 1);
    box.line = wanted;
    while (lanes.some((lane) => Math.abs(lane - box.line) < 1)) box.line = Math.floor(box.line) + 1;
    lanes.push(box.line);
  }
  const [row, ...rest] = boxes;
  const begins = rest.filter(({ inputs }) => inputs.includes(0)).map(({ line }) => line);
  row.line = (Math.min(...begins) + Math.max(...begins)) / 2;
  return 1 + Math.max(...boxes.map(({ line }) => line));
}

function picture({ boxes, lines, columns }) {
  const [width, height] = [(columns - 1) * COLUMN + BOX.width + 2, lines * LINE];
  const at = ({ column, line }) => [column * COLUMN + 1, line * LINE + LINE / 2];
  const edges = boxes.flatMap((box) =>
    box.inputs.map((id) => {
      const [[from, middle], [x, y]] = [at(boxes[id]), at(box)];
      const start = from + BOX.width;
      return svg("path", { class: "edge", d: `M${start} ${middle}C${start + 24} ${middle} ${x - 24} ${y} ${x} ${y}` });
    }),
  );
  const drawn = boxes.map((box, i) => {
    const [x, y] = at(box);
    return svg(
      "g",
      { class: i === 0 ? "box row" : "box" },
      svg("title", {}, `${box.title}: ${box.detail}`),
      svg("rect", { x, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 10 }),
      svg("text", { class: "title", x: x + 14, y: y - 5 }, short(box.title, 17)),
      svg("text", { class: "detail", x: x + 14, y: y + 14 }, short(box.detail, 20)),
    );
  });
  const label = boxes.map(({ title, detail }) => `${title} (${detail})`).join(", then ");
  return svg("svg", { class: "graph", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...edges, ...drawn);
}

function line({ name, operator, width }) {
  const size = plural(width, "number");
  return html("li", {}, html("span", { class: "name" }, name), html("span", { class: "detail" }, `${operator} → ${size}`));
}

function plural(count, noun) {
  return `${number(count)} ${count === 1 ? noun : `${noun}s`}`;
}

function short(text, letters) {
  return text.length > letters ? `${text.slice(0, letters - 1)}…` : text;
}
