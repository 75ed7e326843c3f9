// Ticking rows and the bulk bar. The ids live in the check boxes (form "bulk"); "all of this view" is one flag.
const boxes = () => [...document.querySelectorAll("input[name=ids][form=bulk]")];
const all = () => document.getElementById("tick-all");
const bar = () => document.getElementById("bulk");
let last = null;

export function refresh() {
  if (!bar()) return;
  const on = boxes().filter((b) => b.checked);
  for (const b of boxes()) b.closest("tr, .mrow")?.setAttribute("aria-selected", b.checked);
  const whole = document.getElementById("bulk-whole");
  if (on.length < boxes().length && whole) whole.value = "";
  const isWhole = whole && whole.value === "yes";
  bar().hidden = on.length === 0;
  const count = bar().querySelector("[data-count]");
  count.textContent = isWhole ? count.dataset.whole : count.dataset.text.replace("%d", on.length);
  const more = bar().querySelector("[data-whole-button]");
  if (more) more.hidden = isWhole || on.length < boxes().length;
  if (all()) {
    all().checked = on.length > 0 && on.length === boxes().length;
    all().indeterminate = on.length > 0 && on.length < boxes().length;
  }
}

export function clear() {
  for (const b of boxes()) b.checked = false;
  const whole = document.getElementById("bulk-whole");
  if (whole) whole.value = "";
  refresh();
}

export function tick(row) {
  const take = row.querySelector("input[data-take]"); // a tick that is kept at once
  if (take) return take.click();
  const box = row.querySelector("input[name=ids]");
  if (!box) return;
  box.checked = !box.checked;
  last = box;
  refresh();
}

export function startSelection(htmx) {
  document.addEventListener("click", (e) => {
    const box = e.target.closest("input[name=ids][form=bulk]");
    if (box && e.shiftKey && last) {
      const list = boxes();
      const [a, b] = [list.indexOf(last), list.indexOf(box)].sort((x, y) => x - y);
      for (const between of list.slice(a, b + 1)) between.checked = box.checked;
    }
    if (box) last = box;
    if (e.target.id === "tick-all") for (const b of boxes()) b.checked = e.target.checked;
    if (e.target.closest("[data-clear-selection]")) clear();
    if (e.target.closest("[data-whole-button]")) document.getElementById("bulk-whole").value = "yes";
    if (box || e.target.id === "tick-all" || e.target.closest("[data-whole-button]")) refresh();
  });
  htmx.onLoad(refresh);
}
