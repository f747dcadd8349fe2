// Measuring: competitors take turns within one run, so that a noisy machine disturbs them alike; the median of rounds counts.

/** The median of a list of numbers. */
export const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/**
 * Times competitors in turn. Each is { name, run(times) }, where run does its work `times` times over (and may be async).
 * Returns the median nanoseconds of one time, by name. Every competitor is warmed up for `warm` ms first.
 */
export async function race(competitors, { rounds = 15, roundMs = 40, warm = 300 } = {}) {
  const clock = async (run, times) => {
    const start = performance.now();
    await run(times);
    return (performance.now() - start) * 1e6;
  };
  for (const competitor of competitors) {
    let times = 1;
    let spent = 0;
    for (let total = 0; total < warm * 1e6; total += spent) {
      spent = await clock(competitor.run, times);
      if (spent < 5e6) times *= 2;
    }
    competitor.times = Math.max(1, Math.round((times * roundMs * 1e6) / spent));
    competitor.seen = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const { run, times, seen } of competitors) seen.push((await clock(run, times)) / times);
  }
  return Object.fromEntries(competitors.map(({ name, seen }) => [name, median(seen)]));
}
