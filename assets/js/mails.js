// Mails on a record page: chosen by the button, or let go anywhere on the page.

export function startMails(form) {
  const input = form.querySelector("input[type=file]");
  const page = document.querySelector(".rec-scroll") || document.body;
  const files = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
  const here = () => form.isConnected;
  input.addEventListener("change", () => input.files.length && form.requestSubmit());
  // A file let go beside a zone would be opened by the browser in place of this page: the whole page takes it.
  document.addEventListener("dragover", (event) => {
    if (!here() || !files(event)) return;
    event.preventDefault();
    page.classList.add("mail-over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || page.classList.remove("mail-over"));
  document.addEventListener("drop", (event) => {
    if (!here() || !files(event)) return;
    event.preventDefault();
    page.classList.remove("mail-over");
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
  form.addEventListener("htmx:afterRequest", () => { input.value = ""; });
}
