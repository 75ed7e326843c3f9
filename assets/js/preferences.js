// Theme and density change at once and are kept on the server; the language needs the words of a new page.
import { post } from "./dom.js";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function show(theme) {
  root.dataset.themeChoice = theme;
  root.dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
}

export function startPreferences() {
  show(root.dataset.themeChoice || "light");
  dark.addEventListener("change", () => show(root.dataset.themeChoice));
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-preference]");
    if (!button) return;
    let value = button.dataset.value;
    const name = button.dataset.preference;
    if (name === "theme" && value === "flip") value = root.dataset.theme === "dark" ? "light" : "dark";
    if (name === "theme") show(value);
    if (name === "density") root.dataset.density = value;
    const saved = post(button.dataset.url, { [name]: value });
    if (name === "language") saved.then(() => location.reload());
    for (const other of document.querySelectorAll(`[data-preference="${name}"][aria-pressed]`)) other.setAttribute("aria-pressed", other.dataset.value === value);
  });
}
