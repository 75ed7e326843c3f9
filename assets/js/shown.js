// A form whose fields depend on each other: while somebody types, the server says which of them are shown and which are needed, and
// gives the sections anew where what was typed makes it another layout. What is hidden stays in the form with its value.
const PAUSE = 120;
const timers = new WeakMap();
const asked = new WeakMap();

const headers = () => ({ "X-CSRFToken": document.querySelector("meta[name=csrf]").content, "HX-Request": "true" });

function body(form) {
  const sent = new FormData(form);
  for (const name of ["record", "layout"]) sent.set(name, form.dataset[name] || "");
  if ("quick" in form.dataset) sent.set("quick", "1");
  for (const [name, value] of [...sent]) if (typeof value !== "string") sent.delete(name);
  return new URLSearchParams([...sent]);
}

/** Shows the fields that are not in the list and marks those that are needed; a section without any is away. */
function apply(form, { hidden, needed }) {
  for (const field of form.querySelectorAll("[data-f]")) {
    const name = field.dataset.f;
    field.hidden = hidden.includes(name) && !field.contains(document.activeElement) && !field.querySelector(".err");
    const star = field.querySelector(":scope > .label > [data-needed]");
    if (star) star.hidden = !needed.includes(name);
  }
  for (const section of form.querySelectorAll(".form-sec")) section.hidden = !section.querySelector("[data-f]:not([hidden])");
}

async function ask(form, htmx) {
  const number = (asked.get(form) || 0) + 1;
  asked.set(form, number);
  const answer = await fetch(form.dataset.live, { method: "POST", body: body(form), credentials: "same-origin", headers: headers() }).catch(() => null);
  if (!answer?.ok || asked.get(form) !== number || !document.contains(form)) return; // offline, or typed on meanwhile
  const news = await answer.json();
  if (asked.get(form) !== number) return;
  if (news.html) {
    form.dataset.layout = news.layout;
    await htmx.swap(form.querySelector("[data-form-sections]"), news.html, { swapStyle: "innerHTML" });
  }
  apply(form, news);
}

export function startShown(htmx) {
  const later = (e) => {
    const form = e.target.form || (e.target.matches?.("form") ? e.target : null);
    if (!form?.dataset.live || e.isComposing) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => ask(form, htmx), e.type === "change" ? 0 : PAUSE));
  };
  for (const kind of ["input", "change", "compositionend"]) document.addEventListener(kind, later);
}
