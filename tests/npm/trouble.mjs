// What can go wrong between `load` and a model, asked of the package wherever this module runs: Node and Chromium both do.
// Each returns what `load` rejected with, as text: an EdgeletError's code, or an abort's own reason.

const NEVER = new Promise(() => {});

/** Of the fixture `mixed.edgelet`, which is frozen: `openssl dgst -sha384 -binary mixed.edgelet | base64`. */
const INTEGRITY = "sha384-7rm/Rn6k95swqhA/3qnTiOYWlwW7s82m1TxrkyNLI7IQvgLqlD0bWAxuBKV447A+";

/** What a promise is rejected with; fails rather than waits forever. */
async function rejection(promise) {
  const late = new Promise((_, reject) => setTimeout(reject, 5000, new Error("load did not settle")));
  return Promise.race([promise, late]).then(
    () => "no error",
    (error) => error?.code ?? error?.message ?? String(error),
  );
}

/** Aborts `load` while it waits for something that never comes; the reason names the stage. */
export async function abortAtEveryStage({ load }, origin) {
  const answers = {};
  const abortWhile = async (stage, source, options = {}) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error(stage)), 30);
    answers[stage] = await rejection(load(source, { ...options, signal: controller.signal }));
  };
  const model = `${origin}/models/mixed.edgelet`;
  answers.before = await rejection(load(model, { signal: AbortSignal.abort(new Error("before")) }));
  await abortWhile("source", NEVER);
  await abortWhile("headers", model, { headers: () => NEVER });
  await abortWhile("fetch", model, { fetch: () => NEVER });
  await abortWhile("answer", `${origin}/never`);
  await abortWhile("body", `${origin}/stalls`);

  const stream = new ReadableStream({ pull: () => NEVER, cancel: (reason) => void (answers.cancelled = String(reason)) });
  await abortWhile("stream", stream);
  answers.cancelled ??= "not cancelled";

  for (const stage of ["download", "verify", "decode"]) {
    const controller = new AbortController();
    const onProgress = (progress) => progress.stage === stage && controller.abort(new Error(`at ${stage}`));
    const options = { signal: controller.signal, onProgress, integrity: INTEGRITY };
    answers[`at ${stage}`] = await rejection(load(model, options));
  }

  const controller = new AbortController();
  const loaded = await load(model, { signal: controller.signal });
  controller.abort();
  answers.after = typeof loaded.predict({ age: 30, usage: 1, plan: "pro" });
  return answers;
}

/** What {@link abortAtEveryStage} must return. */
export const EVERY_STAGE = {
  before: "before",
  source: "source",
  headers: "headers",
  fetch: "fetch",
  answer: "answer",
  body: "body",
  stream: "stream",
  cancelled: "Error: stream",
  "at download": "at download",
  "at verify": "at verify",
  "at decode": "at decode",
  after: "number",
};

/** Loads from a server that misbehaves, by what it does. */
export async function misbehave({ load }, origin) {
  const answers = {};
  for (const path of Object.keys(MISBEHAVIOUR)) answers[path] = await rejection(load(`${origin}${path}`));
  return answers;
}

/** The code that each misbehaviour of the server must give. */
export const MISBEHAVIOUR = {
  "/models/nothing.edgelet": "http_status",
  "/forbidden": "http_status",
  "/page": "not_a_model",
  "/zip": "not_a_model",
  "/cut": "network",
  "/too-long": "network",
  "/too-short": "truncated",
  "/two-gigabytes": "limit_exceeded",
};
