// Menus are native popovers; this places them under (or above) their button and moves the focus with arrow keys and letters.
const GAP = 4;

function place(menu, button) {
  const b = button.getBoundingClientRect();
  const m = menu.getBoundingClientRect();
  const below = b.bottom + GAP + m.height <= innerHeight || b.top < m.height;
  menu.style.top = `${below ? b.bottom + GAP : b.top - GAP - m.height}px`;
  const right = menu.dataset.align === "end";
  const left = right ? b.right - m.width : b.left;
  menu.style.left = `${Math.max(8, Math.min(left, innerWidth - m.width - 8))}px`;
}

/** What opened a menu, and gets the focus back: its button, or what `opened` names for the menu under the pointer. A phone has
    another button for the same menu than a desk: the one that is seen counts. */
export function openerOf(menu) {
  if (opened.has(menu)) return opened.get(menu);
  const buttons = [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)];
  return buttons.find((one) => one.getClientRects().length) ?? buttons[0];
}
export const opened = new WeakMap();

/** The item that an arrow, Home, End or the first letter of its words leads to. */
function itemFor(e, menu) {
  const items = [...menu.querySelectorAll(".mi:not([disabled], .head)")].filter((one) => one.getClientRects().length);
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 }[e.key];
  if (to !== undefined) return items[(to + items.length) % items.length];
  if (e.key.length > 1 || e.key === " " || e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input")) return null;
  const wanted = e.key.toLowerCase();
  return [...items.slice(at + 1), ...items].find((one) => one.textContent.trim().toLowerCase().startsWith(wanted)) ?? null;
}

export function startMenus() {
  document.addEventListener("toggle", (e) => {
    const menu = e.target;
    if (!menu.matches?.("[popover].menu") || opened.has(menu)) return;
    const button = openerOf(menu);
    button?.setAttribute("aria-expanded", e.newState === "open");
    if (e.newState !== "open" || !button) return;
    place(menu, button);
    menu.querySelector("[autofocus], .mi, input")?.focus();
  }, true);
  document.addEventListener("keydown", (e) => {
    const menu = e.target.closest?.("[popover].menu");
    const item = menu && itemFor(e, menu);
    if (!item) return;
    item.focus();
    e.preventDefault();
  });
  document.addEventListener("click", (e) => {
    const item = e.target.closest("[popover].menu .mi:not([data-stay])");
    if (item) item.closest("[popover]").hidePopover();
  });
}
