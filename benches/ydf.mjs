// ydf-inference, as its documentation sets it up for Node.
import openLibrary from "ydf-inference";

/** Opens a zipped model whose features are f0, f1, …; those in `categories` are texts. */
export async function openYdf(bytes, width, categories) {
  const library = await openLibrary();
  const model = await library.loadModelFromZipBlob(new Uint8Array(bytes));
  const value = (x, column) => (categories.includes(column) ? (Number.isNaN(x) ? "" : `c${x}`) : x);
  return {
    /** Rows as the columns that it takes. */
    examples(rows, count) {
      const column = (j) => Array.from({ length: count }, (_, i) => value(rows[i * width + j], j));
      return Object.fromEntries(Array.from({ length: width }, (_, j) => [`f${j}`, column(j)]));
    },
    predict: (examples) => model.predict(examples),
  };
}
