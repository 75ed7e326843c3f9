// Putting things in order: fields of a kind, options of a choice, sections of a layout. Dragged by their grip (SortableJS),
// moved by the arrows of each row or by Alt and the arrow keys; every step is spoken. What is in order is the order of the page.
import Sortable from "sortablejs";

const listOf = (item) => item.closest("[data-arrange]");
const itemsOf = (list) => [...list.querySelectorAll(":scope > [data-item]")];
const frameOf = (node) => node.closest("[data-arranging]");

/** Lists between which things move: those with the same word in data-arrange, in the order of the page. */
function family(list) {
  const word = list.dataset.arrange;
  return word ? [...frameOf(list).querySelectorAll(`[data-arrange="${CSS.escape(word)}"]`)] : [list];
}

function tell(item) {
  const frame = frameOf(item);
  const live = frame?.querySelector("[data-arrange-live]");
  if (!live) return;
  const all = itemsOf(listOf(item));
  const facts = { item: item.dataset.label || "", place: all.indexOf(item) + 1, many: all.length };
  live.textContent = JSON.parse(frame.dataset.words).moved.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);
}

/** Something stands elsewhere: the form that saves by itself is told, the other shows that it is not saved. */
function changed(node) {
  const frame = frameOf(node);
  if (!frame) return;
  frame.dispatchEvent(new CustomEvent("arranged", { bubbles: true }));
  const note = frame.querySelector("[data-unsaved]");
  if (note) note.hidden = false;
}

function step(item, by) {
  const list = listOf(item);
  const all = itemsOf(list);
  const next = all[all.indexOf(item) + by];
  if (next) by < 0 ? next.before(item) : next.after(item);
  else {
    const lists = family(list);
    const other = lists[lists.indexOf(list) + by];
    if (!other) return;
    by < 0 ? other.append(item) : other.prepend(item);
  }
  tell(item);
  changed(item);
}

function sortable(list) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  Sortable.create(list, {
    group: list.dataset.arrange || undefined, draggable: "[data-item]", handle: "[data-grip]", animation: calm ? 0 : 160,
    forceFallback: true, ghostClass: "is-slot", fallbackClass: "is-carried",
    onStart: () => document.documentElement.classList.add("is-arranging"),
    onEnd: (e) => {
      document.documentElement.classList.remove("is-arranging");
      if (e.from === e.to && e.oldIndex === e.newIndex) return;
      tell(e.item);
      changed(e.item);
    },
  });
}

const fresh = (template) => template.content.firstElementChild.cloneNode(true);

function addRow(list, text = "") {
  const row = fresh(list.parentElement.querySelector("template[data-row]"));
  list.append(row);
  const input = row.querySelector("input:not([type=hidden])");
  if (text) input.value = text;
  return input;
}

/** A column of a spreadsheet put into an option: one option a line. */
function paste(e) {
  const list = e.target.closest?.("[data-rows]");
  const lines = list && e.clipboardData.getData("text").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
  if (!lines || lines.length < 2) return;
  e.preventDefault();
  const at = e.target.name;
  e.target.value = lines[0];
  for (const line of lines.slice(1)) addRow(list).closest("[data-item]").querySelector(`[name="${at}"]`).value = line;
}

function pick(select) {
  const box = select.closest("[data-picker]");
  const option = select.selectedOptions[0];
  const list = box.querySelector("[data-arrange]");
  if (option.value && !(itemsOf(list).length >= Number(box.dataset.most || 1000))) {
    const row = fresh(box.querySelector("template[data-row]"));
    row.querySelector("input[type=hidden]").value = option.value;
    row.querySelector(".cut").textContent = row.dataset.label = option.text;
    for (const button of row.querySelectorAll("[aria-label]")) button.setAttribute("aria-label", button.getAttribute("aria-label") + option.text);
    list.append(row);
    option.hidden = option.disabled = true;
    changed(row);
  }
  select.value = "";
}

function take(item) {
  const box = item.closest("[data-picker]");
  const value = item.querySelector("input[type=hidden]").value;
  const near = item.nextElementSibling || item.previousElementSibling;
  const option = box?.querySelector(`option[value="${CSS.escape(value)}"]`);
  if (option) option.hidden = option.disabled = false;
  changed(item);
  item.remove();
  (near?.querySelector("[data-take-row]") || box?.querySelector("select"))?.focus();
}

