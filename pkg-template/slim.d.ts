import type { FileOptions, Source, Model } from "./edgelet.js";

export type * from "./edgelet.js";
export { EdgeletError, Model, init, version } from "./edgelet.js";

/** Fetches, checks and decodes a model's file. Models in buckets are for the main entry. */
export function load(source: Source, options?: FileOptions): Promise<Model>;
