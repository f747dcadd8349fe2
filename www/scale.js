// From what is known of a feature to a slider's ends and steps, and from two ends to the ticks of an axis.

/** A slider has about so many steps. */
const STEPS = 200;
/** How much is added at each end of what is known: a threshold is only interesting with both of its sides. */
const MARGIN = 0.08;

/** `{ low, high, step, typical }` of a range as `src/importer/ranges.rs` tells it; `undefined` if nothing is known. */
export function scaleOf(range) {
  if (!range?.bounds) return undefined;
  const [from, to] = range.bounds;
  const space = (to - from) * MARGIN;
  const fine = power((to - from) / STEPS);
  const step = range.whole ? Math.max(1, fine) : fine;
  const [low, high] = [Math.floor((from - space) / step) * step, Math.ceil((to + space) / step) * step];
  // A quantity that was never negative does not become so for the sake of a margin.
  const least = from >= 0 ? Math.max(0, low) : low;
  const typical = range.typical ?? (from + to) / 2;
  return { low: tidy(least, step), high: tidy(high, step), step, typical: tidy(Math.round(typical / step) * step, step) };
}

/** About `count` round numbers from `low` to `high`. */
export function ticks([low, high], count) {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step, step));
}

/** The largest power of ten that is not above `x`. */
function power(x) {
  return 10 ** Math.floor(Math.log10(x) + 1e-9);
}

/** Without the digits that a product of decimals leaves behind. */
function tidy(x, step) {
  const decimals = Math.min(100, Math.max(0, Math.ceil(-Math.log10(step)) + 1));
  return Number(x.toFixed(decimals));
}
