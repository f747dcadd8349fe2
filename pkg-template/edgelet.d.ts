/** A class or a category, in the type it had in training. */
export type Label = string | number | boolean;

/**
 * A value of a feature: a number, a category, a text, a date; `null` and `NaN` mean missing. A date is a `Date`, milliseconds
 * since 1970, or a text, `2026-11-27` or `2026-11-27T18:30:59.5+01:00`, in UTC where it names no offset.
 */
export type Value = number | boolean | string | Date | null | undefined;

/** One row: every feature by name. */
export type Row = Record<string, Value>;

/** Columns by name, all of one length. */
export type Columns = Record<string, ArrayLike<Value>>;

/** Numbers of one row after another, in the order of `featureNames`; a category as its index, a date as milliseconds. */
export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** Where a model lies. */
export type Source =
  | string
  | URL
  | Request
  | Response
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | Promise<string | URL | Request | Response | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array>>;

/** How far a load is. `total` and `fraction` are known if the server tells the length, or the release of a model in a bucket. */
export interface Progress {
  stage: "fetch" | "download" | "verify" | "decode" | "ready";
  loaded: number;
  total: number | undefined;
  fraction: number | undefined;
}

/** What a file is loaded with; all that `edgelet/slim` takes. */
export interface FileOptions {
  /** Aborts the load at any stage; `load` then rejects with the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Sent with every request: a value, or a function that makes it, such as one that asks for a token. */
  headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** The request's cache mode; `false` is `"no-store"`. */
  cache?: RequestCache | false;
  /** A Subresource Integrity string, `sha256-…`, as `edgelet push` prints it. Checked before a byte is decoded. */
  integrity?: string;
}

/** A cache of your own: the methods of the platform's `Cache`. `keys` is for {@link cached} only. */
export interface ModelCache {
  match(address: string): Promise<Response | undefined>;
  put(address: string, response: Response): Promise<void>;
  delete(address: string): Promise<boolean>;
  keys?(): Promise<readonly (string | Request)[]>;
}

/**
 * How a model is loaded. What is not said to be for files is for models in a bucket: addresses that end with @ and an alias
 * or a version, or that come with `publicKey`, `alias` or `version`.
 */
export interface LoadOptions extends Omit<FileOptions, "cache"> {
  /**
   * The public keys that are trusted, as `edgelet keygen` prints them: `ed25519:…`. Every document of the bucket must be
   * signed by one of them. Without, whoever can write to the bucket chooses the model, and the console says so once.
   */
  publicKey?: string | readonly string[];
  /** The alias that is followed; `"production"` if neither the address nor an option says otherwise. */
  alias?: string;
  /** The version that is loaded, whatever the aliases say. */
  version?: number;
  /**
   * Where models are kept: a cache of your own, such as {@link fileCache}. Without, the platform's `Cache` where there is one.
   * `false` and `"no-store"` keep nothing, `"reload"` asks for everything anew, `"force-cache"` asks for nothing that is kept,
   * `"only-if-cached"` asks for nothing at all. Of a file: the request's cache mode.
   */
  cache?: RequestCache | false | ModelCache;
  /**
   * What an unreachable bucket means: `"stale"`, the default, loads what was kept, until the alias's own expiry; `"fail"`
   * rejects.
   */
  offline?: "stale" | "fail";
  /**
   * How often a request is made at most (4), and for how many milliseconds to wait after the first (250), twice as long after
   * each further one. Also for files.
   */
  retry?: { attempts?: number; delay?: number };
  /** The app's key of an encrypted model: `aes256:…`. Who can read the page can read it too: see docs/SECURITY.md. */
  decryptionKey?: string;
  /** Of an alias with several versions: users with the same text get the same version, on every device. */
  sticky?: string;
  /** Where the model runs: see {@link RemoteOptions}. */
  worker?: false;
}

/** How a model is loaded that runs off the main thread. */
export interface RemoteOptions extends Omit<LoadOptions, "worker"> {
  /**
   * `true` starts a worker that runs the model, a number as many, which share the rows of large batches; each holds the model.
   * A `Worker` of your own whose script is `edgelet/thread` is the model's from now on, and ends with it. What is fetched is
   * fetched and checked on this thread, so that every other option means what it always does.
   */
  worker: true | number | Worker | NodeWorker;
}

