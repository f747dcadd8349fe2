// What goes into a network: for each input a picture, a sound, texts or numbers, whichever it takes.

import { key } from "./code.js";
import { html } from "./dom.js";
import { number } from "./format.js";
import { connectPicker } from "./ways.js";

/** A tensor of more numbers is not made here: it would take the tab's memory. */
const MOST_NUMBERS = 1 << 24;
/** How long a dimension is at first that may have any length. */
const LENGTH = 1;
/** A picture is shown at most so large. */
const PREVIEW = 160;

/** So many elements are written out in code. */
const MOST_WRITTEN = 8;
/** The arrays of JavaScript that hold each type. */
const ARRAYS = {
  float32: "Float32Array",
  float64: "Float64Array",
  float16: "Float32Array",
  bfloat16: "Float32Array",
  int8: "Int8Array",
  int16: "Int16Array",
  int32: "Int32Array",
  int64: "BigInt64Array",
  uint8: "Uint8Array",
  uint16: "Uint16Array",
  uint32: "Uint32Array",
  uint64: "BigUint64Array",
  bool: "Uint8Array",
};

/** What numbers can be, by the names of the choices. */
const FILLS = {
  random: ["random numbers from 0 to 1", () => Math.random()],
  zeros: ["zeros", () => 0],
  ones: ["ones", () => 1],
};

/** The form; `changed` is called when something else goes in. */
export class NetworkForm {
  #fields;

  constructor(schema, example, changed) {
    this.#fields = schema.inputs.map((port, i) => fieldOf(port, example?.[i], changed));
    const form = html("form", { class: "inputs", "aria-label": "Inputs", autocomplete: "off" }, ...this.#fields.map(({ element }) => element));
    form.addEventListener("submit", (event) => event.preventDefault());
    this.element = html("div", {}, html("h3", { id: "run-title" }, "Run"), form);
  }

  /**
   * `{ inputs, told, raw }`, the inputs as `model.run` takes them and as lines of code, and what `model.classify` takes if all of it is one
   * picture, sound or text; and what is `missing`, or whether there is a `problem`, which is shown.
   */
  given() {
    const all = this.#fields.map((field) => field.value());
    const missing = all.find(({ missing }) => missing)?.missing;
    const known = all.filter(({ value }) => value !== undefined);
    const named = all.filter(({ told }) => told !== undefined);
    return {
      missing,
      problem: all.some(({ problem }) => problem),
      inputs: Object.fromEntries(known.map(({ name, value }) => [name, value])),
      told: named.map(({ name, told }) => `${key(name)}: ${told}`),
      raw: named.length === 1 && named[0].isRaw ? named[0].told : undefined,
    };
  }
}

/** A tensor in words. */
export function portText({ dtype, shape }) {
  return shape ? `${dtype} [${shape.map((dim) => (dim === "" ? "?" : dim)).join(", ")}]` : dtype;
}

function fieldOf(port, example, changed) {
  if (port.with) return new Made(port);
  if (port.texts) return new Texts(port, changed);
  if (port.images) return new PictureField(port, example, changed);
  if (port.audio) return new SoundField(port, example, changed);
  return new Numbers(port, example, changed);
}

/** An input's name and type above what it takes. */
function frame(port, ...children) {
  const legend = html("legend", {}, html("span", { class: "name" }, port.name), html("span", { class: "detail" }, portText(port)));
  return html("fieldset", {}, legend, ...children);
}

/** An input that is made with the texts of another. */
class Made {
  constructor(port) {
    this.element = frame(port, html("p", { class: "note" }, `Made with the texts of ${port.with}.`));
  }

  value() {
    return {};
  }
}

class Texts {
  #port;
  #area;

