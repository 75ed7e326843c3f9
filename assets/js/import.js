// The import's pages: the zone that takes a file, and the order of dates beside a column that was given a date field.

function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) { bytes /= 1000; at += 1; }
  const form = { style: "unit", unit: units[at], unitDisplay: "short", maximumFractionDigits: bytes < 10 && at ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, form).format(bytes);
}

function startDrop(zone) {
  const input = zone.querySelector("input");
  const name = zone.querySelector("[data-drop-name]");
  const note = zone.querySelector("[data-drop-note]");
  const empty = [name.textContent, note.textContent];
  const show = () => {
    const file = input.files[0];
    zone.classList.toggle("has", Boolean(file));
    name.textContent = file ? file.name : empty[0];
    note.textContent = file ? `${size(file.size)} · ${zone.dataset.again}` : empty[1];
  };
  const files = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  // A file let go beside the zone would be opened by the browser in place of this page: the whole page takes it.
  document.addEventListener("dragover", (event) => {
    if (!zone.isConnected || !files(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!zone.isConnected || !files(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    input.files = event.dataTransfer.files;
    show();
  });
  input.addEventListener("change", show);
  show();
}

function startDates(form) {
  const dates = new Set(form.dataset.dateFields.split(" "));
  form.addEventListener("change", (event) => {
    if (event.target.name !== "field") return;
    const line = event.target.closest(".mapr").querySelector("[data-dates]");
    if (line) line.hidden = !dates.has(event.target.value);
  });
}

export function startImport(root) {
  for (const zone of root.querySelectorAll("[data-drop]")) startDrop(zone);
  for (const form of root.querySelectorAll("form[data-import]")) startDates(form);
}
