// The colours of classes and of heat, as the style sheet has them: light and dark are its business.

import { html } from "./dom.js";

/** style.css has so many `--class-…`. */
export const CLASS_COLOURS = 8;

const probe = html("i", { hidden: true });

/** A custom property that holds a colour, as `[red, green, blue]`. */
export function colour(property) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(${property})`;
  return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
}

/** The name of a class's colour. */
export function ofClass(k) {
  return `--class-${k % CLASS_COLOURS}`;
}

/** Calls back when the page turns light or dark. */
export function onTheme(change, signal) {
  const observer = new MutationObserver(change);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change, { signal });
  signal.addEventListener("abort", () => observer.disconnect());
}
