// Dates as texts, by one grammar, which src/kernel/date/text.rs has as well and tests/fixtures/dates/texts.json holds both to.
// Not by Date.parse alone: it takes a time without an offset for a local one, and what else it takes is each engine's own.

const GRAMMAR = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d):?(\d\d))?)?$/;

/** The milliseconds since 1970 of a text; NaN of one that is no date. */
export function milliseconds(text) {
  const [, day, time = "00:00", seconds = "00", fraction = "", sign = "+", hours = 0, minutes = 0] = GRAMMAR.exec(text) ?? [];
  const written = `${day}T${time}:${seconds}.${`${fraction}000`.slice(0, 3)}Z`;
  const date = new Date(written);
  // A day or time that there is not is refused by some engines, and another one to others.
  if (date.toJSON() !== written || hours > 23 || minutes > 59) return Number.NaN;
  return date - `${sign}1` * (hours * 60 + +minutes) * 60_000;
}
