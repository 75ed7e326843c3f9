// Naming a colleague: "@" in a text of a form with data-mentions opens a list; arrows and ↵ choose, Esc closes.
// The text shows "@Name"; a hidden input carries the person, and the server makes a link of the two.
import { el } from "./dom.js";

const WAIT = 120;
const ASKED = /(?:^|[\s,，。(（])@([\p{L}\p{N}._-]{0,30})$/u;
let open = null; // {field, box, at: where the "@" stands}
let timer = null;

const options = () => (open ? [...open.box.querySelectorAll("[role=option]:not([aria-disabled=true])")] : []);

function close() {
  open?.field.removeAttribute("aria-activedescendant");
  open?.field.removeAttribute("aria-controls");
  open?.box.remove();
  open = null;
}

async function ask(field, text, at) {
  const form = field.closest("[data-mentions]");
  const url = new URL(form.dataset.mentions, location.href);
  url.searchParams.set("q", text);
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || document.activeElement !== field) return;
  const { items } = await answer.json();
  close();
  const box = el("div", { class: "menu mention-list", role: "listbox", id: "mention-list" });
  box.append(...items.map(option));
  if (!items.length) box.append(el("div", { class: "mi head" }, form.dataset.none));
  field.parentElement.append(box);
  open = { field, box, at };
  field.setAttribute("aria-controls", box.id);
  step(0);
}

function option(item, i) {
  const node = el("div", { class: "mi", role: "option", id: `mention-${i}`, "aria-selected": "false", "aria-disabled": item.may ? null : "true", "data-value": item.id });
  node.append(el("span", { class: "cut" }, item.title));
  if (item.note) node.append(el("span", { class: "c3 t12 push" }, item.note));
  return node;
}

function step(by) {
  const all = options();
  if (!all.length) return;
  const at = Math.max(0, all.findIndex((o) => o.getAttribute("aria-selected") === "true"));
  const next = all[(at + by + all.length) % all.length];
  for (const o of all) o.setAttribute("aria-selected", o === next);
  open.field.setAttribute("aria-activedescendant", next.id);
}

function choose(node) {
  const { field, at } = open;
  const name = node.firstChild.textContent;
  const end = field.selectionEnd;
  field.setRangeText(`@${name} `, at, end, "end");
  field.closest("form").append(el("input", { type: "hidden", name: "mention", value: node.dataset.value }));
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function startMentions() {
  document.addEventListener("input", (e) => {
    const field = e.target;
    if (!field.closest?.("[data-mentions]") || !field.matches("textarea, input[name=subject]")) return;
    clearTimeout(timer);
    const found = ASKED.exec(field.value.slice(0, field.selectionStart));
    if (!found) return close();
    timer = setTimeout(() => ask(field, found[1], field.selectionStart - found[1].length - 1), WAIT);
  });
  document.addEventListener("keydown", (e) => {
    if (!open || e.target !== open.field || e.isComposing) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") step(e.key === "ArrowDown" ? 1 : -1);
    else if (e.key === "Escape") close();
    else if (e.key === "Enter" || e.key === "Tab") {
      const node = options().find((o) => o.getAttribute("aria-selected") === "true");
      if (!node) return close();
      choose(node);
    } else return;
    e.preventDefault();
    e.stopPropagation();
  }, true);
  document.addEventListener("mousedown", (e) => {
    const node = e.target.closest(".mention-list [role=option]");
    if (!node) return;
    e.preventDefault();
    if (node.getAttribute("aria-disabled") !== "true") choose(node);
  });
  document.addEventListener("focusout", (e) => open && e.target === open.field && close());
}
