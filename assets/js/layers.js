// Dialogs and drawers. The server sends <dialog class="dlg|drawer"> into #layer; here it is opened, closed and the
// focus given back. Never a dialog on a dialog: a second one takes the first one's place.
import { openerOf } from "./menus.js";

const layer = () => document.getElementById("layer");
let opener = null;

function open(dialog) {
  if (!opener || !document.contains(opener)) opener = document.activeElement;
  if (!dialog.open) dialog.showModal();
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (opener && document.contains(opener)) opener.focus();
    opener = null;
  });
  const first = dialog.querySelector("[autofocus], .is-err input, .is-err textarea, .is-err select");
  if (first) first.focus();
}

export function closeLayer() {
  for (const dialog of layer().querySelectorAll("dialog[open]")) dialog.close();
}

export function startLayers(htmx) {
  htmx.onLoad((root) => {
    if (root.matches?.("dialog") && layer().contains(root)) open(root);
    else if (layer().contains(root) || root === layer()) layer().querySelectorAll("dialog:not([open])").forEach(open);
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-close]")) return e.target.closest("dialog")?.close();
    // The backdrop belongs to the dialog element itself; a click inside hits a child.
    if (e.target.matches?.("dialog[open]") && e.target === e.target.closest("dialog") && outside(e)) e.target.close();
  });
  document.body.addEventListener("closelayer", closeLayer);
  // An act lacks something: the form which asks for it.
  document.body.addEventListener("ask", (e) => htmx.ajax("GET", e.detail.url, { target: "#layer" }));
  document.body.addEventListener("htmx:beforeRequest", (e) => {
    if (e.detail.target !== layer() || layer().contains(e.detail.elt)) return;
    const menu = e.detail.elt.closest?.("[popover]"); // shut by then: its line cannot have the focus back
    opener = (menu && openerOf(menu)) ?? e.detail.elt;
  });
}

function outside(e) {
  const box = e.target.getBoundingClientRect();
  return e.clientX < box.left || e.clientX > box.right || e.clientY < box.top || e.clientY > box.bottom;
}
