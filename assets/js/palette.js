// The search box (/, ⌘K): finds records (asking the server as one types) and does by verb. Before anything is typed it shows what
// is at hand: actions of the open record, pinned and recent records.
import { el, icon } from "./dom.js";
import { during } from "./progress.js";

const WAIT = 120;
const FEW = 6;

export const palette = () => ({
  entries: [],
  found: null, // null: not asked yet
  at: 0,
  timer: null,
  asked: 0, // answers that come late are dropped

  init() {
    this.verbs = JSON.parse(this.$root.dataset.verbs);
    this.groups = JSON.parse(this.$root.dataset.groups);
    this.show();
  },
  type() {
    clearTimeout(this.timer);
    this.at = 0;
    this.asked += 1;
    if (this.words()) this.timer = setTimeout(() => this.ask(this.asked), WAIT);
    else this.found = null;
    this.show();
  },
  words() { return this.$refs.text.value.trim(); },
  address(base) {
    const url = new URL(base, location.href);
    url.searchParams.set("q", this.words());
    return url;
  },
  async ask(turn) {
    const answer = await during(fetch(this.address(this.$root.dataset.find), { credentials: "same-origin" })).catch(() => null);
    if (!answer?.ok || turn !== this.asked) return;
    this.found = (await answer.json()).items;
    this.show();
    this.$refs.said.textContent = this.entries.length ? `${this.entries.length}` : this.$root.dataset.none;
  },
  doings(many) {
    const wanted = this.words().toLowerCase();
    const known = this.groups.filter((g) => g.lines.some((l) => l.act)).flatMap((g) => g.lines);
    return [...known, ...this.verbs].filter((v) => !wanted || v.label.toLowerCase().includes(wanted)).slice(0, many);
  },
  parts() {
    const { doing, all } = this.$root.dataset;
    if (!this.words()) return [...this.groups, { label: doing, lines: this.verbs }];
    const verbs = this.doings(FEW);
    const hits = this.found || [];
    const more = hits.length ? [{ lines: [{ label: all, url: this.address(this.$root.dataset.search).href, icon: "search" }] }] : [];
    return [{ lines: hits }, ...more, ...(verbs.length ? [{ label: doing, lines: verbs }] : [])];
  },
  show() {
    const parts = this.parts().filter((part) => part.lines.length);
    this.entries = parts.flatMap((part) => part.lines);
    let i = 0;
    const nodes = parts.flatMap((part) => {
      const lines = part.lines.map((entry) => this.line(entry, i++));
      return part.label ? [el("h4", { role: "presentation" }, part.label), ...lines] : lines;
    });
    this.$refs.list.replaceChildren(...nodes);
    if (!this.entries.length && this.found) {
      const empty = el("div", { class: "pal-0" }, this.$root.dataset.none);
      empty.append(el("span", { class: "c3 t12" }, this.$root.dataset.hint));
      this.$refs.list.append(empty);
    }
    this.point();
  },
  line(entry, i) {
    const line = el("a", { class: "pi", href: entry.url, role: "option", id: `pal-${i}`, tabindex: "-1" });
    if (entry.icon) line.append(icon(entry.icon, 15));
    line.append(this.marked(entry.label));
    if (entry.note) line.append(el("span", { class: "c3 t12 cut" }, entry.note));
    if (entry.kind) line.append(el("span", { class: "c3 t12 push kind" }, entry.kind));
    line.addEventListener("click", (e) => { if (this.act(entry)) e.preventDefault(); });
    return line;
  },
  marked(label) {
    const box = el("span", { class: "cut grow0" });
    const wanted = this.words().toLowerCase();
    const from = wanted ? label.toLowerCase().indexOf(wanted) : -1;
    if (from < 0) box.append(label);
    else box.append(label.slice(0, from), el("mark", {}, label.slice(from, from + wanted.length)), label.slice(from + wanted.length));
    return box;
  },
  point() {
    [...this.$refs.list.querySelectorAll("a")].forEach((line, i) => {
      line.classList.toggle("on", i === this.at);
      line.setAttribute("aria-selected", i === this.at);
      if (i === this.at) line.scrollIntoView({ block: "nearest" });
    });
    if (this.entries.length) this.$refs.text.setAttribute("aria-activedescendant", `pal-${this.at}`);
    else this.$refs.text.removeAttribute("aria-activedescendant");
  },
  down() { this.at = Math.min(this.at + 1, this.entries.length - 1); this.point(); },
  up() { this.at = Math.max(this.at - 1, 0); this.point(); },
  act(entry) {
    if (!entry.act) return false;
    window.htmx.ajax(entry.act, entry.url, "#layer");
    return true;
  },
  go(e) {
    if (e.isComposing) return; // ↵ ends what an input method was composing
    e.preventDefault();
    const entry = this.entries[this.at];
    if (entry && !this.act(entry)) location.href = entry.url;
  },
});
