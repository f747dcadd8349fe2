// The form that makes an npm package of the model that is shown, and what to do with the file.

import { byId, set } from "./dom.js";
import { bytes as sizeOf, duration, joined } from "./format.js";
import { fileName, makePackage, prepare } from "./packager.js";
import { clearProblem, showProblem } from "./problem.js";

/** The fields, by the options that the packager's errors name. */
const FIELDS = { name: "package-name", version: "package-version", url: "package-url" };

export class Packaging {
  #bytes;
  #kind;
  #making = new AbortController();
  #file;

  constructor({ bytes, name, address, from, network }) {
    this.#bytes = bytes;
    this.#kind = network === undefined ? "models" : "networks";
    byId("package-name").value = suggested(name);
    byId("package-version").value = "0.1.0";
    // A framework's file has an address, the .edgelet made of it here has none.
    byId("package-url").value = (!from && address) || "";
    byId("package-inside").checked = true;
    byId("package-cdn").checked = false;
    byId("package-form").onsubmit = (event) => {
      event.preventDefault();
      this.#make();
    };
    for (const id of ["package-inside", "package-by-url"]) byId(id).onchange = showUrl;
    byId("package-cancel").onclick = () => this.#making.abort();
    showUrl();
    this.#show({ making: false });
    say("");
  }

  /** Shows the form, or puts it away. */
  toggle() {
    const form = byId("package-form");
    form.hidden = !form.hidden;
    byId("package").setAttribute("aria-expanded", String(!form.hidden));
    if (form.hidden) return this.#making.abort();
    prepare(this.#kind);
    byId("package-name").focus();
  }

  close() {
    this.#making.abort();
    if (this.#file) URL.revokeObjectURL(this.#file);
    byId("package-form").hidden = true;
    byId("package").setAttribute("aria-expanded", "false");
  }

  async #make() {
    this.#making.abort();
    const { signal } = (this.#making = new AbortController());
    const { name, version, url, cdn } = asked();
    this.#show({ making: true });
    say(`Making ${fileName(name, version)} …`);
    const begin = performance.now();
    try {
      const packed = await makePackage(this.#kind, this.#bytes, { name, version, url, cdn }, signal);
      const took = joined(duration(performance.now() - begin));
      this.#show({ making: false, packed, name, version });
      say(`${fileName(name, version)}: ${joined(sizeOf(packed.length))}, made in ${took}.`);
    } catch (error) {
      // Another package is being made, or another model is shown: then nobody waits for this one.
      if (signal !== this.#making.signal) return;
      this.#show({ making: false });
      say(signal.aborted ? "Cancelled." : "");
      if (!signal.aborted) return this.#showProblem(error);
      // The button that was pressed is gone.
      byId("package-make").focus();
    }
  }

  #show({ making, packed, name, version }) {
    clearProblem(byId("package-problem"));
    for (const id of Object.values(FIELDS)) set(byId(id), { "aria-invalid": false, "aria-describedby": false });
    byId("package-cancel").hidden = !making;
    byId("package-make").disabled = making;
    set(byId("package-form"), { "aria-busy": making && "true" });
    byId("package-made").hidden = !packed;
    if (!packed) return;
    if (this.#file) URL.revokeObjectURL(this.#file);
    this.#file = URL.createObjectURL(new Blob([packed], { type: "application/gzip" }));
    set(byId("package-file"), { href: this.#file, download: fileName(name, version) }).click();
    const lines = [`npm install ./${fileName(name, version)}`, "", `import { load } from ${JSON.stringify(name)};`, "", "const model = await load();"];
    byId("package-use").textContent = lines.join("\n");
  }

  #showProblem(error) {
    showProblem(byId("package-problem"), error, error.title ?? "This package cannot be made");
    const field = FIELDS[error.at];
    if (field) set(byId(field), { "aria-invalid": "true", "aria-describedby": "package-problem" }).focus();
  }
}

/** What the form asks for. */
function asked() {
  const text = (id) => byId(id).value.trim();
  return {
    name: text("package-name"),
    version: text("package-version"),
    url: byId("package-by-url").checked ? text("package-url") : undefined,
    cdn: byId("package-cdn").checked,
  };
}

function showUrl() {
  byId("package-url-field").hidden = !byId("package-by-url").checked;
}

function say(text) {
  byId("package-status").textContent = text;
}

/** A file's name as npm takes one. */
function suggested(file) {
  const plain = file.replace(/\.[^.]+$/, "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 100) || "model";
}
