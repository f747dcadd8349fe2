// The ways in: a file dropped or chosen, an address, an example.

import { byId } from "./dom.js";

/** The examples, by the buttons that open them: a file in the bucket, and a row to start with where one is better. */
const EXAMPLES = {
  "try-wine": { file: "wine.joblib" },
  "try-churn": { file: "churn.txt" },
  "try-diabetes": { file: "diabetes.ubj" },
  // One flower between the species, so that the first move already changes something.
  "try-iris": { file: "iris.edgelet", start: [5.9, 2.8, 4.6, 1.5] },
  "try-line": { file: "line.edgelet", start: [6] },
};
const BUCKET = new URL("./bucket/models/", import.meta.url).href;

/** Connects them all; `open` takes `{ source, name, beside, address, start }`, the source a file, with those beside it, or an address. */
export function connectWays(open) {
  const openFiles = (...files) => {
    // An ONNX file may have its weights in others.
    const source = files.find(({ name }) => /\.onnx$/i.test(name)) ?? files[0];
    open({ source, name: source.name, beside: files.filter((file) => file !== source) });
  };
  connectPicker(byId("choose"), byId("file"), openFiles);
  connectDrop(openFiles);
  connectAddress(open);
  for (const [button, { file, start }] of Object.entries(EXAMPLES)) {
    const address = BUCKET + file;
    byId(button).addEventListener("click", () => open({ source: address, name: file, address, start }));
  }
}

/** A button in front of a file input, which no style reaches; `take` is given the files. */
export function connectPicker(button, picker, take) {
  button.addEventListener("click", () => picker.click());
  picker.addEventListener("change", () => {
    const files = [...picker.files];
    if (files.length > 0) take(...files);
    picker.value = "";
  });
}

/** The whole page takes a file, so that nobody has to aim. */
function connectDrop(openFiles) {
  const zone = byId("drop");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const show = (change) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };
  addEventListener("dragenter", (event) => carriesFiles(event) && show(1));
  addEventListener("dragleave", (event) => carriesFiles(event) && show(-1));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    show(-depth);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) openFiles(...files);
  });
}

/** An address may be relative to the page's own. */
function connectAddress(open) {
  const field = byId("address");
  field.addEventListener("input", () => field.setCustomValidity(""));
  byId("address-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!URL.canParse(text, location.href)) {
      field.setCustomValidity("This is not a URL. Write one like https://example.com/model.joblib");
      field.reportValidity();
      return;
    }
    const { href, pathname } = new URL(text, location.href);
    open({ source: href, name: decodeURIComponent(pathname.split("/").at(-1)) || href, address: href });
  });
}
