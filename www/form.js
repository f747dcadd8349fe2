// A model's schema as a form: a number field for each numeric feature, a list for each categorical one, room to write for a text.

import { html } from "./dom.js";

/** Beyond so many features a form helps nobody: the rest keep the value they start with. */
const MOST_FIELDS = 128;
/** Values of a list's entries that are not categories; those are numbered. */
const MISSING = "missing";
const OTHER = "other";
/** Stands for a category that the model has never seen. */
const UNSEEN = "(a value not seen in training)";

export class Form {
  #inputs;
  #fields;
  #start;

  /** Fills `container`; `start` holds the numbers to start with, in the order of the features. */
  constructor(container, inputs, onChange, start = []) {
    this.#inputs = inputs;
    this.#start = inputs.map((input, i) => start[i] ?? (input.missing ? null : 0));
    this.#fields = inputs.slice(0, MOST_FIELDS).map((input, i) => field(input, this.#start[i], i));
    const rest = inputs.length - this.#fields.length;
    const note = rest > 0 ? html("p", { class: "note" }, `${rest} more features are not shown; they are 0 or missing.`) : null;
    container.replaceChildren(...this.#fields.map(({ element }) => element), ...(note ? [note] : []));
    container.oninput = onChange;
    // Enter has nothing to send: the prediction is already there.
    container.onsubmit = (event) => event.preventDefault();
  }

  /** The row as `predict` takes it. An empty field is a missing value: whether that will do is the model's to say. */
  row() {
    return Object.fromEntries(this.#inputs.map((input, i) => [input.name, this.#value(input, i)]));
  }

  /** Shows an error at the field it is about; false if it is about none. */
  showProblem(error) {
    const place = String(error.at ?? "");
    const wrong = this.#fields.find(({ name }) => place === name || place.endsWith(`: ${name}`));
    if (!wrong) return false;
    wrong.problem.textContent = [`Expected ${error.expected}, found ${error.found}.`, error.hint].filter(Boolean).join(" ");
    wrong.control.setAttribute("aria-invalid", "true");
    return true;
  }

  clearProblems() {
    for (const { control, problem } of this.#fields) {
      if (problem.textContent === "") continue;
      problem.textContent = "";
      control.removeAttribute("aria-invalid");
    }
  }

  #value(input, i) {
    const control = this.#fields[i]?.control;
    if (!control && input.type === "text") return "";
    if (!control) return input.categories ? (this.#start[i] === null ? null : input.categories[0]) : this.#start[i];
    if (input.type === "text") return control.value;
    if (!input.categories) return numeric(control);
    if (control.value === MISSING) return null;
    return control.value === OTHER ? UNSEEN : input.categories[Number(control.value)];
  }
}

function numeric(control) {
  const text = control.value.trim();
  if (text === "") return null;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function field(input, start, i) {
  const id = `feature-${i}`;
  const [note, problem] = [`${id}-note`, `${id}-problem`];
  const described = { id, "aria-describedby": `${note} ${problem}` };
  const control = controlOf(input, start, described);
  const problemText = html("p", { id: problem, class: "field-problem", "aria-live": "polite" });
  const element = html(
    "div",
    { class: "field" },
    html("label", { for: id }, input.name),
    control,
    html("p", { id: note, class: "note" }, input.missing && !input.categories ? "may stay empty: missing" : ""),
    problemText,
  );
  return { name: input.name, element, control, problem: problemText };
}

function controlOf(input, start, attributes) {
  if (input.type === "text") return html("textarea", { ...attributes, rows: 4, placeholder: "a text" });
  return input.categories ? choices(input, attributes) : numberField(input, start, attributes);
}

/** A text field with a number pad: it keeps what was typed, so that the model can say what is wrong with it. */
function numberField(input, start, attributes) {
  const value = start === null ? "" : String(start);
  const placeholder = input.missing ? "missing" : "a number";
  return html("input", { ...attributes, type: "text", inputmode: "decimal", autocomplete: "off", value, placeholder });
}

function choices(input, attributes) {
  const extra = [
    input.unknown ? html("option", { value: OTHER }, "another value") : null,
    input.missing ? html("option", { value: MISSING }, "missing") : null,
  ];
  return html("select", attributes, ...input.categories.map((label, i) => html("option", { value: i }, String(label))), ...extra);
}
