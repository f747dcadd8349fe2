// A model's schema as a form: a number with a slider for each numeric feature, a list for each categorical one, a calendar for a
// date, room to write for a text.

import { html, set } from "./dom.js";
import { scaleOf } from "./scale.js";

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
  #values;
  #onChange;
  /** Whether a visitor has changed anything. */
  touched = false;
  /** Of each feature `{ low, high, step }`, once something is known of it. */
  scales = [];

  /** Fills `container`; `start` holds the numbers to start with, in the order of the features. */
  constructor(container, inputs, onChange, start = []) {
    this.#inputs = inputs;
    this.#onChange = onChange;
    this.#values = inputs.map((input, i) => start[i] ?? (input.missing ? null : 0));
    this.#fields = inputs.slice(0, MOST_FIELDS).map((input, i) => field(input, this.#values[i], i));
    const rest = inputs.length - this.#fields.length;
    const note = rest > 0 ? html("p", { class: "note" }, `${rest} more features are not shown; they are 0 or missing.`) : null;
    container.replaceChildren(...this.#fields.map(({ element }) => element), ...(note ? [note] : []));
    container.oninput = (event) => {
      this.touched = true;
      this.#sync(event.target);
      onChange();
    };
    // Enter has nothing to send: the prediction is already there.
    container.onsubmit = (event) => event.preventDefault();
  }

  /** The row as `predict` takes it. An empty field is a missing value: whether that will do is the model's to say. */
  row() {
    return Object.fromEntries(this.#inputs.map((input, i) => [input.name, this.#value(input, i)]));
  }

  /** Puts a slider under each number whose range is known; untouched numbers move into the middle of it if `moves`. */
  setRanges(ranges, moves) {
    this.scales = this.#inputs.map((input, i) => (input.type === "numeric" ? scaleOf(ranges[i]) : undefined));
    this.#fields.forEach((field, i) => {
      const scale = this.scales[i];
      if (!scale) return;
      const { low, high, step, typical } = scale;
      if (moves && !this.touched && typical !== undefined) this.#put(i, typical);
      set(field.slider, { min: low, max: high, step, hidden: false });
      slide(field);
    });
  }

  /** Sets features by their places: numbers, a category's index, a date's milliseconds, texts. Whoever sets one feature leaves the others. */
  set(values) {
    for (const [i, value] of values) this.#put(i, value);
    this.#onChange();
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

  #put(i, value) {
    const [input, field] = [this.#inputs[i], this.#fields[i]];
    const missing = value === null || Number.isNaN(value);
    this.#values[i] = missing ? null : value;
    if (!field) return;
    if (input.categories) field.control.value = missing ? MISSING : value < 0 ? OTHER : String(value);
    else field.control.value = missing ? "" : input.type === "date" ? moment(value) : String(value);
    slide(field);
  }

  /** The number follows its slider, and the slider its number. */
  #sync(target) {
    const field = this.#fields.find(({ control, slider }) => target === control || target === slider);
    if (target === field?.slider) field.control.value = String(Number(target.value));
    else if (field) slide(field);
  }

  #value(input, i) {
    const control = this.#fields[i]?.control;
    if (!control && input.type === "text") return "";
    if (!control) return input.categories ? (this.#values[i] === null ? null : input.categories[this.#values[i]]) : this.#values[i];
    if (input.type === "text") return control.value;
    // The calendar knows no zone, and the model takes what names none for UTC.
    if (input.type === "date") return control.value || null;
    if (!input.categories) return numeric(control);
    if (control.value === MISSING) return null;
    return control.value === OTHER ? UNSEEN : input.categories[Number(control.value)];
  }
}

/** Milliseconds as a calendar takes them. */
function moment(milliseconds) {
  return new Date(milliseconds).toISOString().slice(0, -1);
}

function numeric(control) {
  const text = control.value.trim();
  if (text === "") return null;
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

function slide({ control, slider }) {
  if (!slider || slider.hidden) return;
  const value = Number(control.value);
  slider.classList.toggle("idle", control.value.trim() === "" || Number.isNaN(value));
  if (control.value.trim() !== "" && !Number.isNaN(value)) slider.value = String(value);
  slider.setAttribute("aria-valuetext", control.value.trim() || "missing");
}

function field(input, start, i) {
  const id = `feature-${i}`;
  const [note, problem] = [`${id}-note`, `${id}-problem`];
  const control = controlOf(input, start, { id, "aria-describedby": `${note} ${problem}` });
  const problemText = html("p", { id: problem, class: "field-problem", "aria-live": "polite" });
  const named = { type: "range", hidden: true, "aria-label": `${input.name}, slider`, id: `${id}-slider` };
  const slider = input.type === "numeric" ? html("input", named) : null;
  const shape = input.type === "text" ? "field long" : "field";
  const element = html(
    "div",
    { class: shape },
    html("label", { for: id, title: input.name }, input.name),
    input.type === "date" ? html("span", { class: "note" }, "in UTC") : null,
    control,
    slider,
    html("p", { id: note, class: "visually-hidden" }, input.missing && !input.categories ? "may stay empty: missing" : ""),
    problemText,
  );
  return { name: input.name, element, control, slider, problem: problemText };
}

function controlOf(input, start, attributes) {
  if (input.type === "text") return html("textarea", { ...attributes, rows: 4, placeholder: "a text" });
  if (input.type === "date") {
    const value = start === null ? "" : moment(start);
    return html("input", { ...attributes, type: "datetime-local", step: "any", value });
  }
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
