// An error where it happened: what went wrong, in words, and the next step.

import { html } from "./dom.js";
import { EdgeletError } from "./runtime.js";

const TITLES = {
  not_a_model: "This is not an .edgelet file",
  truncated: "The file ends too early",
  corrupt: "The file is damaged",
  unsupported_version: "The file is of another version",
  limit_exceeded: "The file is larger than its limits",
  invalid_model: "The model in the file is not sound",
  http_status: "The server did not send the model",
  network: "The model could not be fetched",
  integrity: "These are not the expected bytes",
  unsupported: "This file cannot become an .edgelet",
  parity: "The model does not reproduce its own test rows here",
};

/** Shows an error in `place`, an element with `role="alert"`. */
export function showProblem(place, error, title = error.title ?? TITLES[error.code] ?? "That did not work") {
  place.replaceChildren(html("strong", {}, title), ...details(error));
  place.hidden = false;
}

/** Takes the error away again. */
export function clearProblem(place) {
  place.hidden = true;
  place.replaceChildren();
}

function details(error) {
  if (!(error instanceof EdgeletError)) return [paragraph(String(error?.message ?? error))];
  const { code, at, expected, found, hint } = error;
  const blockers = found.split("; ");
  // A refused file's blockers, each with its path in the model, are told one by one.
  if (code === "unsupported" && blockers.length > 1) {
    const list = html("ul", { class: "blockers" }, ...blockers.map((text) => html("li", {}, text)));
    return [paragraph(`${at}: expected ${expected}. ${blockers.length} things stand in the way:`), list, ...(hint ? [paragraph(hint)] : [])];
  }
  return [`${at}: expected ${expected}, found ${found}.`, hint].filter(Boolean).map(paragraph);
}

function paragraph(text) {
  return html("p", {}, text);
}
