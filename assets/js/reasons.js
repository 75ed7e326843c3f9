// Why somebody changes the settings: said once on a page, sent with everything that is changed from it, kept while the window is open.
const KEY = "kith.why";
const said = () => document.querySelector("[data-why]")?.value.trim() ?? "";

export function startReasons() {
  const input = document.querySelector("[data-why]");
  if (!input) return;
  input.value = sessionStorage.getItem(KEY) ?? "";
  input.addEventListener("input", () => sessionStorage.setItem(KEY, input.value.trim()));
  document.addEventListener("formdata", (e) => {
    if (said() && !e.formData.has("_why")) e.formData.append("_why", said());
  });
  document.body.addEventListener("htmx:configRequest", (e) => {
    if (said() && e.detail.verb !== "get") e.detail.headers["X-Reason"] = encodeURIComponent(said());
  });
}
