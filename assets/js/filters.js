// The filter editor: rows of field, operator and value, joined by "all" or "any". The facts (fields, their operators and
// choices) come as JSON in the element's data; the result goes back as JSON, which the server checks and turns into text.
import { el } from "./dom.js";

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
    const choices = takes === "period" ? this.facts.periods : takes === "value" ? this.fact().choices : [];
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
    const start = JSON.parse(root.dataset.start);
    this.mode = start.mode;
    root.rowsOfFilter = [];
    for (const row of start.rows.length ? start.rows : [{}]) this.append(row);
    root.rowsOfFilter[0].field.setAttribute("autofocus", ""); // the dialog opens after this and puts the focus there
  },
  append(start) {
    const root = this.$root;
    const row = new Row(this.facts, start, (gone) => { root.rowsOfFilter = root.rowsOfFilter.filter((r) => r !== gone); });
    root.rowsOfFilter.push(row);
    this.$refs.rows.append(row.node);
    return row;
  },
  add() { this.append({}).field.focus(); },
  all() { this.mode = "all"; },
  any() { this.mode = "any"; },
  send() {
    this.$refs.result.value = JSON.stringify({ mode: this.mode, rows: this.$root.rowsOfFilter.map((row) => row.result()) });
  },
});