/** A `Worker` of `node:worker_threads`. */
export interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly any[]): void;
  terminate(): Promise<unknown>;
  on(event: string, listener: (value: any) => void): unknown;
}

export interface Input {
  name: string;
  type: "numeric" | "categorical" | "text" | "date";
  /** Of a categorical feature: what its values may be. */
  categories?: Label[];
  /** Whether a missing value is accepted. */
  missing: boolean;
  /** Whether a category that is none of `categories` is accepted. */
  unknown: boolean;
}

export interface Schema {
  inputs: Input[];
  targets: string[];
  /** A classifier's classes; of several targets a list of each one's. */
  classes: Label[] | Label[][] | undefined;
  outputs: { method: "predict" | "predict_proba" | "decision_function" | "transform"; width: number }[];
  steps: { name: string; operator: string; width: number }[];
  provenance: {
    framework: string;
    version: string;
    estimator: string;
    /** Seconds since 1970. */
    trainedAt: number | undefined;
    rows: number | undefined;
    metrics: { name: string; split: string; value: number }[];
  };
}

/** Rows × classes probabilities, row after row. Of one row the shape is `[classes]`. */
export interface Probabilities {
  classes: Label[];
  probabilities: Float64Array;
  shape: number[];
}

/** What is predicted, and of a classifier its classes. */
export interface Target {
  name: string;
  classes: Label[] | undefined;
}

/** Of a classifier of several targets: the probabilities of each one's classes. */
export interface TargetProbabilities {
  targets: (Probabilities & { name: string })[];
}

/** Rows × width numbers, row after row. Of one row the shape is `[width]`. */
export interface Values {
  values: Float64Array;
  shape: number[];
}

/** Many rows: objects or arrays, columns, or numbers with their count; of a model that takes one text also texts. */
export type Rows = readonly Row[] | readonly (readonly Value[])[] | Columns;

/** What a release says of a version. Times are seconds since 1970. */
export interface Release {
  model: string;
  version: number;
  parent?: number | null;
  created: number;
  expires?: number | null;
  blob: { sha256: string; size: number; chunk_size: number; chunks: string[]; encryption?: object | null };
  provenance?: object;
  profile?: object | null;
}

export class Model {
  private constructor();
  readonly schema: Schema;
  /** The features, in the order of a row. */
  readonly featureNames: string[];
  /** What is predicted; mostly one thing. */
  readonly targets: Target[];
  /** The classes of a classifier of one target; `undefined` of any other model. */
  readonly classes: Label[] | undefined;
  readonly feature_names_in_: string[];
  readonly classes_: Label[] | undefined;
  /** Of a model in a bucket: which version this is, the alias it was found by, and what its signed release says. */
  readonly version?: number;
  readonly alias?: string;
  readonly release?: Release;

  /** Many rows: labels of a classifier, else numbers. */
  predict(rows: Numbers | readonly Value[], options: { rows: number }): Label[] | Float64Array;
  /** Many rows: labels of a classifier, else numbers. */
  predict(rows: readonly Row[] | readonly (readonly Value[])[]): Label[] | Float64Array;
  /** Of a model that takes one text: a text, or many. */
  predict(text: string): Label | Float64Array;
  predict(texts: readonly string[]): Label[] | Float64Array;
  /** One row: a label or a number (numbers, of several targets). Columns: as many rows. */
  predict(row: Row | Columns | Numbers | readonly Value[]): Label | Label[] | Float64Array;
  /** Of a classifier of several targets, as its user says (`predict<Label[]>`): one row's labels, or those of many rows. */
  predict<Labels extends Label[] | Label[][]>(rows: Row | Rows | Numbers | readonly Value[] | string, options?: { rows: number }): Labels;

  /** Of a classifier of several targets, as its user says: `predictProba<TargetProbabilities>`. */
  predictProba<Answer extends Probabilities | TargetProbabilities = Probabilities>(
    rows: Row | Rows | Numbers | readonly Value[] | string,
    options?: { rows: number },
  ): Answer;
  predict_proba<Answer extends Probabilities | TargetProbabilities = Probabilities>(
    rows: Row | Rows | Numbers | readonly Value[] | string,
    options?: { rows: number },
  ): Answer;

