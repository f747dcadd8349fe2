// Fetch the model and predict once.
import JSZip from "jszip";
import openLibrary from "ydf-inference";

globalThis.JSZip = JSZip;

export async function predictOnce(row) {
  const [library, response] = await Promise.all([openLibrary(), fetch("model")]);
  const model = await library.loadModelFromZipBlob(await response.blob());
  return model.predict(Object.fromEntries(Array.from(row, (x, i) => [`f${i}`, [x]])));
}
