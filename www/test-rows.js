// The model's own test rows, one after another into the form.

import { byId } from "./dom.js";

export class TestRows {
  #rows;
  #form;
  #at = 0;

  /** `starts` if an untouched form begins with the first of them. */
  constructor(rows, { schema }, form, starts) {
    this.#rows = rows.map((row) => row.map((value, i) => [i, schema.inputs[i].type === "text" ? value : (value ?? NaN)]));
    this.#form = form;
    byId("rows").hidden = rows.length === 0;
    if (rows.length === 0) return;
    byId("row-before").onclick = () => this.#go(-1);
    byId("row-after").onclick = () => this.#go(1);
    if (starts && !form.touched) this.#go(0);
    else byId("row-at").textContent = `${rows.length} test rows`;
  }

  #go(by) {
    const count = this.#rows.length;
    this.#at = (this.#at + by + count) % count;
    byId("row-at").textContent = `test row ${this.#at + 1} of ${count}`;
    this.#form.set(this.#rows[this.#at]);
  }
}
