// Records side by side: left and right choose the record, up and down the field, Enter does it.
const rowsOf = (form) => [...form.querySelectorAll("[role=radiogroup]")];
const optionsOf = (row) => [...row.querySelectorAll("input[type=radio]")];

function choose(option) {
  if (!option) return;
  option.checked = true;
  option.focus();
  option.scrollIntoView({ block: "nearest" });
}

function moved(e, form) {
  const rows = rowsOf(form);
  const at = rows.indexOf(e.target.closest("[role=radiogroup]"));
  if (at < 0) return false;
  const options = optionsOf(rows[at]);
  const here = options.indexOf(e.target);
  if (e.key === "ArrowRight" || e.key === "ArrowLeft") {
    choose(options[here + (e.key === "ArrowRight" ? 1 : -1)]);
    return true;
  }
  if (e.key === "ArrowDown" || e.key === "ArrowUp") {
    const next = rows[at + (e.key === "ArrowDown" ? 1 : -1)];
    if (next) {
      const all = optionsOf(next);
      (all.find((one) => one.checked) || all[0]).focus();
      next.scrollIntoView({ block: "nearest" });
    }
    return true;
  }
  if (e.key === "Enter") {
    form.requestSubmit();
    return true;
  }
  return false;
}

export function startMerging() {
  document.addEventListener("keydown", (e) => {
    const form = e.target.closest?.("[data-merge]");
    if (!form || e.target.type !== "radio" || e.metaKey || e.ctrlKey || e.altKey) return;
    if (moved(e, form)) {
      e.preventDefault();
      e.stopPropagation();
    }
  }, true);
}
