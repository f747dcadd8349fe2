// The sections of docs/RECIPES.md: the files that their blocks are, and the lines of their shells.
import { readFile } from "node:fs/promises";

const document = await readFile(new URL("../../docs/RECIPES.md", import.meta.url), "utf8");

/** A section by its title: `{ files, lines }`. */
export function recipe(title) {
  const section = document.split(/^#{2,3} /m).find((section) => section.startsWith(`${title}\n`));
  if (section === undefined) throw new Error(`docs/RECIPES.md has no section ${JSON.stringify(title)}`);
  const blocks = [...section.matchAll(/^```(\S+) ?(.*)\n([^]*?)^```$/gm)].map(([, language, name, text]) => ({ language, name, text }));
  const files = Object.fromEntries(blocks.filter(({ name }) => name !== "").map(({ name, text }) => [name, text]));
  const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.trim().split("\n"));
  return { files, lines };
}
