// Measures what the page claims, in the tab it is shown in.

const RUNS = 31;
/** Browsers round their clock to 0.1 ms, so one run lasts long enough for that not to matter. */
const RUN_MILLISECONDS = 4;

/**
 * The median time of one call, in milliseconds: 31 runs of as many calls as take about 4 ms, the page free to draw in
 * between. It ends early where a signal says so.
 */
export async function timePerCall(call, signal) {
  const calls = callsPerRun(call);
  const times = [];
  for (let run = 0; run < RUNS && !signal?.aborted; run++) {
    times.push(timed(call, calls) / calls);
    await pause();
  }
  return { milliseconds: median(times), runs: RUNS, calls };
}

/** What the browser downloaded from below `folder`: how many files, their bytes as they are, and compressed by gzip. */
export async function downloaded(folder) {
  const urls = performance
    .getEntriesByType("resource")
    .map((entry) => entry.name)
    .filter((name) => name.startsWith(folder));
  const files = await Promise.all([...new Set(urls)].map(async (url) => (await fetch(url, { cache: "force-cache" })).blob()));
  const compressed = await Promise.all(files.map(gzipped));
  return { files: files.length, bytes: sum(files.map((file) => file.size)), gzip: sum(compressed) };
}

async function gzipped(file) {
  const stream = file.stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).blob()).size;
}

/** Doubles the number of calls until a run is long enough, twice: one may have been interrupted. Warms the code up on the way. */
function callsPerRun(call) {
  let calls = 1;
  const lasts = () => timed(call, calls) >= RUN_MILLISECONDS;
  while (!(lasts() && lasts()) && calls < 1 << 24) calls *= 2;
  return calls;
}

function timed(call, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) call(i);
  return performance.now() - start;
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

function sum(numbers) {
  return numbers.reduce((total, x) => total + x, 0);
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve));
}