function sections(e) {
  const mover = e.target.closest("[data-section-step]");
  const section = e.target.closest("[data-section]");
  if (mover) {
    const near = mover.dataset.sectionStep === "up" ? section.previousElementSibling : section.nextElementSibling;
    if (near) mover.dataset.sectionStep === "up" ? near.before(section) : near.after(section);
    changed(section);
    mover.focus();
  } else if (e.target.closest("[data-section-drop]")) {
    const near = section.previousElementSibling || section.nextElementSibling;
    if (!near) return;
    near.querySelector("[data-arrange]").append(...itemsOf(section.querySelector("[data-arrange]")));
    changed(section);
    section.remove();
    near.querySelector("input:not([type=hidden])").focus();
  } else if (e.target.closest("[data-add-section]")) {
    const box = frameOf(e.target).querySelector("[data-sections]");
    const made = fresh(frameOf(e.target).querySelector("template[data-new-section]"));
    const number = `section:n${Date.now().toString(36)}`;
    made.querySelector("[name=place]").value = number;
    for (const input of made.querySelectorAll("[name^='section:']")) input.name = number + input.name.slice(input.name.indexOf("."));
    box.append(made);
    sortable(made.querySelector("[data-arrange]"));
    made.querySelector("input:not([type=hidden])").focus();
  }
}

/** The line of the condition that an eye stands for, and its input. */
const ownerOf = (node) => node.closest(".ly-r, .ly-h, .field");
const lineOf = (eye) => ownerOf(eye).querySelector("[data-line]");

/** The dialog with rows for a condition; what it is about cannot decide about itself. */
function choose(eye) {
  const input = lineOf(eye).querySelector("input");
  const row = eye.closest("[data-item], [data-section]");
  const places = row ? [...row.querySelectorAll("[name=place]")].map((one) => one.value).filter((name) => !name.startsWith("section:")) : [];
  const sent = new URLSearchParams([["into", input.name], ["text", input.value], ...places.map((name) => ["about", name])]);
  window.htmx.ajax("GET", `${eye.dataset.when}?${sent}`, { target: "#layer", source: eye });
}

/** What was chosen there, as text in its place. */
function chosen({ into, text }) {
  const input = document.querySelector(`[data-arranging] [name="${CSS.escape(into)}"]`);
  if (!input) return;
  input.value = text;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  changed(input);
}

/** A condition is shown as long as there is one, and its eye is lit. */
function lit(input) {
  const line = input.closest("[data-line]");
  if (!line.hasAttribute("data-stays")) line.hidden = !input.value && document.activeElement !== input;
  ownerOf(line).querySelector("[data-when]").classList.toggle("is-on", Boolean(input.value));
}

function click(e) {
  const mover = e.target.closest("[data-step]");
  if (mover) {
    step(mover.closest("[data-item]"), mover.dataset.step === "up" ? -1 : 1);
    mover.focus();
  }
  const adder = e.target.closest("[data-add-row]");
  if (adder) addRow(adder.closest("fieldset").querySelector("[data-rows]")).focus();
  const taker = e.target.closest("[data-take-row]");
  if (taker) take(taker.closest("[data-item]"));
  const insert = e.target.closest("[data-insert]");
  if (insert) {
    const area = insert.closest("form").elements.formula;
    area.setRangeText(insert.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  const eye = e.target.closest("[data-when]");
  if (eye) choose(eye);
  sections(e);
}

/** A column of the board of which nothing was needed yet: its fields can be chosen. */
function addStep(select) {
  const option = select.selectedOptions[0];
  const box = select.closest("[data-steps]").querySelector(`[data-picker="${CSS.escape(option.value)}"]`);
  select.value = "";
  if (!box) return;
  box.hidden = false;
  option.hidden = option.disabled = true;
  box.querySelector("select").focus();
}

function keys(e) {
  const item = e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown") && e.target.closest("[data-item]");
  if (!item) return;
  e.preventDefault();
  step(item, e.key === "ArrowUp" ? -1 : 1);
  e.target.focus();
}

let listening = false;
export function startKinds(root) {
  for (const list of root.querySelectorAll("[data-arrange]")) if (!Sortable.get(list)) sortable(list);
  if (listening) return;
  listening = true;
  document.addEventListener("click", click);
  document.addEventListener("keydown", keys);
  document.addEventListener("paste", paste);
  document.body.addEventListener("condition", (e) => chosen(e.detail));
  document.addEventListener("input", (e) => { if (e.target.closest("[data-line]")) lit(e.target); });
  // A proposal of code and address that comes while somebody writes there himself is too late.
  document.addEventListener("htmx:beforeSwap", (e) => {
    if (e.detail.target.id === "codes" && e.detail.target.contains(document.activeElement)) e.detail.shouldSwap = false;
  });
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-pick-add]")) pick(e.target);
    else if (e.target.matches("[data-step-add]")) addStep(e.target);
    else if (frameOf(e.target)) frameOf(e.target).querySelector("[data-unsaved]")?.removeAttribute("hidden");
  });
}
