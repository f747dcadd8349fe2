// Telling an app how far a load is.

/** What tells `onProgress`: a listener's own failure stops no load. */
export function tellerOf({ onProgress }) {
  return (progress) => {
    try {
      onProgress?.(progress);
    } catch {
      // Nothing is told of it.
    }
  };
}
