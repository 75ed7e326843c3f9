// The menu of the record under the pointer: right-click, the menu key, Shift+F10, M, or a finger that rests on a row. Opening and
// copying are there at once; what else can be done, the server says. On one of several ticked rows it holds what can be done with all
// of them. Shift+right-click, marked text and fields keep the browser's own menu.
import { el } from "./dom.js";
import { opened } from "./menus.js";

const REST = 550; // ms a finger rests on a row; on a card that can be dragged it lifts the card instead
const SLIP = 8; // px it may slip meanwhile
const TALL = 560; // px that the whole menu takes: the place is chosen for it before the server has answered
const menu = () => document.getElementById("context-menu");
let htmx = null;
let home = null; // where the menu stands; in a dialog, what is outside of it cannot be reached
let asked = 0; // answers that come late are dropped
let rest = null;

/** The address of a record, without what a list adds to it; "" for any other. */
function recordAt(href) {
  const url = new URL(href, location.href);
  const [, plural] = url.pathname.match(/^\/([a-z][a-z0-9_]*)\/[0-9a-f-]{36}\/$/) ?? [];
  return url.origin === location.origin && menu().dataset.kinds.split(" ").includes(plural) ? url.pathname : "";
}

/** {href, path, node: what gets the focus back, said: what can be copied} of the record that an element belongs to, or null. */
function found(target) {
  const link = target.closest?.("a[href]");
  const row = target.closest?.("[data-row], [data-card]");
  const main = row?.matches("a") ? row : row?.querySelector("a[data-main]");
  const node = link ?? main;
  const path = node && recordAt(node.href);
  if (!path) return null;
  const focus = row?.matches("[data-card]") && node === main ? row : node;
  return { href: node.href, path, node: focus, said: said(target.closest("td, dd") ?? (row?.matches("a") ? row.querySelector(".m") : node)) };
}

