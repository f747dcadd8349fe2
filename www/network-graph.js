// A network's graph as a picture, and its nodes as a list.

import { byId, html, set } from "./dom.js";
import { bytes as sizeOf, joined, many, number } from "./format.js";

/** The list ends here; nobody reads on. */
const MOST_LISTED = 500;

/** Shows both, of what `src/importer/network.rs` tells. */
export function showNetwork({ inputs, outputs }, { nodes, sourceNodes, picture, problem, weightBytes, notes }) {
  const flops = nodes.reduce((sum, { flops = 0 }) => sum + flops, 0);
  const before = sourceNodes !== undefined && sourceNodes !== nodes.length ? `, of ${number(sourceNodes)} in its file` : "";
  const facts = [`From ${plural(inputs.length, "input")} to ${plural(outputs.length, "output")} in ${plural(nodes.length, "node")}${before}`, `weights of ${joined(sizeOf(weightBytes))}`];
  const isOpen = inputs.some(({ shape }) => shape?.some((dim) => typeof dim === "string"));
  if (flops > 0) facts.push(`${joined(many(flops, "FLOP"))} a run${isOpen ? " of its example, or of one with open dimensions of 1" : ""}`);
  const told = [`${facts.join(", ")}.`, picture && flops > 0 && "The line at the foot of a node is its part of the work.", problem && `It could not be run for the picture: ${problem}.`, ...notes];
  byId("inside-note").textContent = told.filter(Boolean).join(" ");
  byId("graph").hidden = !picture;
  byId("graph").replaceChildren(...(picture ? [drawn(picture, `${plural(nodes.length, "node")}; the list below names them`)] : []));
  showFirst(byId("graph"));
  const rest = nodes.length - MOST_LISTED;
  byId("steps").replaceChildren(...nodes.slice(0, MOST_LISTED).map(line), ...(rest > 0 ? [html("li", {}, html("span", {}, `and ${number(rest)} more`))] : []));
}

/** The picture that the importer made, whose colours are the page's. */
function drawn(picture, label) {
  const { documentElement } = new DOMParser().parseFromString(picture, "image/svg+xml");
  return set(document.importNode(documentElement, true), { class: "network", role: "img", "aria-label": label });
}

/** Moves a picture that is wider than its place to where the first input is. */
function showFirst(place) {
  const first = place.querySelector(".port");
  if (!first) return;
  const [port, all] = [first.getBoundingClientRect(), place.getBoundingClientRect()];
  place.scrollTo(place.scrollLeft + port.left + port.width / 2 - all.left - all.width / 2, 0);
}

function line({ name, operator, shape, flops, weightBytes }) {
  const facts = [operator, shape && `[${shape.join(", ")}]`, flops > 0 && joined(many(flops, "FLOP")), weightBytes > 0 && joined(sizeOf(weightBytes))];
  return html("li", {}, html("span", { class: "name" }, name || operator), html("span", { class: "detail" }, facts.filter(Boolean).join(" · ")));
}

function plural(count, noun) {
  return `${number(count)} ${count === 1 ? noun : `${noun}s`}`;
}