  /** The scores before they become a decision. */
  decisionFunction(rows: Row | Rows | Numbers | readonly Value[] | string, options?: { rows: number }): Values;
  decision_function(rows: Row | Rows | Numbers | readonly Value[] | string, options?: { rows: number }): Values;

  /** The transformed rows. */
  transform(rows: Row | Rows | Numbers | readonly Value[] | string, options?: { rows: number }): Values;

  /** Runs the model's own test rows and returns how many there are; throws `parity` if one differs. */
  verify(): number;

  /** Gives its memory back. Any later call throws `disposed`. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** How rows are predicted in workers. An abort rejects at once, and the rest of the rows is never computed. */
export interface RemoteRun {
  signal?: AbortSignal;
  /** Of numbers: how many rows they are. */
  rows?: number;
}

/** What a remote model has of a {@link Model} as it is: at once, not promised. */
type Described = "schema" | "featureNames" | "targets" | "classes" | "feature_names_in_" | "classes_" | "version" | "alias" | "release";

/**
 * A model that runs in workers: the methods of {@link Model}, promised. Rows are encoded on this thread, and only numbers (or
 * texts) go to the workers; arrays that are given stay yours.
 */
export interface RemoteModel extends Pick<Model, Described> {
  /** One row: a label or a number; many rows: labels or numbers. As the caller says: `predict<Label[]>`. */
  predict<Answer extends Label | Label[] | Label[][] | Float64Array = Label | Label[] | Float64Array>(
    rows: Row | Rows | Numbers | readonly Value[] | readonly string[] | string,
    options?: RemoteRun,
  ): Promise<Answer>;
  predictProba<Answer extends Probabilities | TargetProbabilities = Probabilities>(
    rows: Row | Rows | Numbers | readonly Value[] | readonly string[] | string,
    options?: RemoteRun,
  ): Promise<Answer>;
  predict_proba: RemoteModel["predictProba"];
  decisionFunction(rows: Row | Rows | Numbers | readonly Value[] | readonly string[] | string, options?: RemoteRun): Promise<Values>;
  decision_function: RemoteModel["decisionFunction"];
  transform(rows: Row | Rows | Numbers | readonly Value[] | readonly string[] | string, options?: RemoteRun): Promise<Values>;
  verify(): Promise<number>;
  /** Ends the workers. Calls that wait, and later ones, reject with `disposed`. */
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Fetches, checks and decodes a model. A failure is an {@link EdgeletError}, or the reason of the signal that aborted it. */
export function load(source: Source, options?: LoadOptions): Promise<Model>;
/** The same, of a model that runs off the main thread. */
export function load(source: Source, options: RemoteOptions): Promise<RemoteModel>;

/**
 * Starts the wasm core; `load` does so by itself, but from `edgelet/slim`, where a source must be given. A second call
 * does nothing.
 */
export function init(source?: WebAssembly.Module | BufferSource | Response | URL | string | Promise<Response>): Promise<void>;

/** What is kept of models in buckets. `cache` names a cache of your own, as in {@link LoadOptions}. */
export const cached: {
  /** Every kept object: its address, and its size in bytes. */
  list(options?: { cache?: ModelCache }): Promise<{ url: string; size: number }[]>;
  /** Forgets the model with an address, or everything; returns how many objects that were. */
  delete(model?: string | URL, options?: { cache?: ModelCache }): Promise<number>;
};

/** A folder to keep models in: in Node, Deno and Bun. Elsewhere it throws `unsupported_method`. */
export function fileCache(folder: string): Required<ModelCache>;

/** What went wrong. `message` holds all of it. */
export class EdgeletError extends Error {
  /** Stable, for programs: `unknown_feature`, `http_status`, … */
  readonly code: string;
  readonly at: string;
  readonly expected: string;
  readonly found: string;
  /** The next step; may be empty. */
  readonly hint: string;
}

/** The package's version. */
export const version: string;
