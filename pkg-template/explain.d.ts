import type {
  Label,
  LoadOptions,
  Model as PlainModel,
  Numbers,
  RemoteModel as PlainRemoteModel,
  RemoteOptions,
  Row,
  Source,
  Value,
} from "./edgelet.js";

export type * from "./edgelet.js";
export { EdgeletError, cached, fileCache, init, version } from "./edgelet.js";

/** What a row's score is made of. `base` and all values add up to `margin`, up to the rounding of sums. */
export interface Explanation {
  /** The class whose score it is; `undefined` of a model that predicts numbers. */
  class: Label | undefined;
  /** The score that the training rows have on average. */
  base: number;
  /** The score: `decisionFunction`'s, or the number that is predicted before any link; a probability, where a forest averages those. */
  margin: number;
  /** What each feature adds to `base`, in the order of `featureNames`: its SHAP value. */
  values: Float64Array;
  /** The same with the features' names and values, the largest |contribution| first. */
  contributions: Contribution[];
}

/** What a feature adds to the score. */
export interface Contribution {
  feature: string;
  value: Value;
  contribution: number;
}

export interface Model extends PlainModel {
  /**
   * Explains one row. A model with a score for each class is explained for `class`, or for the class that it predicts; one
   * with one score for two classes for the second, or, with all signs turned, for the first. Throws `unsupported` if the
   * model's file was not made for it: `edgelet import … --explain`.
   */
  explain(row: Row | Numbers | readonly Value[] | string, options?: { class?: Label }): Explanation;
}

export const Model: { readonly prototype: Model };

/** As `load` of `edgelet`, with a model that explains. */
export function load(source: Source, options?: LoadOptions): Promise<Model>;

/** A model that explains off the main thread. */
export interface RemoteModel extends PlainRemoteModel {
  explain(row: Row | Numbers | readonly Value[] | string, options?: { class?: Label; signal?: AbortSignal }): Promise<Explanation>;
}

/** The same, of a model that runs off the main thread. */
export function load(source: Source, options: RemoteOptions): Promise<RemoteModel>;