/** The words of a cell, without marks and buttons. */
function said(cell) {
  const copy = cell.cloneNode(true);
  for (const other of copy.querySelectorAll("[aria-hidden], button, select, input, .sr, .none")) other.remove();
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function place(box, x, y) {
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(y, innerHeight - Math.max(height, Math.min(TALL, innerHeight - 16)) - 8))}px`;
}

function hide() {
  if (menu()?.matches(":popover-open")) menu().hidePopover();
}

/** Puts what the server offers for a record into the menu, unless the menu belongs to another one by then. */
async function ask(path, slot) {
  const turn = (asked += 1);
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const answer = await fetch(`${path}menu`, { headers, credentials: "same-origin" }).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  if (turn !== asked) return;
  menu().removeAttribute("aria-busy");
  htmx.swap(slot, text, { swapStyle: "innerHTML" });
}

function fill(box, { href, path, said: text }, grown) {
  for (const link of box.querySelectorAll("[data-open]")) link.href = href;
  box.querySelector("[data-beside]").dataset.beside = `${path}drawer`;
  box.querySelector("[data-copy-address]").dataset.copy = new URL(path, location.href).href;
  const copy = box.querySelector("[data-copy-value]");
  const words = copy.querySelector("[data-words]");
  copy.hidden = !text;
  copy.dataset.copy = text;
  words.textContent = words.dataset.words.replace("{}", text.length > 28 ? `${text.slice(0, 27)}…` : text);
  const past = new URL(href, location.href).searchParams.has("as_of"); // on a past day nothing can be done, and there is no drawer
  box.querySelector("[data-beside]").hidden = past;
  const slot = box.querySelector("[data-doings]");
  slot.replaceChildren();
  asked += 1;
  box.removeAttribute("aria-busy");
  if (past) return;
  box.setAttribute("aria-busy", "true");
  ask(path, slot).finally(grown);
}

/** The bar of the ticked rows, where the row of an element is one of several. */
function together(target) {
  const bar = document.getElementById("bulk");
  const mine = target.closest?.("[data-row]")?.querySelector("input[name=ids][form=bulk]:checked");
  return mine && bar && document.querySelectorAll("input[name=ids][form=bulk]:checked").length > 1 ? bar : null;
}

/** Puts what the bar offers for all ticked rows into the menu. */
function fillWith(box, bar) {
  asked += 1;
  box.removeAttribute("aria-busy");
  const many = bar.querySelector("[data-count]").textContent;
  const group = el("div", { role: "group", "aria-label": many });
  group.append(el("div", { class: "mi head", "aria-hidden": "true" }, many));
  for (const button of bar.querySelectorAll("button[name=act]")) {
    const line = el("button", { class: `mi${button.value === "delete" ? " btn-d" : ""}`, role: "menuitem", type: "button" });
    line.append(button.querySelector("svg").cloneNode(true), button.textContent.trim());
    line.addEventListener("click", () => button.click());
    group.append(line);
  }
  box.querySelector("[data-doings]").replaceChildren(group);
}

/** Opens the menu of the record that `target` belongs to; false where there is none. */
function show(target, x, y) {
  const one = found(target);
  const dialog = document.querySelector("dialog[open]");
  if (!one || (dialog && !dialog.contains(target))) return false;
  const box = menu();
  hide();
  (dialog ?? home).append(box);
  opened.set(box, document.activeElement?.closest("[data-row], [data-card]")?.contains(target) ? document.activeElement : one.node);
  const bar = together(target);
  for (const line of box.querySelectorAll(":scope > .mi")) line.hidden = Boolean(bar);
  if (bar) fillWith(box, bar);
  else fill(box, one, () => box.matches(":popover-open") && place(box, x, y));
  box.showPopover();
  place(box, x, y);
  box.querySelector(".mi:not([hidden], .head)")?.focus({ preventScroll: true });
  return true;
}

/** By keyboard: for what has the focus, else for the row of the cursor. */
export function menuHere(row) {
  const at = [document.activeElement, row].find((one) => one && one !== document.body && found(one));
  if (!at) return false;
  const box = at.getBoundingClientRect();
  return show(at, box.left + 12, Math.min(box.bottom, innerHeight) - 4);
}

const own = (e) => e.target.closest?.("input, textarea, select, [contenteditable], #context-menu")
  || (getSelection()?.toString() && getSelection().containsNode(e.target, true));
const lifts = (target) => target.closest("[data-card]:not([data-fixed])") && target.closest("[data-board]:not([data-fixed])");

function fingers() {
  let from = null;
  const end = () => (clearTimeout(rest), (rest = null));
  document.addEventListener("pointerdown", (e) => {
    end();
    if (e.pointerType !== "touch" || !e.isPrimary || own(e) || lifts(e.target)) return;
    from = e;
    rest = setTimeout(() => {
      rest = null;
      if (!menu()?.matches(":popover-open") && !show(from.target, from.clientX, from.clientY)) return;
      // The finger is still down: lifting it is no click on the row, nor on the line that came under it.
      document.addEventListener("click", (click) => (click.preventDefault(), click.stopPropagation()), { capture: true, once: true, signal: AbortSignal.timeout(1500) });
    }, REST);
  });
  document.addEventListener("pointermove", (e) => rest && Math.hypot(e.clientX - from.clientX, e.clientY - from.clientY) > SLIP && end());
  for (const name of ["pointerup", "pointercancel", "scroll"]) document.addEventListener(name, end, true);
}

export function startContextMenu(library) {
  if (!menu()) return;
  htmx = library;
  home = menu().parentElement;
  let keyed = 0;
  document.addEventListener("contextmenu", (e) => {
    if (Date.now() - keyed < 500) return e.preventDefault(); // the menu key opened ours already
    if (e.defaultPrevented || e.shiftKey || own(e)) return;
    if (show(e.target, e.clientX, e.clientY)) e.preventDefault();
  });
  document.addEventListener("keydown", (e) => {
    const open = menu().matches(":popover-open");
    if (open && (e.key === "Escape" || e.key === "Tab")) return hide(), e.preventDefault(), e.stopPropagation();
    if (e.key !== "ContextMenu" && !(e.key === "F10" && e.shiftKey)) return;
    if (!open && !own(e) && menuHere(document.querySelector("[data-row].is-cursor"))) (keyed = Date.now()), e.preventDefault();
  }, true);
  menu().addEventListener("beforetoggle", (e) => {
    if (e.newState === "closed" && menu().contains(document.activeElement)) opened.get(menu())?.focus({ preventScroll: true });
  });
  const back = () => menu() && menu().parentElement !== home && home.append(menu());
  menu().addEventListener("toggle", (e) => e.newState === "closed" && back());
  document.addEventListener("close", (e) => e.target.contains(menu()) && (hide(), back()), true); // before the dialog is taken away
  menu().querySelector("[data-beside]").addEventListener("click", (e) => htmx.ajax("GET", e.currentTarget.dataset.beside, { source: opened.get(menu()), target: "#layer" }));
  document.addEventListener("pointerdown", (e) => menu().contains(e.target) || hide(), true);
  document.addEventListener("scroll", (e) => menu().contains(e.target) || hide(), true);
  for (const name of ["resize", "blur"]) addEventListener(name, hide);
  fingers();
}
