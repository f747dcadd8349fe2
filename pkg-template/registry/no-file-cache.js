// Where there are no files: the same name, so that one script runs everywhere, and an error that says what to do.
import { EdgeletError } from "../errors.js";

export function fileCache() {
  const hint = "Leave `cache` out: browsers and edge workers have a cache of their own.";
  throw new EdgeletError("unsupported_method", "fileCache", "Node, Deno or Bun", "a platform without files", hint);
}
