// Small manners of forms: a button pressed twice sends once, a password can be looked at, a value can be copied,
// a line can be moved up and down, a select with data-submit sends its form, data-pick chooses in the select beside it, a check box with data-reveal shows more.
import { toast } from "./toasts.js";

export function startForms() {
  document.addEventListener("submit", (e) => {
    if (e.target.matches("[hx-post], [hx-get], [data-cell]") || e.target.method === "dialog" || e.target.target === "_blank") return;
    if (e.target.dataset.sent) return e.preventDefault();
    if (e.target.method !== "post") return;
    e.target.dataset.sent = "1";
    (e.submitter || e.target.querySelector("[type=submit]"))?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
  document.addEventListener("click", (e) => {
    const look = e.target.closest("[data-look]");
    if (look) {
      const input = document.getElementById(look.dataset.look);
      input.type = input.type === "password" ? "text" : "password";
      look.setAttribute("aria-pressed", input.type === "text");
    }
    const mover = e.target.closest("[data-move]");
    if (mover) {
      const item = mover.closest("li");
      if (mover.dataset.move === "up") item.previousElementSibling?.before(item);
      else item.nextElementSibling?.after(item);
      mover.focus();
    }
    const pick = e.target.closest("[data-pick]");
    if (pick) {
      const select = pick.closest(".mapr").querySelector("select");
      select.value = pick.dataset.pick;
      select.closest(".input").classList.remove("is-miss");
      select.focus();
      pick.remove();
    }
    if (e.target.closest("[data-print]")) print();
    const copy = e.target.closest("[data-copy]");
    if (copy) navigator.clipboard.writeText(copy.dataset.copy).then(() => toast({ text: copy.dataset.copied }));
  });
  // A page made for paper is printed as it opens, with its pictures and fonts there.
  if (document.querySelector("[data-print-now]") && !location.search.includes("entries=")) addEventListener("load", () => document.fonts.ready.then(() => print()));
  document.addEventListener("change", (e) => {
    if (e.target.matches("[data-submit]")) e.target.form.requestSubmit();
    if (e.target.matches("[data-reveal]")) document.getElementById(e.target.dataset.reveal).hidden = !e.target.checked;
  });
}
