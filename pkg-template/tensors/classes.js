// What a network that tells classes says: their labels, the highest scores first.
import { EdgeletError, shown } from "./errors.js";
import { checkOptions } from "./options.js";
import { isImages } from "./images.js";
import { isSounds } from "./sounds.js";
import { isTexts } from "./texts.js";

/** The inputs by their names: pictures alone are those of the only input, texts and sounds of the one that takes them. */
export function named({ inputs }, given) {
  const takes = isImages(given) ? () => true : isTexts(given) ? ({ texts }) => texts : isSounds(given) ? ({ audio }) => audio : () => false;
  const takers = inputs.filter(takes);
  return takers.length === 1 ? { [takers[0].name]: given } : given;
}

/** Checks what is asked of `classify` before anything runs, and tells how many classes are wanted. */
export function topOf({ classes }, options = {}) {
  const { top = 5 } = options;
  if (classes === undefined) {
    const hint = "`edgelet import NETWORK --labels labels.txt` adds them.";
    throw new EdgeletError("unsupported_method", "classify", "a network with labels", "one without", hint);
  }
  checkOptions(options, { top: [(top) => Number.isInteger(top) && top > 0, "a whole number from 1"] });
  return top;
}

/** The labels of the highest scores: a list of one picture's, text's or sound's, else a list for each example. */
export function ranked({ classes, outputs }, made, top, given) {
  const { data, shape } = made[outputs[0].name];
  if (shape.at(-1) !== classes.length) {
    throw new EdgeletError("wrong_shape", outputs[0].name, `${classes.length} scores for each example`, shown(shape));
  }
  const lists = [];
  for (let start = 0; start < data.length; start += classes.length) {
    const scores = Array.from(data.subarray(start, start + classes.length), Number);
    const places = scores.map((_, place) => place).sort((a, b) => scores[b] - scores[a] || a - b);
    lists.push(places.slice(0, top).map((place) => ({ label: classes[place], score: scores[place] })));
  }
  return (isImages(given) || isTexts(given) || isSounds(given)) && !Array.isArray(given) ? lists[0] : lists;
}
