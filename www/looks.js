// The style sheet of what was opened: a visitor who opens nothing does without.

/** Resolves when it is there. */
export const looks = new Promise((resolve) => {
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "model.css" });
  link.onload = link.onerror = resolve;
  document.head.append(link);
});
