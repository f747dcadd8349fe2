// Which of an alias's targets a visitor gets.
import { subtle } from "./digest.js";

/** What was drawn for an alias, as a fraction: it stays for as long as the page lives. */
const drawn = new Map();

/** One of the targets by their weights: the same for the same sticky key everywhere, else drawn once. */
export async function chosenTarget({ targets }, reference, sticky) {
  if (targets.length === 1) return targets[0];
  const sum = targets.reduce((total, { weight }) => total + weight, 0);
  // Exact: the sum of all weights has at most 21 bits.
  let rest = (await place(reference, sticky)) * sum;
  return targets.find(({ weight }) => (rest -= weight * 2 ** 32) < 0);
}

/** A whole number below 2³². */
async function place(reference, sticky) {
  if (sticky !== undefined) {
    const text = new TextEncoder().encode(`${reference.name}@${reference.alias}:${sticky}`);
    return new DataView(await subtle().digest("SHA-256", text)).getUint32(0);
  }
  const key = String(reference);
  if (!drawn.has(key)) drawn.set(key, Math.floor(Math.random() * 2 ** 32));
  return drawn.get(key);
}
