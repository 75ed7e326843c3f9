// Who else is on the record that this page shows: small round marks, and a ring around whoever is editing it.
import { el } from "./dom.js";

const MOST = 4;
const letters = (name) => (/\p{Script=Han}/u.test(name) ? name.slice(0, 1) : name.split(/\s+/).map((part) => part[0]).filter((_, n, all) => n === 0 || n === all.length - 1).join(""));

/** `people` are [{name, editing}], nobody twice and never the reader. */
export function showHere(people) {
  const place = document.querySelector("[data-here]");
  if (!place) return;
  const { also, editing } = place.dataset;
  const marks = people.slice(0, MOST).map((one) => {
    const said = (one.editing ? editing : also).replace("%s", one.name);
    const mark = el("span", { class: `av av-24${one.editing ? " edits" : ""}`, title: said, role: "img", "aria-label": said }, letters(one.name));
    return mark;
  });
  if (people.length > MOST) marks.push(el("span", { class: "t12 c3" }, `+${people.length - MOST}`));
  const editor = people.find((one) => one.editing);
  if (editor) marks.push(el("span", { class: "t12 c2", "aria-hidden": "true" }, editing.replace("%s", editor.name)));
  place.replaceChildren(...marks);
  place.hidden = !people.length;
}
