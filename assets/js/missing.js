// Beside an empty input stands why it is empty; while something stands in the input that is out of sight, and nothing is said.
const holds = (control) => {
  if (control.matches("[type=checkbox], [type=radio]")) return control.checked;
  return control.type !== "hidden" || control.name !== "several" ? control.value.trim() !== "" : false;
};

function look(field) {
  const why = field.querySelector(":scope > [data-missing]");
  if (!why) return;
  const controls = [...field.querySelectorAll("input, select, textarea")].filter((one) => !why.contains(one) && !one.matches(".cur, [name=version]"));
  why.hidden = controls.some(holds);
}

const fieldOf = (target) => {
  const why = target.closest?.("[data-missing]");
  return why ? null : target.closest?.("[data-f]:has(> [data-missing]), form[data-cell]");
};

export function startMissing() {
  for (const name of ["input", "change"]) {
    document.addEventListener(name, (e) => {
      const field = fieldOf(e.target);
      if (field) look(field);
    });
  }
  // What is chosen by a menu or taken away by a cross changes inputs without telling.
  document.addEventListener("click", (e) => {
    const field = fieldOf(e.target);
    if (field) setTimeout(() => look(field), 60);
  });
}
