// Menus are native popovers; this places them under (or above) their button and moves the focus with arrow keys.
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

export function startMenus() {
  document.addEventListener("toggle", (e) => {
    const menu = e.target;
    if (!menu.matches?.("[popover].menu")) return;
    // A phone has another button for the same menu than a desk: the one that is seen counts.
    const buttons = [...document.querySelectorAll(`[popovertarget="${menu.id}"]`)];
    const button = buttons.find((one) => one.getClientRects().length) ?? buttons[0];
    button?.setAttribute("aria-expanded", e.newState === "open");
    if (e.newState !== "open" || !button) return;
    place(menu, button);
    menu.querySelector("[autofocus], .mi, input")?.focus();
  }, true);
  document.addEventListener("keydown", (e) => {
    const menu = e.target.closest?.("[popover].menu");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(e.key)) return;
    const items = [...menu.querySelectorAll(".mi:not([disabled])")];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[e.key];
    items[(next + items.length) % items.length]?.focus();
    e.preventDefault();
  });
  document.addEventListener("click", (e) => {
    const item = e.target.closest("[popover].menu .mi:not([data-stay])");
    if (item) item.closest("[popover]").hidePopover();
  });
}
