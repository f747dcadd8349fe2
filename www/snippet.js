// The few lines that do the same in the visitor's own program, with this model's address and feature names.

import { byId } from "./dom.js";

/** A row in a snippet names so many features at most. */
const MOST_NAMES = 12;

/** Writes the snippet for a model at `address` and a row with its prediction. */
export function showSnippet(address, row, prediction) {
  const names = Object.keys(row);
  const shown = names.slice(0, MOST_NAMES).map((name) => `  ${key(name)}: ${JSON.stringify(row[name])},`);
  const rest = names.length > MOST_NAMES ? [`  // … and ${names.length - MOST_NAMES} more`] : [];
  byId("snippet").textContent = [
    'import { load } from "edgelet";',
    "",
    `const model = await load(${JSON.stringify(address)});`,
    "model.predict({",
    ...shown,
    ...rest,
    `}); // ${JSON.stringify(ArrayBuffer.isView(prediction) ? [...prediction] : prediction)}`,
  ].join("\n");
}

/** Lets the snippet be copied; where the clipboard is forbidden, selects it instead. */
export function connectCopy() {
  const button = byId("copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("snippet").textContent);
      say(button, "Copied");
    } catch {
      getSelection().selectAllChildren(byId("snippet"));
      say(button, "Selected: press Ctrl+C");
    }
  });
}

function say(button, text) {
  byId("copied").textContent = text;
  button.textContent = text;
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

function key(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
