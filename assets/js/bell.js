// The bell. One EventSource a tab; where the stream cannot be had, the count is asked for each minute while the tab is seen.
import { toast } from "./toasts.js";

const ONE_MINUTE = 60000;
let poll = null;

function show(count) {
  for (const badge of document.querySelectorAll("[data-bell-count]")) {
    badge.textContent = count > 99 ? "99+" : count;
    badge.hidden = !count;
  }
}

async function ask(url) {
  if (document.hidden) return;
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) show((await answer.json()).unread);
}

export function startBell(htmx) {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const { live, count } = bell.dataset;
  const fallBack = () => { poll = poll || setInterval(() => ask(count), ONE_MINUTE); };
  if (!window.EventSource) return fallBack();
  const stream = new EventSource(live);
  let opened = false;
  stream.addEventListener("open", () => { opened = true; clearInterval(poll); poll = null; });
  const news = (e) => {
    let data = {};
    try { data = JSON.parse(e.data); } catch { return; }
    if (typeof data.unread === "number") show(data.unread); else ask(count);
    if (data.text) toast({ text: data.text, link: data.url });
    document.body.dispatchEvent(new CustomEvent("news", { detail: data }));
  };
  for (const name of ["message", "notification", "notice"]) stream.addEventListener(name, news);
  stream.addEventListener("error", () => {
    if (!opened) stream.close(); // not there at all: a closed door is not knocked at for ever
    fallBack();
  });
}
