// Texts as a network with a tokenizer takes them: each alone, or with a second one that belongs to it.
import { EdgeletError, shown } from "./errors.js";

const isText = (value) => typeof value === "string" || typeof value?.text === "string";

/** Whether a value is a text, or a list of them. */
export function isTexts(value) {
  return Array.isArray(value) && value.length > 0 ? value.every(isText) : isText(value);
}

/** The texts, and their second ones if they have any. */
export function sentencesOf(at, given) {
  const all = [given].flat().map((text) => (typeof text === "string" ? { text } : text));
  const seconds = all.flatMap(({ pair }) => (pair === undefined ? [] : [pair]));
  const wrong = seconds.findIndex((pair) => typeof pair !== "string");
  if (wrong >= 0) throw new EdgeletError("wrong_type", `${at}[${wrong}].pair`, "a text", shown(seconds[wrong]));
  if (seconds.length > 0 && seconds.length < all.length) {
    throw new EdgeletError("wrong_shape", at, "a second text with each or with none", `${seconds.length} with ${all.length}`);
  }
  return { texts: all.map(({ text }) => text), seconds };
}
