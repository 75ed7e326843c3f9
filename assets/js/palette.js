// ⌘K: finds by name (asking the server) and does by verb (the lines of the menu, sent with the dialog).
import { el } from "./dom.js";

const MOST = 8;

export const palette = () => ({
  entries: [],
  found: [],
  at: 0,
  timer: null,

  init() {
    this.verbs = JSON.parse(this.$root.dataset.verbs);
    this.find = this.$root.dataset.find;
    this.show();
  },
  type() {
    clearTimeout(this.timer);
    this.at = 0;
    if (!this.words()) this.found = [];
    else this.timer = setTimeout(() => this.ask(), 160);
    this.show();
  },
  words() { return this.$refs.text.value.trim().toLowerCase(); },
  async ask() {
    const url = new URL(this.find, location.href);
    url.searchParams.set("q", this.words());
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    this.found = (await answer.json()).items;
    this.show();
  },
  show() {
    const wanted = this.words();
    const verbs = this.verbs.filter((v) => !wanted || v.label.toLowerCase().includes(wanted)).slice(0, MOST);
    this.entries = [...this.found, ...verbs];
    this.$refs.list.replaceChildren(...this.entries.map((entry, i) => this.line(entry, i)));
    if (!this.entries.length) this.$refs.list.append(el("div", { class: "pi c3" }, this.$root.dataset.none));
    this.point();
  },
  line(entry, i) {
    const line = el("a", { class: "pi", href: entry.url, role: "option", id: `pal-${i}`, tabindex: "-1" });
    line.append(el("span", { class: "cut grow" }, entry.label));
    if (entry.note) line.append(el("span", { class: "c3 t12" }, entry.note));
    return line;
  },
  point() {
    [...this.$refs.list.querySelectorAll("a")].forEach((line, i) => {
      line.classList.toggle("on", i === this.at);
      line.setAttribute("aria-selected", i === this.at);
      if (i === this.at) line.scrollIntoView({ block: "nearest" });
    });
    if (this.entries.length) this.$refs.text.setAttribute("aria-activedescendant", `pal-${this.at}`);
  },
  down() { this.at = Math.min(this.at + 1, this.entries.length - 1); this.point(); },
  up() { this.at = Math.max(this.at - 1, 0); this.point(); },
  go() { if (this.entries[this.at]) location.href = this.entries[this.at].url; },
});
