//! What is declared in every package's index.d.ts.

/// `load`.
pub const LOAD: &str = "
export interface LoadOptions {
  /** Aborts the load; it then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Used instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Where `model.wasm` is, if it is not beside the scripts. */
  wasm?: WebAssembly.Module | BufferSource | Response | URL | string | Promise<Response>;
}

/** Loads the model. A failure is an {@link EdgeletError}, or the reason of the signal that aborted it. */
export function load(options?: LoadOptions): Promise<Model>;
";

/// `EdgeletError`.
pub const ERROR: &str = "
/** What went wrong. `message` holds all of it. */
export class EdgeletError extends Error {
  /** Stable, for programs: `unknown_feature`, `missing_value`, … */
  readonly code: string;
  readonly at: string;
  readonly expected: string;
  readonly found: string;
  /** The next step; may be empty. */
  readonly hint: string;
}
";
