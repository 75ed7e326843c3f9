// A block of cells from a spreadsheet, pasted into an open cell of a list, goes into that cell and those to its right and below.
// ⌘D in an open cell gives its stored value to all ticked rows. The server takes all of it or says what does not fit.
const listed = () => document.querySelector("[data-cells]");

function block(text) {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n");
  return lines.map((line) => line.split("\t").map((cell) => (/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell)));
}

/** [[record id, field, text]] of a block whose first cell is put where `cell` is; what falls beside the list is left out. */
function laid(cell, lines) {
  const rows = [...cell.closest("tbody").querySelectorAll("tr[data-row]")];
  const first = rows.indexOf(cell.closest("tr"));
  const column = [...cell.closest("tr").children].indexOf(cell);
  return lines.flatMap((line, down) => {
    const row = rows[first + down];
    if (!row) return [];
    const id = row.querySelector("input[name=ids]")?.value ?? row.dataset.url.split("/").at(-2);
    return line.flatMap((text, right) => {
      const field = row.children[column + right]?.dataset.edit;
      return row.children[column + right] ? [[id, field ?? "", text]] : [];
    });
  });
}

export function startPasting(htmx) {
  const send = (what, values) => htmx.ajax("POST", `${listed().dataset.cells}${what}`, { target: "#layer", values });
  document.addEventListener("paste", (e) => {
    const cell = e.target.closest?.("form[data-cell]")?.closest("td[data-edit]");
    const text = e.clipboardData?.getData("text/plain") ?? "";
    if (!cell || !listed() || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    e.preventDefault();
    e.target.closest("form[data-cell]").dataset.done = "1"; // leaving the editor saves nothing beside it
    send("cells", { cells: JSON.stringify(laid(cell, block(text))) });
  });
  document.addEventListener("keydown", (e) => {
    if (e.key.toLowerCase() !== "d" || !(e.metaKey || e.ctrlKey)) return;
    const cell = e.target.closest?.("td[data-edit]");
    const ids = [...document.querySelectorAll("input[name=ids][form=bulk]:checked")].map((box) => box.value);
    if (!cell || !listed() || !ids.length) return;
    e.preventDefault();
    const form = cell.querySelector("form[data-cell]");
    if (form) form.dataset.done = "1";
    const source = cell.closest("tr").querySelector("input[name=ids]").value;
    send("fill", { source, field: cell.dataset.edit, ids });
  });
}
