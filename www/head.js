// What stands above a model or a network that was opened: its name, what it is in a line, and what it was imported from.

import { byId, html } from "./dom.js";
import { bytes as sizeOf, duration, joined, number } from "./format.js";

/** The panels, of which each kind shows those that it has. */
const PANELS = ["try", "run", "rows", "surface-panel", "trees", "inside", "contributions", "batch", "speed", "metrics-block"];

/** Shows it, `facts` being the line, and hides every panel but those that are named. */
export function showHead({ name, bytes, from }, facts, panels) {
  byId("model").hidden = false;
  byId("model-name").textContent = name;
  byId("model-summary").textContent = facts.filter(Boolean).join(" · ");
  for (const panel of PANELS) byId(panel).hidden = !panels.includes(panel);
  byId("imported").hidden = !from;
  if (!from) return;
  const share = bytes.length / from.size;
  const smaller = share < 0.95 ? `, ${number(1 / share, 2)} times smaller` : "";
  byId("imported").replaceChildren(
    `Imported here in ${joined(duration(from.milliseconds))}: ${joined(sizeOf(from.size))} became ${joined(sizeOf(bytes.length))}${smaller}. The bytes are those that `,
    html("code", {}, "edgelet import"),
    " writes.",
  );
}
