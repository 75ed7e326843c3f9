// What was typed is never lost: a form with data-draft keeps its values in this tab until it is saved.
const KEY = "kith-draft:";

const values = (form) => [...new FormData(form)].filter(([name, v]) => typeof v === "string" && !["csrfmiddlewaretoken", "version"].includes(name));

function fill(form, pairs) {
  const byName = new Map();
  for (const [name, value] of pairs) byName.set(name, [...(byName.get(name) || []), value]);
  for (const input of form.elements) {
    if (!input.name || !byName.has(input.name) || input.type === "file" || input.name === "csrfmiddlewaretoken" || input.name === "version") continue;
    const wanted = byName.get(input.name);
    if (input.type === "checkbox" || input.type === "radio") input.checked = wanted.includes(input.value);
    else if (input.multiple && input.options) for (const o of input.options) o.selected = wanted.includes(o.value);
    else input.value = wanted.shift() ?? "";
  }
}

function keep(form) {
  sessionStorage.setItem(KEY + form.dataset.draft, JSON.stringify(values(form)));
  const note = form.querySelector("[data-draft-note]");
  if (note) note.hidden = false;
}

export function startDrafts() {
  const restore = (root) => {
    for (const form of root.querySelectorAll?.("form[data-draft]") || []) {
      if (form.dataset.draftSeen || form.querySelector(".is-err")) continue;
      form.dataset.draftSeen = "1";
      const kept = sessionStorage.getItem(KEY + form.dataset.draft);
      if (!kept) continue;
      fill(form, JSON.parse(kept));
      form.dispatchEvent(new Event("change", { bubbles: true })); // what is shown may depend on it
      const note = form.querySelector("[data-draft-note]");
      if (note) note.hidden = false;
    }
  };
  restore(document);
  document.body.addEventListener("htmx:load", (e) => restore(e.target.parentElement || e.target));
  document.addEventListener("input", (e) => e.target.form?.dataset.draft && keep(e.target.form));
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-drop-draft]");
    if (button) sessionStorage.removeItem(KEY + button.dataset.dropDraft);
  });
  // Saved: the server names the draft which may go.
  document.body.addEventListener("draftdone", (e) => sessionStorage.removeItem(KEY + e.detail.value));
  for (const done of document.querySelectorAll("[data-draft-done]")) sessionStorage.removeItem(KEY + done.dataset.draftDone);
}
