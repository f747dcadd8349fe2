// The trees of a model, one at a time, with the way that the form's row takes through it.

import { byId, html, oncePerFrame, set } from "./dom.js";
import { number, percent } from "./format.js";
import { load } from "./runtime.js";
import { layout, linked, wayOf } from "./tree-layout.js";
import { drawTree } from "./tree-picture.js";

export class Trees {
  #inside;
  #inputs;
  #targets;
  #steps;
  #classes;
  #forests;
  #step;
  #tree;
  /** What the row becomes before the trees see it: a model of its own. */
  #before;
  #row;
  #asked = 0;
  #redraw = oncePerFrame(() => this.#draw());

  constructor(model, steps, inside) {
    this.#inside = inside;
    this.#inputs = model.schema.inputs;
    this.#classes = model.targets[0]?.classes;
    this.#targets = model.targets;
    this.#steps = steps;
    this.#forests = [...steps.keys()].filter((i) => steps[i].forest);
    byId("trees").hidden = this.#forests.length === 0;
    if (this.#forests.length === 0) return;
    const at = byId("tree-at");
    at.oninput = () => this.#showTree();
    byId("tree-before").onclick = () => this.#go(-1);
    byId("tree-after").onclick = () => this.#go(1);
    const choice = byId("tree-step");
    choice.replaceChildren(...this.#forests.map((i) => html("option", { value: i }, steps[i].name)));
    choice.onchange = () => this.#showForest(Number(choice.value));
    byId("tree-step-label").hidden = this.#forests.length < 2;
    this.#showForest(this.#forests[0]);
  }

  follow(row) {
    this.#row = row;
    this.#redraw();
  }

  close() {
    this.#asked = -1;
    this.#before?.dispose();
  }

  async #showForest(step) {
    this.#step = step;
    const { trees, leaves, depth } = this.#steps[step].forest;
    set(byId("tree-at"), { max: trees });
    byId("tree-at").value = "1";
    for (const id of ["tree-before", "tree-after", "tree-at"]) byId(id).disabled = trees === 1;
    byId("tree-note").textContent =
      `${number(trees)} ${trees === 1 ? "tree" : "trees"}, ${number(leaves)} leaves, at most ${depth} questions to a leaf. ` +
      "Up where the condition holds, down where not; in colour the way of the row in the form.";
    const before = await load(await this.#inside.before(step)).catch(() => undefined);
    this.#before?.dispose();
    this.#before = before;
    await this.#showTree();
  }

  #go(by) {
    const at = byId("tree-at");
    const { trees } = this.#steps[this.#step].forest;
    at.value = String(((Number(at.value) - 1 + by + trees) % trees) + 1);
    this.#showTree();
  }

  async #showTree() {
    const asked = ++this.#asked;
    const at = Number(byId("tree-at").value);
    const { trees } = this.#steps[this.#step].forest;
    byId("tree-title").textContent = trees === 1 ? "The tree" : `Tree ${number(at)} of ${number(trees)}`;
    byId("tree-at").setAttribute("aria-valuetext", `${at} of ${trees}`);
    const tree = await this.#inside.tree(this.#step, at - 1).catch(() => undefined);
    if (asked !== this.#asked) return;
    this.#tree = tree && { ...tree, nodes: linked(tree.nodes) };
    if (tree) this.#draw();
    else byId("tree").replaceChildren(html("p", { class: "note" }, "This tree is too large to be drawn."));
  }

  #draw() {
    if (!this.#tree || !this.#row || this.#asked < 0) return;
    const { nodes, rounds, target } = this.#tree;
    const columns = this.#before?.transform(this.#row).values;
    const way = columns ? wayOf(nodes, columns, rounds) : [0];
    const name = (node) => this.#condition(node);
    const answer = (leaf) => this.#answer(leaf, target);
    const picture = drawTree(layout(nodes, way), way, name, answer);
    byId("tree").replaceChildren(picture);
    const leaf = nodes[way.at(-1)];
    const told = leaf.leaf ? `The row arrives at ${answer(leaf.leaf).text} after ${way.length - 1} questions.` : "";
    byId("tree-path").textContent = told;
    picture.setAttribute("aria-label", `${byId("tree-title").textContent}. ${told} Its first question: ${nodes[0].leaf ? "none" : name(nodes[0])}`);
  }

  /** A split's condition in the features' own words and units. */
  #condition({ column, threshold, set: members }) {
    const made = this.#steps[this.#step].forest.columns[column];
    const input = made && this.#inputs[made.input];
    if (!input) return `column ${column} ${members ? "in a set" : `≤ ${number(threshold, 4)}`}`;
    if (made.category !== undefined) return `${input.name} ≠ ${input.categories[made.category]}`;
    if (members) return `${input.name}: ${this.#members(members, input).join(", ")}`;
    // A feature that was turned round by a negative scale is compared the other way round.
    const sign = made.scale < 0 ? "≥" : "≤";
    return `${input.name} ${sign} ${number((threshold - made.shift) / made.scale, 4)}`;
  }

  #members(words, { categories }) {
    const codes = words.flatMap((word, i) => Array.from({ length: 32 }, (_, bit) => ((word >>> bit) & 1 ? i * 32 + bit : -1)));
    return codes.filter((code) => code >= 0).map((code) => String(categories?.[code] ?? code));
  }

  #answer(leaf, target) {
    const signed = (x) => (x > 0 ? `+${number(x, 4)}` : number(x, 4));
    if (leaf.length === 1) {
      const several = target !== null && target !== undefined && (this.#classes?.length ?? this.#targets.length) > 2;
      return { text: signed(leaf[0]), colour: several ? target : undefined };
    }
    const best = leaf.indexOf(Math.max(...leaf));
    const sum = leaf.reduce((total, x) => total + x, 0);
    const isShares = this.#classes?.length === leaf.length && sum > 0 && leaf.every((x) => x >= 0);
    if (!isShares) return { text: leaf.map((x) => number(x, 3)).join(", ") };
    return { text: `${this.#classes[best]} ${percent(leaf[best] / sum)}`, colour: best };
  }
}
