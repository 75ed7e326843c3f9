// Inline edit: a click (or E) on a cell asks the server for its editor; ↵, Tab and leaving save, Esc puts the old one back.
// A refused value stays in the cell with the reason under it (the server answers 422 with the editor again).
let ajax = null;
const before = new WeakMap();

/** Where a cell's editor is: whole, or the field's name under its row's record. */
function address(cell) {
  const { edit } = cell.dataset;
  return edit.startsWith("/") ? edit : `${cell.closest("[data-url]").dataset.url}cell/${edit}`;
}

function open(cell) {
  if (cell.querySelector("form")) return true;
  before.set(cell, [...cell.childNodes].map((n) => n.cloneNode(true)));
  ajax("GET", address(cell), { target: cell, swap: "innerHTML" });
  return true;
}

function restore(cell) {
  const old = before.get(cell);
  if (!old) return;
  cell.classList.remove("edit");
  cell.replaceChildren(...old);
  before.delete(cell);
  cell.focus();
}

/** E on a row: its focused cell, or the first one which can be edited. */
export function editCell(row) {
  const cell = document.activeElement?.closest?.("[data-edit]") || row.querySelector("[data-edit]");
  return cell ? open(cell) : false;
}

function next(cell, step) {
  const cells = [...cell.closest("tr, dl").querySelectorAll("[data-edit]")];
  const other = cells[cells.indexOf(cell) + step];
  if (other) setTimeout(() => open(other), 60);
}

export function startCells(htmx) {
  ajax = (verb, url, options) => htmx.ajax(verb, url, options);
  document.addEventListener("click", (e) => {
    const cell = e.target.closest("[data-edit]");
    if (!cell || e.target.closest("a, button, input, select, form") || getSelection()?.toString()) return;
    open(cell);
  });
  htmx.onLoad((root) => {
    const form = root.matches?.("form[data-cell]") ? root : root.querySelector?.("form[data-cell]");
    if (!form) return;
    form.closest("[data-edit]")?.classList.add("edit");
    const input = form.querySelector("input:not([type=hidden]), select, textarea");
    input?.focus();
    if (input?.select && input.type !== "date") input.select();
  });
  document.addEventListener("keydown", (e) => {
    const cell = e.target.closest?.("[data-edit]");
    if (cell && e.target === cell && (e.key === "Enter" || e.key === "F2")) return open(cell), e.preventDefault();
    const form = e.target.closest?.("form[data-cell]");
    if (!form) return;
    const holder = form.closest("[data-edit]");
    if (e.key === "Escape") return e.stopPropagation(), e.preventDefault(), (form.dataset.done = "1"), restore(holder);
    if (e.key === "Tab") return e.preventDefault(), form.requestSubmit(), next(holder, e.shiftKey ? -1 : 1);
  }, true);
  document.addEventListener("focusout", (e) => {
    const form = e.target.closest?.("form[data-cell]");
    if (!form || form.contains(e.relatedTarget) || "asks" in form.dataset) return; // of two values only a button decides
    setTimeout(() => {
      if (document.contains(form) && !form.dataset.done && !form.contains(document.activeElement)) form.requestSubmit();
    }, 30);
  });
  document.addEventListener("change", (e) => {
    const form = e.target.closest?.("form[data-cell]");
    if (form && e.target.tagName === "SELECT" && !e.target.multiple) form.requestSubmit();
  });
  document.addEventListener("htmx:afterSwap", (e) => {
    const cell = e.target.closest?.("[data-edit]");
    if (cell) cell.classList.toggle("edit", Boolean(cell.querySelector("form")));
  });
  // One save at a time: Enter, change and leaving would else send three.
  document.addEventListener("htmx:beforeRequest", (e) => {
    const form = e.target.closest?.("form[data-cell]");
    if (!form || e.target !== form) return; // a look for similar records is no save
    if (form.dataset.done) return e.preventDefault();
    form.dataset.done = "1";
  });
  // No answer, or none that could be shown: what was typed is still in the cell and can be sent again.
  const again = (e) => e.target.matches?.("form[data-cell]") && delete e.target.dataset.done;
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, again);
}
