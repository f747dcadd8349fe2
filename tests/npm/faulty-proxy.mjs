// A proxy between a client and a bucket that does what networks and caches do to answers, by chance from a seed: the n-th
// request of a load meets the same fault in every run, whatever else runs beside it.
import { once } from "node:events";
import { Agent, createServer, request as ask } from "node:http";

/** A generator of fractions (mulberry32). */
export function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const send = (response, { status, headers }, body) =>
  response.writeHead(status, { ...headers, "content-length": body.length }).end(body);
const at = (body, chance) => Math.floor(chance() * body.length);

/** What may happen to an answer. `older` is what an object was before it was replaced, if it was. */
const FAULTS = {
  late: (response, answer, chance) => setTimeout(() => send(response, answer, answer.body), 1 + chance() * 8),
  refused: (response) => response.destroy(),
  cut: (response, answer, chance) => {
    response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
    response.write(answer.body.subarray(0, at(answer.body, chance)), () => response.destroy());
  },
  broken: (response, _, chance) => response.writeHead([500, 502, 503, 504, 429][Math.floor(chance() * 5)]).end("<!doctype html>"),
  truncated: (response, answer, chance) => send(response, answer, answer.body.subarray(0, at(answer.body, chance))),
  corrupted: (response, answer, chance) => {
    const body = Buffer.from(answer.body);
    if (body.length > 0) body[at(body, chance)] ^= 1 << Math.floor(chance() * 8);
    send(response, answer, body);
  },
  longer: (response, answer) => send(response, answer, Buffer.concat([answer.body, answer.body.subarray(0, 9)])),
  "wrong range": (response, answer, chance) =>
    send(response, { ...answer, status: 206 }, answer.body.subarray(at(answer.body, chance))),
  stale: (response, answer, _, older) => send(response, answer, older ?? answer.body),
  page: (response, answer) => send(response, { ...answer, status: 200 }, Buffer.from("<!doctype html><title>Sign in</title>")),
  unchanged: (response) => response.writeHead(304).end(),
};

/**
 * A proxy of an origin: `share` of all answers meet a fault. Clients say which load a request belongs to in the header `load`.
 * `olderOf(path)` gives what an object was before. Returns `{ origin, met, close }`, how often each fault was met.
 */
export async function faultyProxy(target, share, seed, olderOf) {
  const met = Object.fromEntries(Object.keys(FAULTS).map((name) => [name, 0]));
  const agent = new Agent({ keepAlive: true });
  const chances = new Map();
  const server = createServer((request, response) => {
    const { load } = request.headers;
    if (!chances.has(load)) chances.set(load, seeded(seed ^ Math.imul(Number(load), 0x9e3779b1)));
    const chance = chances.get(load);
    const name = chance() < share ? Object.keys(FAULTS)[Math.floor(chance() * Object.keys(FAULTS).length)] : undefined;
    const onward = ask(new URL(request.url, target), { agent, headers: request.headers }, async (incoming) => {
      const pieces = await incoming.toArray();
      const { connection: _, ...headers } = incoming.headers;
      const answer = { status: incoming.statusCode, headers, body: Buffer.concat(pieces) };
      if (name === undefined) return send(response, answer, answer.body);
      met[name] += 1;
      FAULTS[name](response, answer, chance, olderOf(request.url));
    });
    onward.on("error", () => response.destroy()).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => (agent.destroy(), server.closeAllConnections(), server.close());
  return { origin: `http://127.0.0.1:${server.address().port}`, met, close };
}
