// The few lines that do the same in the visitor's own program, for each runtime, with this model's address and names.

import { byId, html } from "./dom.js";
import { RUNTIME } from "./runtime.js";

/** A row in a snippet names so many features at most. */
const MOST_NAMES = 12;

const base = (entry) => [`import { load } from "${entry}";`, ""];

/** For each runtime its name, and the lines around an address and a call; `entry` is the package's, `script` its file. */
const RUNTIMES = {
  bundler: ["a bundler: Vite, webpack, esbuild …", (url, call, { entry }) => ["// npm install edgelet", ...base(entry), `const model = await load(${url});`, call]],
  browser: [
    "a page, without a bundler",
    (url, call, { script }) => [
      '<script type="module">',
      ...indent([`import { load } from "./edgelet/${script}";`, "", `const model = await load(${url});`, call]),
      "</script>",
    ],
  ],
  script: [
    "a script tag",
    (url, call, { script }) => [
      "<script>",
      ...indent([`import(${JSON.stringify(`${RUNTIME}${script}`)}).then(async ({ load }) => {`, ...indent([`const model = await load(${url});`, call]), "});"]),
      "</script>",
    ],
  ],
  node: ["Node", (url, call, { entry }) => ["// npm install edgelet", ...base(entry), `const model = await load(${url});`, call]],
  deno: ["Deno and Bun", (url, call, { entry }) => ["// deno add npm:edgelet · bun add edgelet", ...base(entry), `const model = await load(${url});`, call]],
  worker: [
    "a Cloudflare Worker",
    (url, call, { entry }) => [
      ...base(entry),
      "let model;",
      "export default {",
      ...indent(["async fetch() {", ...indent([`model ??= await load(${url});`, `return Response.json(${call});`]), "},"]),
      "};",
    ],
  ],
};

let shown;

/** What a program asks for: a row's prediction. */
export function prediction(row, answer) {
  const names = Object.keys(row);
  const fields = names.slice(0, MOST_NAMES).map((name) => `  ${key(name)}: ${JSON.stringify(row[name])},`);
  const rest = names.length > MOST_NAMES ? [`  // … and ${names.length - MOST_NAMES} more`] : [];
  const result = JSON.stringify(ArrayBuffer.isView(answer) ? [...answer] : answer);
  return { entry: "edgelet", script: "edgelet.js", call: ["model.predict({", ...fields, ...rest, "})"].join("\n"), result };
}

/** Writes the snippet for a model and a call: `{ entry, script, call, result }`. */
export function showSnippet({ name, address }, asked) {
  shown = { address: address ?? `https://example.com/${encodeURIComponent(name)}`, ...asked };
  write();
}

function write() {
  const { address, call, result } = shown;
  const runtime = byId("runtime").value;
  const [, lines] = RUNTIMES[runtime];
  byId("snippet").textContent = lines(JSON.stringify(edgelet(address)), runtime === "worker" ? call : `${call}; // ${result}`, shown).join("\n");
}

/** The .edgelet file that lies beside another framework's. */
function edgelet(address) {
  return /@[\w.-]+$/.test(address) ? address : address.replace(/(\.edgelet|\.[a-z0-9]+)?$/i, ".edgelet");
}

function indent(lines) {
  return lines.flatMap((line) => line.split("\n")).map((line) => (line === "" ? "" : `  ${line}`));
}

function connect() {
  const runtime = byId("runtime");
  runtime.replaceChildren(...Object.entries(RUNTIMES).map(([value, [name]]) => html("option", { value }, name)));
  runtime.onchange = write;
  const button = byId("copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(byId("snippet").textContent);
      say(button, "Copied");
    } catch {
      // Where the clipboard is forbidden, the code is selected instead.
      getSelection().selectAllChildren(byId("snippet"));
      say(button, "Selected: press Ctrl+C");
    }
  });
}

function say(button, text) {
  byId("copied").textContent = text;
  button.textContent = text;
  setTimeout(() => {
    button.textContent = "Copy";
  }, 2000);
}

/** A name as a key of an object. */
export function key(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

connect();
