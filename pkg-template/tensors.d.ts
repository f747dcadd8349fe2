import type { LoadOptions, RemoteOptions as PlainRemoteOptions, Source } from "./edgelet.js";

export type { FileOptions, LoadOptions, ModelCache, NodeWorker, Progress, Source } from "./edgelet.js";
export { EdgeletError, cached, fileCache, init, version } from "./edgelet.js";

/** What the elements of a tensor are. */
export type Dtype =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string";

/** Numbers of a tensor: 16-bit floats are a `Float32Array`, truth values a `Uint8Array` of 0 and 1. */
export type Elements =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** A tensor that goes in: its elements row after row, in an array of the input's type or one that can be made that. */
export interface Given {
  data: Elements | readonly (number | bigint | boolean | string)[];
  shape: readonly number[];
}

/** A tensor that came out, in memory of its own. */
export interface Tensor {
  dtype: Dtype;
  shape: number[];
  data: Elements | string[];
}

/** A class of the page, where the page has it. */
type Dom<Name extends string> = typeof globalThis extends { [K in Name]: { prototype: infer T } } ? T : never;

/** A picture: what a canvas can draw, or rows of pixels of 1 (gray), 3 (red, green, blue) or 4 bytes (and alpha, which is passed over). */
export type Picture =
  | { data: Uint8Array | Uint8ClampedArray; width: number; height: number }
  | Dom<"ImageData">
  | Dom<"HTMLCanvasElement">
  | Dom<"OffscreenCanvas">
  | Dom<"ImageBitmap">
  | Dom<"HTMLImageElement">
  | Dom<"HTMLVideoElement">
  | Dom<"VideoFrame">;

/** A text, or two that belong together: a question and a passage. */
export type Sentence = string | { text: string; pair?: string };

/**
 * A sound: samples from -1 to 1 at the network's own rate, samples with theirs, or what Web Audio decodes, whose channels become
 * their mean. Sounds of another rate are resampled.
 */
export type Sound = Float32Array | { samples: Float32Array | Int16Array; sampleRate: number } | Dom<"AudioBuffer">;

/** A label with its score: that number of the network's first output. */
export interface Ranked {
  label: string | number | boolean;
  score: number;
}

/** An input or an output. */
export interface Port {
  name: string;
  dtype: Dtype;
  /** How long each dimension is: a number, or the name of one that may have any length ("" without a name). `undefined` if not even their number is known. */
  shape: (number | string)[] | undefined;
  /** Of an input: it takes pictures too. */
  images?: true;
  /** Of an input: it takes texts too. */
  texts?: true;
  /** Of an input: it takes sounds too, of so many samples a second; `samples` is how many of them it takes, if that is always the same. */
  audio?: { sampleRate: number; samples?: number };
  /** Of an input: the one whose texts it is made with, so that nothing has to be given for it. */
  with?: string;
}

/** What goes into a network, what comes out, and where it comes from. */
export interface Schema {
  inputs: Port[];
  outputs: Port[];
  /** What the places of the first output's last dimension stand for. */
  classes?: (string | number | boolean)[];
  provenance: { framework: string; version: string; estimator: string };
}

/** What an input takes beside tensors. */
export type Example = Picture | Sentence | Sound;

/**
 * Tensors by the inputs' names. An input whose shape is always the same also takes its elements alone. An input that takes
 * pictures, texts or sounds takes one, or a list as a batch; a `Float32Array` alone is then a sound.
 */
export type Inputs = Record<string, Given | Given["data"] | Example | readonly Picture[] | readonly Sentence[] | readonly Sound[]>;

/** A network. */
export interface Model {
  readonly schema: Schema;
  /** Runs it. Throws an {@link EdgeletError} for an input that is missing, unknown or of another type or shape. */
  run(inputs: Inputs): Record<string, Tensor>;
  /**
   * Runs it on one picture, text or sound and returns the labels of the highest scores, the highest first: 5, or `top` of them.
   * Throws `unsupported_method` for a network without labels.
   */
  classify(given: Example, options?: { top?: number }): Ranked[];
  /** The same of several pictures, texts or sounds, or of inputs by their names: a list for each example. */
  classify(inputs: readonly Example[] | Inputs, options?: { top?: number }): Ranked[][];
  /** Runs the network's own examples and returns how many there are; throws `parity` if one differs. */
  verify(): number;
  /** Gives its memory back. */
  dispose(): void;
  [Symbol.dispose](): void;
}

export const Model: { readonly prototype: Model };

/** Loads a network as `load` of `edgelet` loads a model. */
export function load(source: Source, options?: LoadOptions): Promise<Model>;

/** A network that runs off the main thread. */
export interface RemoteModel {
  readonly schema: Schema;
  run(inputs: Inputs, options?: { signal?: AbortSignal }): Promise<Record<string, Tensor>>;
  classify(given: Example, options?: { top?: number; signal?: AbortSignal }): Promise<Ranked[]>;
  classify(inputs: readonly Example[] | Inputs, options?: { top?: number; signal?: AbortSignal }): Promise<Ranked[][]>;
  verify(): Promise<number>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** As `RemoteOptions` of `edgelet`; a worker of your own runs `edgelet/tensors/thread`. */
export type RemoteOptions = PlainRemoteOptions;

/** The same, of a network that runs off the main thread. */
export function load(source: Source, options: RemoteOptions): Promise<RemoteModel>;
