// A hairline at the window's upper edge while an answer or the next page takes longer than the eye forgives.
const AFTER = 50; // ms: with the frame in which it is drawn it stands there within 100
const MOST = 12000; // ms after which a page that never came (a file, a refusal by the browser) is waited for no more
const line = () => document.getElementById("progress");
let open = 0;
let timer = null;
let end = null;

function begin(at = AFTER) {
  open += 1;
  if (!at) line().hidden = false;
  timer ??= setTimeout(() => (line().hidden = false), AFTER);
}

function done() {
  open = Math.max(0, open - 1);
  if (open) return;
  clearTimeout(timer);
  timer = null;
  line().hidden = true;
}

/** What is asked again and again by itself is nobody's to wait for. */
const asked = (e) => !/every/.test(e.detail.elt.getAttribute?.("hx-trigger") ?? "");

/** Shows the line until a promise has settled: for requests that are not htmx's. */
export function during(promise) {
  begin();
  return promise.finally(done);
}

export function startProgress() {
  if (!line()) return;
  document.addEventListener("htmx:beforeRequest", (e) => asked(e) && begin());
  document.addEventListener("htmx:afterRequest", (e) => asked(e) && done());
  window.navigation?.addEventListener("navigate", (e) => {
    if (e.destination.sameDocument || e.hashChange || e.downloadRequest !== null || !e.destination.url.startsWith(location.origin)) return;
    begin(0); // the page is left as soon as the next one is there, and that one has yet to be drawn
    clearTimeout(end);
    end = setTimeout(done, MOST);
  });
  addEventListener("pageshow", (e) => e.persisted && ((open = 0), done()));
}