  constructor(port, changed) {
    this.#port = port;
    this.#area = html("textarea", { rows: 3, "aria-label": `A text for ${port.name}` });
    this.#area.value = "The quick brown fox jumps over the lazy dog.";
    this.#area.addEventListener("input", changed);
    this.element = frame(port, this.#area);
  }

  value() {
    const value = this.#area.value;
    return { name: this.#port.name, value, told: JSON.stringify(value), isRaw: true };
  }
}

/** What comes from a file, and is shown once it is there; until then it is the network's own example, if it has one. */
class FromFile {
  #port;
  #noun;
  #told;
  #given;
  #note = html("p", { class: "note", role: "status" });

  constructor(port, example, { noun, accept, told, read }, changed) {
    this.#port = port;
    this.#noun = noun;
    this.#told = told;
    if (example) {
      this.#given = { value: example, told: tensorCode(port, example) };
      this.#note.textContent = `Its example, until you choose a ${noun}.`;
    }
    const button = html("button", { type: "button" }, `Choose a ${noun}`);
    const picker = html("input", { type: "file", accept, class: "visually-hidden", tabindex: -1, "aria-label": `A ${noun} for ${port.name}` });
    this.shown = html("div", { class: "preview" });
    connectPicker(button, picker, async (file) => {
      this.#note.textContent = `Reading ${file.name} …`;
      try {
        this.#given = { value: await read(file, this.shown), told, isRaw: true };
        this.#note.textContent = file.name;
        changed();
      } catch (error) {
        this.#note.textContent = `${file.name} is no ${noun} that this browser reads (${error.message}).`;
      }
    });
    this.element = frame(port, html("div", { class: "ways start" }, button, picker), this.shown, this.#note);
  }

  value() {
    const { name } = this.#port;
    return this.#given ? { name, ...this.#given } : { name, told: this.#told, isRaw: true, missing: `Choose a ${this.#noun} for ${name}.` };
  }
}

class PictureField extends FromFile {
  constructor(port, example, changed) {
    const read = async (file, shown) => {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, PREVIEW / Math.max(picture.width, picture.height));
      const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
      const canvas = html("canvas", { width, height, role: "img", "aria-label": file.name });
      canvas.getContext("2d").drawImage(picture, 0, 0, width, height);
      shown.replaceChildren(canvas);
      return picture;
    };
    super(port, example, { noun: "picture", accept: "image/*", told: "await createImageBitmap(file)", read }, changed);
  }
}

class SoundField extends FromFile {
  constructor(port, example, changed) {
    const { sampleRate } = port.audio;
    const read = async (file) => new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(await file.arrayBuffer());
    super(port, example, { noun: "sound", accept: "audio/*", told: "await context.decodeAudioData(bytes)", read }, changed);
  }
}

/** A tensor: the network's own example, numbers of a kind, or the visitor's own. */
class Numbers {
  #port;
  #example;
  #fill;
  #lengths;
  #own;
  #problem = html("p", { class: "field-problem", role: "alert" });

  constructor(port, example, changed) {
    this.#port = port;
    this.#example = example;
    const isText = port.dtype === "string";
    const choices = [...(example ? [["example", "its example"]] : []), ...(isText ? [] : Object.entries(FILLS).map(([name, [told]]) => [name, told])), ["own", isText ? "texts of your own" : "numbers of your own"]];
    // Of whole numbers, places in tables and masks, ones are always there.
    const first = example ? "example" : isText ? "own" : /^float/.test(port.dtype) ? "random" : "ones";
    this.#fill = html("select", { "aria-label": `What goes into ${port.name}` }, ...choices.map(([value, told]) => html("option", { value, selected: value === first }, told)));
    const shape = example?.shape ?? port.shape ?? [LENGTH];
    // A dimension that may have any length has a field; the others are only told.
    this.#lengths = shape.map((dim, i) => {
      const declared = port.shape?.[i];
      if (typeof declared === "number") return html("data", { value: declared }, String(declared));
      const name = declared || `dimension ${i + 1}`;
      return html("input", { type: "number", min: 0, step: 1, required: true, value: typeof dim === "number" ? dim : LENGTH, "aria-label": `${port.name}: ${name}`, title: name });
    });
    this.#own = html("textarea", { rows: 3, hidden: true, spellcheck: false, "aria-label": `The ${isText ? "texts" : "numbers"} of ${port.name}`, placeholder: isText ? '["a", "b"]' : "0.5, 1, 2 …" });
    const show = () => {
      this.#own.hidden = this.#fill.value !== "own";
      changed();
    };
    this.#own.hidden = first !== "own";
    this.#fill.addEventListener("change", show);
    for (const field of [this.#own, ...this.#lengths]) field.addEventListener("input", changed);
    const lengths = this.#lengths.flatMap((field, i) => (i === 0 ? [field] : ["×", field]));
    this.element = frame(port, html("div", { class: "tensor" }, this.#fill, html("span", { class: "lengths", role: "group", "aria-label": `The shape of ${port.name}` }, ...lengths)), this.#own, this.#problem);
  }

  value() {
    this.#problem.textContent = "";
    const { name } = this.#port;
    const shape = this.#lengths.map((field) => Number(field.value));
    const count = shape.reduce((product, length) => product * length, 1);
    if (this.#lengths.some((field) => field.validity?.valid === false)) return this.#refused("Lengths are whole numbers.");
    if (count > MOST_NUMBERS) return this.#refused(`These are ${number(count)} numbers; this page makes ${number(MOST_NUMBERS)} at most.`);
    const data = this.#data(count);
    if (data === undefined) return { problem: true };
    return { name, value: { data, shape }, told: tensorCode(this.#port, { data, shape }) };
  }

  #data(count) {
    const kind = this.#fill.value;
    if (kind === "example") {
      const { data } = this.#example;
      if (data.length === count) return data;
      this.#refused("Its example has another shape: choose other numbers for this one.");
      return undefined;
    }
    if (kind !== "own") return Array.from({ length: count }, FILLS[kind][1]);
    const own = ownNumbers(this.#own.value, this.#port.dtype === "string");
    if (typeof own === "string") this.#refused(own);
    else if (own.length !== count) this.#refused(`The shape has ${number(count)} elements, and here are ${number(own.length)}.`);
    else return own;
    return undefined;
  }

  #refused(text) {
    this.#problem.textContent = text;
    return { problem: true };
  }
}

/** Numbers between commas or spaces, or JSON, brackets or not; what is wrong with them as a text. */
function ownNumbers(text, isText) {
  if (isText) {
    try {
      const found = [JSON.parse(text)].flat(Infinity);
      return found.every((x) => typeof x === "string") ? found : 'Write texts as JSON: ["a", "b"].';
    } catch {
      return 'Write texts as JSON: ["a", "b"].';
    }
  }
  const words = text.split(/[\s,[\]]+/).filter((word) => word !== "");
  const found = words.map(Number);
  const wrong = found.findIndex((x, i) => Number.isNaN(x) && !/^nan$/i.test(words[i]));
  return wrong < 0 ? found : `${JSON.stringify(words[wrong].slice(0, 40))} is no number.`;
}

/** A tensor as a program writes it: its elements, or an array of as many. */
function tensorCode({ dtype }, { data, shape }) {
  const elements = data.length <= MOST_WRITTEN ? JSON.stringify(Array.from(data)) : `new ${ARRAYS[dtype] ?? "Array"}(${data.length})`;
  return `{ data: ${elements}, shape: [${shape.join(", ")}] }`;
}
