// What can be taken away from the page: a link that opens the same model, the model as an .edgelet file, and as an npm package.

import { byId, set } from "./dom.js";

let file;
let opened;
let packaging;

/** Connects them for the model that is shown, and puts its address in the page's own. */
export function showActions(shown) {
  const { bytes, name, address } = shown;
  opened = shown;
  packaging?.close();
  packaging = undefined;
  if (file) URL.revokeObjectURL(file);
  file = bytes && URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
  const download = byId("download");
  set(download, { href: file, download: `${name.replace(/\.[^.]+$/, "")}.edgelet`, hidden: !file });
  byId("package").hidden = !bytes;
  byId("package").onclick = openPackaging;
  byId("share").hidden = !address;
  byId("shared").textContent = "";
  const link = new URL(location.href);
  link.hash = "";
  // A file of the visitor's own has no address: the page's must not name another model.
  if (address) link.searchParams.set("model", relative(address));
  else link.searchParams.delete("model");
  history.replaceState(null, "", link);
  byId("share").onclick = () => copy(link.href);
}

/** Opens the form for an npm package, or closes it. */
async function openPackaging() {
  const asked = opened;
  const { Packaging } = await import("./packaging.js");
  if (asked !== opened) return;
  packaging ??= new Packaging(opened);
  packaging.toggle();
}

/** An address below the page's own folder is written without it, so that the link outlives a move of the site. */
function relative(address) {
  const folder = new URL(".", location.href).href;
  return address.startsWith(folder) ? address.slice(folder.length) : address;
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link);
    byId("shared").textContent = "The link is copied.";
  } catch {
    byId("shared").textContent = link;
  }
}
