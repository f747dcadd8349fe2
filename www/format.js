// Numbers for people.

const NO_BREAK_SPACE = "\u00a0";

/** With so many significant digits, thousands grouped, a real minus sign; very large and small ones as powers of ten. */
export function number(x, digits = 6) {
  if (!Number.isFinite(x)) return String(x);
  const magnitude = Math.abs(x);
  const scientific = magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e9);
  const text = scientific
    ? x.toExponential(digits - 1).replace(/\.?0+e/, "e")
    : x.toLocaleString("en", { maximumSignificantDigits: digits });
  return text.replaceAll("-", "−");
}

/** With exactly so many decimals. */
export function fixed(x, decimals) {
  return x.toFixed(decimals).replace("-", "−");
}

/** A share as a percentage. */
export function percent(share) {
  return `${(share * 100).toFixed(1)}${NO_BREAK_SPACE}%`;
}

/** A value and its unit, apart so that they can be set apart. */
export function bytes(count) {
  if (count < 10_000) return [count.toLocaleString("en"), "bytes"];
  return count < 1e6 ? [number(count / 1000, 3), "KB"] : [number(count / 1e6, 3), "MB"];
}

/** So many of a unit, with the prefix that makes the number short. */
export function many(count, unit) {
  const power = Math.max(0, Math.min(4, Math.floor(Math.log10(count) / 3)));
  return [number(count / 1000 ** power, 3), `${["", "k", "M", "G", "T"][power]}${unit}`];
}

/** A duration given in milliseconds, as value and unit. */
export function duration(milliseconds) {
  if (milliseconds < 1e-3) return [number(milliseconds * 1e6, 3), "ns"];
  if (milliseconds < 1) return [number(milliseconds * 1e3, 3), "µs"];
  if (milliseconds < 1000) return [number(milliseconds, 3), "ms"];
  return [number(milliseconds / 1000, 3), "s"];
}

/** A quantity as one text. */
export function joined([value, unit]) {
  return `${value}${NO_BREAK_SPACE}${unit}`;
}

/** A date without its time: the day a model was trained. */
export function day(date) {
  return date.toLocaleDateString("en", { year: "numeric", month: "long", day: "numeric", timeZone: "UTC" });
}
