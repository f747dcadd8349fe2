// The options of `load`: which there are, and what each takes.
import { EdgeletError, nearest, shown } from "./errors.js";

const CACHES = ["default", "reload", "only-if-cached", "no-store", "no-cache", "force-cache", false];
export const CACHE_MODES = [(value) => CACHES.includes(value), `one of ${CACHES.join(", ")}`];
/** Also of another realm: frameworks run edge routes in one of their own. */
export const isModule = (value) => value?.[Symbol.toStringTag] === "WebAssembly.Module";
export const isFunction = (value) => typeof value === "function";

/** What every entry takes, by name: a test, and what it expects in words. */
export const FILE_OPTIONS = {
  signal: [(value) => value instanceof AbortSignal, "an AbortSignal"],
  onProgress: [isFunction, "a function"],
  headers: [(value) => typeof value === "object" || isFunction(value), "headers or a function"],
  fetch: [isFunction, "a function"],
  cache: CACHE_MODES,
  integrity: [(value) => typeof value === "string", "a text like sha256-…"],
};

/** Throws for the first option that is unknown, or is not what it should be. */
export function checkOptions(options, known) {
  const names = Object.keys(known);
  for (const name in options) {
    if (!names.includes(name)) {
      throw new EdgeletError("bad_option", "options", `one of ${names.join(", ")}`, shown(name), nearest(name, names));
    }
  }
  for (const name of names) {
    const [isRight, expected] = known[name];
    const value = options[name];
    if (value !== undefined && !isRight(value)) {
      throw new EdgeletError("bad_option", `options.${name}`, expected, shown(value));
    }
  }
}
