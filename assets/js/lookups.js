// Choosing a record for a link field: a combobox. Typing asks the server; arrows and ↵ choose; the id sits in a hidden input.
// Links (many) keep chips, each with its own hidden input.
import { el, icon } from "./dom.js";

const WAIT = 180;
const timers = new WeakMap();

const list = (box) => box.querySelector("[role=listbox]");
const options = (box) => [...list(box).querySelectorAll("[role=option]")];

async function ask(box, text) {
  const url = new URL(box.dataset.lookup, location.href);
  url.searchParams.set("q", text);
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { items } = await answer.json();
  list(box).replaceChildren(...items.map((item, i) => option(box, item, i)));
  if (!items.length) list(box).append(el("div", { class: "mi head" }, box.dataset.none));
  list(box).hidden = false;
  input(box).setAttribute("aria-expanded", "true");
}

function option(box, item, i) {
  const node = el("div", { class: "mi", role: "option", id: `${box.id}-${i}`, "aria-selected": "false", "data-value": item.id });
  node.append(el("span", { class: "cut" }, item.title));
  if (item.note) node.append(el("span", { class: "c3 t12 push cut" }, item.note));
  return node;
}

const input = (box) => box.querySelector("input[role=combobox]");

function close(box) {
  list(box).hidden = true;
  input(box).setAttribute("aria-expanded", "false");
  input(box).removeAttribute("aria-activedescendant");
}

function choose(box, node) {
  const title = node.firstChild.textContent;
  if (box.hasAttribute("data-many")) {
    if (![...box.querySelectorAll("input[type=hidden]")].some((h) => h.value === node.dataset.value)) addChip(box, node.dataset.value, title);
    input(box).value = "";
  } else {
    box.querySelector("input[type=hidden]").value = node.dataset.value;
    input(box).value = title;
    input(box).dataset.chosen = title;
  }
  close(box);
  const hidden = box.querySelector("input[type=hidden]");
  hidden?.dispatchEvent(new Event("input", { bubbles: true }));
  hidden?.dispatchEvent(new Event("change", { bubbles: true }));
  const cell = box.closest("form[data-cell]");
  if (cell && !box.hasAttribute("data-many")) cell.requestSubmit();
}

function addChip(box, value, title) {
  const chip = el("span", { class: "chip chip-line" }, title);
  const shut = el("button", { type: "button", class: "x", "data-drop-chip": "", "aria-label": `${box.dataset.remove} ${title}` });
  shut.append(icon("x", 12));
  chip.append(shut, el("input", { type: "hidden", name: box.dataset.name, value }));
  input(box).before(chip);
}

function step(box, by) {
  const all = options(box);
  if (!all.length) return;
  const at = all.findIndex((o) => o.getAttribute("aria-selected") === "true");
  const next = all[(at + by + all.length) % all.length];
  for (const o of all) o.setAttribute("aria-selected", o === next);
  next.scrollIntoView({ block: "nearest" });
  input(box).setAttribute("aria-activedescendant", next.id);
}

export function startLookups() {
  document.addEventListener("input", (e) => {
    const box = e.target.closest("[data-lookup]");
    if (!box || e.target !== input(box)) return;
    if (!e.target.value && !box.hasAttribute("data-many")) box.querySelector("input[type=hidden]").value = "";
    clearTimeout(timers.get(box));
    timers.set(box, setTimeout(() => ask(box, e.target.value), WAIT));
  });
  document.addEventListener("focusin", (e) => {
    const box = e.target.closest?.("[data-lookup]");
    if (box && e.target === input(box) && list(box).hidden && !e.target.value) ask(box, "");
  });
  document.addEventListener("keydown", (e) => {
    const box = e.target.closest?.("[data-lookup]");
    if (!box || e.target !== input(box)) return;
    if (e.key === "ArrowDown" && list(box).hidden) ask(box, e.target.value);
    else if (e.key === "ArrowDown" || e.key === "ArrowUp") step(box, e.key === "ArrowDown" ? 1 : -1), e.preventDefault();
    else if (e.key === "Escape" && !list(box).hidden) close(box), e.stopPropagation(), e.preventDefault();
    else if (e.key === "Enter" && !list(box).hidden) {
      const node = options(box).find((o) => o.getAttribute("aria-selected") === "true") || options(box)[0];
      if (node) choose(box, node), e.preventDefault();
    }
  }, true);
  document.addEventListener("mousedown", (e) => {
    const node = e.target.closest("[data-lookup] [role=option]");
    if (node) e.preventDefault(), choose(node.closest("[data-lookup]"), node);
  });
  document.addEventListener("focusout", (e) => {
    const box = e.target.closest?.("[data-lookup]");
    if (!box || e.target !== input(box) || box.contains(e.relatedTarget)) return;
    close(box);
    if (!box.hasAttribute("data-many") && e.target.value && e.target.value !== e.target.dataset.chosen) e.target.value = e.target.dataset.chosen || "";
  });
  document.addEventListener("click", (e) => {
    const shut = e.target.closest("[data-drop-chip]");
    if (!shut) return;
    const form = shut.closest("form");
    shut.closest(".chip").remove();
    form?.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
