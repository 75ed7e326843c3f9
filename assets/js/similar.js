// Records like the one in a form: asked for while one types in a field that is compared, shown in the form's own place
// for them. Nothing is stopped by it, and nothing that was typed is touched.
const PAUSE = 350;
const timers = new WeakMap();

const place = (form) => form?.querySelector?.("[data-similar]");
const compared = (region) => region.dataset.similar.split(" ");

export function startSimilar(htmx) {
  const ask = (region) => document.contains(region) && htmx.trigger(region, "similar");
  const typed = (e) => {
    const region = place(e.target.form);
    if (!region || e.isComposing || !compared(region).includes(e.target.name)) return;
    clearTimeout(timers.get(region));
    timers.set(region, setTimeout(() => ask(region), PAUSE));
  };
  document.addEventListener("input", typed);
  document.addEventListener("compositionend", typed);
  // A draft or an address that brings values: asked for at once.
  htmx.onLoad((root) => {
    for (const region of root.querySelectorAll?.("[data-similar]:not([data-quiet])") || []) {
      const form = region.closest("form");
      if (compared(region).some((name) => form?.elements[name]?.value)) ask(region);
    }
  });
}
