// The filter editor: rows of field, operator, value, joined by "all of" or "any of". The facts (fields, operators, choices)
// come as JSON in the element's data; the result goes back as JSON in a hidden input. The server checks and compiles it.
const NO_VALUE = new Set(["empty", "not_empty", "is_empty", "is_not_empty", "filled", "missing"]);

export const filterEditor = () => ({
  facts: {},
  mode: "all",
  rows: [],
  serial: 0,

  init() {
    this.facts = JSON.parse(this.$el.dataset.facts);
    const start = JSON.parse(this.$el.dataset.start);
    this.mode = start.mode;
    this.rows = start.rows.map((row) => this.dress(row));
    if (!this.rows.length) this.add();
  },
  dress(row) {
    this.serial += 1;
    return { key: this.serial, field: row.field, operator: row.operator, value: row.value ?? "", other: row.other ?? "" };
  },
  add() {
    const first = this.facts.fields[0];
    this.rows.push(this.dress({ field: first.name, operator: first.operators[0].name, value: "" }));
  },
  drop(event) {
    const key = Number(event.target.closest("[data-key-row]").dataset.keyRow);
    this.rows = this.rows.filter((row) => row.key !== key);
    if (!this.rows.length) this.add();
  },
  fact(row) { return this.facts.fields.find((f) => f.name === row.field) || this.facts.fields[0]; },
  changeField(event) {
    const row = this.find(event);
    row.field = event.target.value;
    row.operator = this.fact(row).operators[0].name;
    row.value = "";
  },
  find(event) {
    const key = Number(event.target.closest("[data-key-row]").dataset.keyRow);
    return this.rows.find((row) => row.key === key);
  },
  operators(row) { return this.fact(row).operators; },
  takes(row) {
    const operator = this.fact(row).operators.find((o) => o.name === row.operator);
    if (NO_VALUE.has(row.operator) || (operator && operator.takes === "none")) return "none";
    if (this.fact(row).choices.length) return "choice";
    return "text";
  },
  wantsText(row) { return this.takes(row) === "text"; },
  wantsChoice(row) { return this.takes(row) === "choice"; },
  choices(row) { return this.fact(row).choices; },
  hint(row) { return this.fact(row).hint || ""; },
  setOperator(event) { this.find(event).operator = event.target.value; },
  setValue(event) { this.find(event).value = event.target.value; },
  isField(row, name) { return row.field === name; },
  result() {
    return JSON.stringify({ mode: this.mode, rows: this.rows.map(({ field, operator, value }) => ({ field, operator, value })) });
  },
  send() { this.$refs.result.value = this.result(); },
});
