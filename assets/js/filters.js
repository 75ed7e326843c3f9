// The filter editor: rows of field, operator and value, joined by "all" or "any". The facts (fields, their operators and
// choices) come as JSON in the element's data; the result goes back as JSON, which the server checks and turns into text.
//
// Where the filter is kept as text (data-follow is the address that knows both), rows and text follow each other while somebody types.
import { el, post } from "./dom.js";

const PAUSE = 200;

/** The options of a select; what is chosen stays among them even where it is not offered, as a filter typed as text may hold it. */
const fill = (select, offered, chosen) => {
  const pairs = !chosen || offered.some(([value]) => value === chosen) ? offered : [...offered, [chosen, chosen]];
  select.replaceChildren(...pairs.map(([value, label]) => el("option", { value, selected: value === chosen ? "" : null }, label)));
};

/** One row of the editor: keeps its inputs in step with each other. */
class Row {
  constructor(facts, start, dropped) {
    this.facts = facts;
    this.node = document.getElementById("frow").content.firstElementChild.cloneNode(true);
    this.field = this.part("field");
    this.operator = this.part("operator");
    fill(this.field, facts.fields.map((f) => [f.name, f.label]), start.field);
    this.field.addEventListener("change", () => this.refield({}));
    this.operator.addEventListener("change", () => this.revalue(this.value(), true));
    this.part("drop").addEventListener("click", () => { this.node.remove(); dropped(this); });
    this.refield(start);
  }
  part(name) { return this.node.querySelector(`[data-part=${name}]`); }
  fact() { return this.facts.fields.find((f) => f.name === this.field.value) || { operators: [], choices: [], hint: "" }; }
  takes() { return this.fact().operators.find((o) => o.name === this.operator.value)?.takes || "value"; }
  refield(start) {
    const operators = this.fact().operators;
    fill(this.operator, operators.map((o) => [o.name, o.label]), start.operator || (operators.find((o) => o.name === "contains") || operators[0])?.name);
    this.revalue(start.value ?? "");
  }
  revalue(value, switched = false) {
    const takes = this.takes();
    const holder = this.part("holder");
    const choices = takes === "period" ? this.facts.periods : takes === "reason" ? this.facts.reasons : takes === "value" ? this.fact().choices : [];
    holder.hidden = takes === "none";
    const input = choices.length ? el("select") : el("input", { placeholder: takes === "list" ? "a, b" : this.fact().hint, autocomplete: "off" });
    input.setAttribute("aria-label", this.field.selectedOptions[0]?.textContent || "");
    input.dataset.part = "value";
    if (choices.length) fill(input, choices, switched && !choices.some(([one]) => one === value) ? "" : value);
    else input.value = value;
    holder.replaceChildren(input);
  }
  value() { return this.part("value")?.value ?? ""; }
  result() { return { field: this.field.value, operator: this.operator.value, value: this.value() }; }
}

export const filterEditor = () => ({
  mode: "all",
  get isAll() { return String(this.mode === "all"); },
  get isAny() { return String(this.mode === "any"); },

  init() {
    const root = this.$root;
    this.facts = JSON.parse(root.dataset.facts);
    root.rowsOfFilter = [];
    this.begin(JSON.parse(root.dataset.start));
    root.rowsOfFilter[0].field.setAttribute("autofocus", ""); // the dialog opens after this and puts the focus there
    if (!root.dataset.follow) return;
    for (const kind of ["input", "change"]) this.$refs.rows.addEventListener(kind, () => this.changed("rows"));
    this.$refs.text.addEventListener("input", (e) => { if (!e.isComposing) this.changed("text"); });
    this.$refs.text.addEventListener("compositionend", () => this.changed("text"));
  },
  /** The rows as a filter has them. */
  begin(start) {
    const root = this.$root;
    this.mode = start.mode;
    for (const row of root.rowsOfFilter.splice(0)) row.node.remove();
    for (const row of start.rows.length ? start.rows : [{}]) this.append(row);
  },
  append(start) {
    const root = this.$root;
    const row = new Row(this.facts, start, (gone) => {
      root.rowsOfFilter = root.rowsOfFilter.filter((r) => r !== gone);
      this.changed("rows");
    });
    root.rowsOfFilter.push(row);
    this.$refs.rows.append(row.node);
    return row;
  },
  add() { this.append({}).field.focus(); },
  all() { this.mode = "all"; this.changed("rows"); },
  any() { this.mode = "any"; this.changed("rows"); },
  result() { return JSON.stringify({ mode: this.mode, rows: this.$root.rowsOfFilter.map((row) => row.result()) }); },
  send() { this.$refs.result.value = this.result(); },

  /** One side was changed: it is the one that counts, and the other one follows. */
  changed(side) {
    const root = this.$root;
    if (!root.dataset.follow) return;
    this.$refs.use.value = side;
    clearTimeout(root.followTimer);
    root.followTimer = setTimeout(() => this.follow(side), PAUSE);
  },
  async follow(side) {
    const root = this.$root;
    const carried = [...root.querySelectorAll("[data-carried]")].map((one) => [one.name, one.value]);
    const typed = side === "text" ? ["text", this.$refs.text.value] : ["result", this.result()];
    const timer = root.followTimer;
    const answer = await post(root.dataset.follow, [["step", side], typed, ...carried]).catch(() => null);
    if (!answer?.ok || root.followTimer !== timer || !root.isConnected) return; // offline, changed meanwhile, or shut
    const news = await answer.json();
    if (root.followTimer !== timer) return;
    this.$refs.problem.hidden = !news.problem;
    this.$refs.problem.querySelector("span").textContent = news.problem;
    if (side === "rows") this.$refs.text.value = news.text;
    else if (!news.problem) {
      this.$refs.flat.hidden = !news.flat;
      this.$refs.deep.hidden = news.flat;
      if (news.flat) this.begin(news.start);
    }
  },
});
