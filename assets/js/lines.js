// The table of a deal's products: totals while one types, ↵ to the next line, Alt+↑ ↓ to move a line, and what is being
// typed in another cell survives the answer that brings the table anew.
const number = (text) => {
  const plain = text.trim().replace(/[\s,，]/g, "");
  return plain === "" ? 0 : /^-?\d*\.?\d*$/.test(plain) ? Number(plain) : NaN;
};

function total(row) {
  const value = (name) => number(row.querySelector(`[data-part=${name}]`)?.value || "");
  return value("quantity") * value("price") * (1 - value("discount") / 100);
}

function reckon(table) {
  const { currency, lang } = table.dataset;
  if (!currency) return;
  const shown = new Intl.NumberFormat(lang, { style: "currency", currency, currencyDisplay: "narrowSymbol" });
  let sum = 0;
  for (const row of table.querySelectorAll("[data-line]")) {
    const mine = total(row);
    sum += mine;
    row.querySelector("[data-part=total]").textContent = Number.isNaN(mine) ? "–" : shown.format(mine);
  }
  const foot = table.querySelector("[data-sum]");
  if (foot && !Number.isNaN(sum)) foot.textContent = shown.format(sum);
}

function keys(e) {
  const row = e.target.closest("[data-lines] [data-line], [data-lines] [data-add]");
  if (!row || e.isComposing) return;
  if (e.key === "Enter" && e.target.matches("input:not([role=combobox])")) {
    e.preventDefault();
    const next = row.nextElementSibling?.querySelector(`[name="${e.target.name}"]`) || document.getElementById("ln-add");
    if (row.hasAttribute("data-add")) e.target.blur();
    else next?.focus();
  }
  if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown") && row.hasAttribute("data-line")) {
    e.preventDefault();
    row.querySelector(`[data-way=${e.key === "ArrowUp" ? "up" : "down"}]`).click();
  }
}

export function startLines() {
  let typed = null;
  document.addEventListener("input", (e) => {
    const table = e.target.closest("[data-lines]");
    if (table && e.target.dataset.part) reckon(table);
  });
  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:beforeSwap", (e) => {
    const active = document.activeElement;
    const inside = e.detail.target.id === "deal-lines" && active?.id && e.detail.target.contains(active);
    const mine = inside && !e.detail.requestConfig.elt.contains(active.closest("[data-add]")); // what was added is done with
    typed = mine && active.value !== active.defaultValue ? [active.id, active.value] : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    const input = typed && document.getElementById(typed[0]);
    const text = typed?.[1];
    typed = null;
    if (!input || input.value === text) return;
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true })); // totals and lookups hear of it
  });
}
