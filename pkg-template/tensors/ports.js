// What goes into a network and comes out: tensors as `{ data, shape }`, in JavaScript's arrays of their type, pictures, texts and
// sounds.
import { EdgeletError, nearest, shown } from "./errors.js";
import { isImages, pixelsOf } from "./images.js";
import { areRecordings, isSounds, samplesOf } from "./sounds.js";
import { isTexts, sentencesOf } from "./texts.js";

/** The array that holds a type's elements. 16-bit floats are f32 here: few engines have arrays of them. */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** The inputs of a network. */
export class Ports {
  #inputs;

  constructor(inputs) {
    this.#inputs = inputs;
  }

  /** The same inputs with pixels in place of pictures, and samples in place of sounds: what can be sent to a worker. */
  plain(inputs) {
    const taken = Object(inputs);
    const plain = this.#inputs.flatMap(({ name, images, audio }) => {
      const given = taken[name];
      const of = images && isImages(given) ? pixelsOf : audio && isSounds(given) ? samplesOf : undefined;
      if (of === undefined) return [];
      const each = (one, i) => of(`${name}[${i}]`, one, audio?.sampleRate);
      return [[name, Array.isArray(given) ? given.map(each) : of(name, given, audio?.sampleRate)]];
    });
    return plain.length > 0 ? { ...inputs, ...Object.fromEntries(plain) } : inputs;
  }

  /** What was given for each input, in their order: its pictures as pixels, its sounds as samples, its texts, or its shape, and its data or their bytes. */
  given(inputs) {
    if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs) || ArrayBuffer.isView(inputs)) {
      throw new EdgeletError("wrong_type", "inputs", "an object with a tensor for each input", shown(inputs));
    }
    const names = this.#inputs.map(({ name }) => name);
    for (const name of Object.keys(inputs)) {
      if (!names.includes(name)) {
        throw new EdgeletError("unknown_feature", "inputs", names.join(", "), shown(name), nearest(name, names));
      }
    }
    const texts = this.#inputs.filter(({ name, texts }) => texts && isTexts(inputs[name])).map(({ name }) => name);
    return this.#inputs.map((input) => (texts.includes(input.with) ? madeWith(input, inputs) : given(input, inputs[input.name])));
  }
}

/** An input that is made with the texts of another. */
function madeWith({ name, with: maker }, { [name]: tensor }) {
  if (tensor === undefined) return {};
  throw new EdgeletError("wrong_type", name, `nothing: it is made with the texts of ${maker}`, shown(tensor));
}

function given({ name, dtype, shape: expected, images, texts, audio }, tensor) {
  if (isImages(tensor)) {
    if (images) return { pictures: [tensor].flat() };
    const hint = "`edgelet import NETWORK --image …` tells how pictures become its input.";
    throw new EdgeletError("wrong_type", name, "a tensor: { data, shape }", "a picture", hint);
  }
  if (audio && isSounds(tensor)) return { sounds: [tensor].flat() };
  if (areRecordings(tensor)) {
    const hint = "`edgelet import NETWORK --audio …` tells how sounds become its input.";
    throw new EdgeletError("wrong_type", name, "a tensor: { data, shape }", "a sound", hint);
  }
  if (dtype !== "string" && isTexts(tensor)) {
    if (texts) return sentencesOf(name, tensor);
    const hint = "`edgelet import NETWORK --tokenizer tokenizer.json` tells how texts become its input.";
    throw new EdgeletError("wrong_type", name, "a tensor: { data, shape }", "a text", hint);
  }
  if (tensor === undefined) throw new EdgeletError("missing_feature", name, `a tensor of ${dtype}`, "nothing");
  // Numbers alone lie in the input's own shape, if that is always the same.
  const isAlone = Array.isArray(tensor) || ArrayBuffer.isView(tensor);
  const { data, shape = isAlone ? expected : undefined } = isAlone ? { data: tensor } : Object(tensor);
  if (!Array.isArray(data) && !ArrayBuffer.isView(data)) {
    throw new EdgeletError("wrong_type", name, "{ data, shape }, with data a typed array or an array", shown(tensor));
  }
  const isLength = (length) => Number.isInteger(length) && length >= 0 && length < 2 ** 32;
  if (!Array.isArray(shape) || !shape.every(isLength)) {
    throw new EdgeletError("wrong_shape", name, "a shape of whole numbers", shown(shape), "Pass { data, shape }.");
  }
  const elements = shape.reduce((product, length) => product * length, 1);
  if (elements !== data.length) {
    throw new EdgeletError("wrong_shape", name, `${elements} elements for the shape [${shape}]`, String(data.length));
  }
  if (dtype !== "string") return { shape, bytes: bytesOf(name, dtype, data) };
  const wrong = data.findIndex((text) => typeof text !== "string");
  if (wrong >= 0) throw new EdgeletError("wrong_type", `${name}[${wrong}]`, "a text", shown(data[wrong]));
  return { shape, data };
}

/** The bytes of numbers as the core takes them. A typed array of the input's own type is not copied here. */
function bytesOf(name, dtype, data) {
  const Numbers = ARRAYS[dtype];
  let numbers = data;
  if (!(data instanceof Numbers)) {
    const isLarge = Numbers === BigInt64Array || Numbers === BigUint64Array;
    const convert = isLarge ? (x) => BigInt(x) : Number;
    numbers = new Numbers(data.length);
    for (let i = 0; i < data.length; i++) {
      const value = data[i];
      const type = typeof value;
      try {
        if (type !== "number" && type !== "bigint" && type !== "boolean") throw value;
        numbers[i] = convert(value);
      } catch {
        throw new EdgeletError("wrong_type", `${name}[${i}]`, `a number of type ${dtype}`, shown(value));
      }
      // What has no place in the type would be another number there.
      const isSame = isLarge || Numbers === Float32Array || Number(numbers[i]) === Number(value) || value !== value;
      if (!isSame) throw new EdgeletError("wrong_type", `${name}[${i}]`, `a number of type ${dtype}`, shown(value));
    }
  }
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A tensor that came out; of texts `data` are those. */
export function tensorOf(dtype, shape, data) {
  return { dtype, shape, data: dtype === "string" ? data : new ARRAYS[dtype](data) };
}
