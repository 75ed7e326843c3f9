// The keyboard map. One place says what a key does; the help dialog (?) is rendered by the server from the same list.
import { typing } from "./dom.js";
import { editCell } from "./cells.js";
import { menuHere } from "./contextmenu.js";
import { tick } from "./selection.js";
import { undoLast } from "./toasts.js";

const rows = () => [...document.querySelectorAll("[data-row]")].filter((r) => r.offsetParent !== null);
let at = -1;
let go = 0; // when G was pressed: the next letter goes

function cursor() {
  const list = rows();
  if (at >= list.length) at = list.length - 1;
  return list[at] || null;
}

function move(step) {
  const list = rows();
  if (!list.length) return false;
  at = Math.max(0, Math.min(list.length - 1, at + step));
  for (const row of list) row.classList.toggle("is-cursor", row === list[at]);
  list[at].scrollIntoView({ block: "nearest" });
  const link = list[at].querySelector("a[data-main]") || list[at];
  link.focus({ preventScroll: true });
  return true;
}

const click = (selector) => {
  const target = [...document.querySelectorAll(selector)].find((t) => t.offsetParent !== null);
  if (!target) return false;
  target.click();
  return true;
};
const focus = (selector) => {
  const target = document.querySelector(selector);
  if (!target || target.offsetParent === null) return false;
  target.focus();
  return true;
};
const withCursor = (act) => () => (cursor() ? (act(cursor()), true) : false);

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: withCursor(tick),
  e: () => (cursor() ? editCell(cursor()) : click("[data-key=e]")),
  z: undoLast,
  c: () => click("[data-key=c]"),
  m: () => menuHere(cursor()) || click("[popovertarget=record-menu]"),
  n: () => focus("[data-key=note]"),
  f: () => focus("[data-key=filter]") || click("[data-key=filter-button]"),
  "/": () => click("[data-key=palette]"),
  "?": () => (document.querySelector("[data-key=help]")?.click(), true),
  "[": () => click("[data-key=previous]"),
  "]": () => click("[data-key=next]"),
  g: () => ((go = Date.now()), true),
};

function tabs(e) {
  if (!/^[1-9]$/.test(e.key)) return false;
  const tab = document.querySelectorAll("[role=tab][data-tab]")[Number(e.key) - 1];
  tab?.click();
  return Boolean(tab);
}

function arrows(e) {
  const tab = e.target.closest?.("[role=tab]");
  if (!tab || !["ArrowRight", "ArrowLeft"].includes(e.key)) return false;
  const list = [...tab.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const next = list[(list.indexOf(tab) + (e.key === "ArrowRight" ? 1 : list.length - 1)) % list.length];
  next.focus();
  next.click();
  return true;
}

function enter(e) {
  const row = cursor();
  if (!row || !row.contains(e.target) || e.target.closest("button, input, select, textarea")) return false;
  if (e.metaKey || e.ctrlKey) row.querySelector("[data-drawer]")?.click();
  else row.querySelector("a[data-main]")?.click();
  return true;
}

export function startKeys(htmx) {
  document.addEventListener("keydown", (e) => {
    if (e.key === "Enter" && (e.metaKey || e.ctrlKey) && e.target.form && e.target.closest("form[data-submit-key]")) {
      e.target.form.requestSubmit();
      return e.preventDefault();
    }
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === "k") {
      if (click("[data-key=palette]")) e.preventDefault();
      return;
    }
    if ((e.metaKey || e.ctrlKey) && !e.shiftKey && !e.altKey && e.key.toLowerCase() === "p" && !document.querySelector("dialog[open]")) {
      const print = document.querySelector("[data-key=print]"); // in a menu, so not seen; without one the browser prints the page
      if (print) location.href = print.href, e.preventDefault();
      return;
    }
    if (e.defaultPrevented || typing(e) || e.altKey || document.querySelector("dialog[open]")) return;
    if (e.key === "Enter") return enter(e) && e.preventDefault();
    if (e.metaKey || e.ctrlKey) return;
    if (Date.now() - go < 1200) {
      go = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(e.key.toLowerCase())}"]`);
      if (link) return link.click(), e.preventDefault();
    }
    const act = KEYS[e.key.toLowerCase()];
    if (arrows(e) || tabs(e) || (act && act())) e.preventDefault();
  });
  htmx.onLoad(() => { if (!cursor()) at = -1; });
}
