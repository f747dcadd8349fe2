// Chromium for the tests: where it is, and how it starts as root and without asking the network for anything.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const USUAL = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts the Chromium that `CHROMIUM` names, or the installed one; more arguments may say what its microphone hears. */
export function launch(more = []) {
  const executablePath = [process.env.CHROMIUM, ...USUAL].find((path) => path && existsSync(path));
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more] });
}
