// Firefox for the tests, the stock one that Linux distributions have: driven by WebDriver BiDi.
import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

const USUAL = ["/usr/bin/firefox-esr", "/usr/bin/firefox"];

/** Starts the Firefox that `FIREFOX` names, or the installed one. */
export function launchFirefox() {
  const executablePath = [process.env.FIREFOX, ...USUAL].find((path) => path && existsSync(path));
  return puppeteer.launch({ browser: "firefox", executablePath });
}
