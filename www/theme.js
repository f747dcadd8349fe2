// Light or dark. The system decides until the visitor does; the choice is remembered where storage is allowed.
// A classic script in the head, so that the first paint already has the right colours.
"use strict";
{
  const KEY = "edgelet-theme";
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  /** Storage may be forbidden (private windows, sandboxed frames): then the choice lasts as long as the page. */
  const remembered = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Nothing to do: the page works without a memory.
    }
  };
  const current = () => root.dataset.theme ?? (systemIsDark.matches ? "dark" : "light");
  const opposite = () => (current() === "dark" ? "light" : "dark");

  const chosen = remembered();
  if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;

  document.addEventListener("DOMContentLoaded", () => {
    const toggle = document.getElementById("theme");
    const label = () => {
      toggle.textContent = opposite() === "dark" ? "Dark" : "Light";
      toggle.setAttribute("aria-label", `Switch to ${opposite()} colours`);
    };
    toggle.addEventListener("click", () => {
      root.dataset.theme = opposite();
      remember(root.dataset.theme);
      label();
    });
    systemIsDark.addEventListener("change", label);
    label();
  });
}
