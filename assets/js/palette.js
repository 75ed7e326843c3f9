// ⌘K: finds by name (the server) and does by verb (the entries of the menu, already on the page).
export const palette = () => ({
  text: "",
  found: [],
  verbs: [],
  at: 0,
  timer: null,

  init() {
    this.verbs = JSON.parse(this.$el.dataset.verbs);
    this.$nextTick(() => this.$refs.text.focus());
  },
  type(event) {
    this.text = event.target.value;
    this.at = 0;
    clearTimeout(this.timer);
    if (!this.text.trim()) { this.found = []; return; }
    this.timer = setTimeout(() => this.ask(), 160);
  },
  async ask() {
    const url = new URL(this.$el.closest("[data-find]").dataset.find, location.href);
    url.searchParams.set("q", this.text);
    const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) this.found = (await answer.json()).items;
  },
  matching() {
    const wanted = this.text.trim().toLowerCase();
    return this.verbs.filter((v) => !wanted || v.label.toLowerCase().includes(wanted)).slice(0, 8);
  },
  entries() { return [...this.found, ...this.matching()]; },
  isAt(entry) { return this.entries()[this.at] === entry; },
  down() { this.at = Math.min(this.at + 1, this.entries().length - 1); },
  up() { this.at = Math.max(this.at - 1, 0); },
  go() { const entry = this.entries()[this.at]; if (entry) location.href = entry.url; },
});
