// The bell. One EventSource a tab; where the stream cannot be had, the count is asked for each minute while the tab is seen.
import { showHere } from "./presence.js";
import { toast } from "./toasts.js";

const ONE_MINUTE = 60000;
const KNOCK = 5000;
let poll = null;

function show(count) {
  for (const badge of document.querySelectorAll("[data-bell-count]")) {
    badge.textContent = count > 99 ? "99+" : count;
    badge.hidden = !count;
  }
}

/** The count, and with `tell` the newest line as a toast. The stream carries ids only: what may be read is asked for here. */
async function ask(url, tell = false) {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const news = await answer.json();
  show(news.unread);
  if (tell && news.latest) toast({ text: news.latest.text, link: news.latest.url || null });
}

export function startBell() {
  const bell = document.querySelector("[data-bell]");
  if (!bell) return;
  const { live, count } = bell.dataset;
  const fallBack = () => { poll = poll || setInterval(() => document.hidden || ask(count), ONE_MINUTE); };
  if (!window.EventSource) return fallBack();
  let opened = false;
  const follow = () => {
    const stream = new EventSource(live);
    stream.addEventListener("open", () => { opened = true; clearInterval(poll); poll = null; });
    stream.addEventListener("notification", () => ask(count, true));
    stream.addEventListener("notifications-read", () => ask(count));
    stream.addEventListener("missed", () => ask(count));
    stream.addEventListener("presence", (e) => showHere(JSON.parse(e.data).id));
    stream.addEventListener("task", () => document.body.dispatchEvent(new CustomEvent("task")));
    stream.addEventListener("error", () => {
      fallBack();
      if (!opened) return stream.close(); // not there at all: a closed door is not knocked at for ever
      // A browser goes back to a stream that broke, but not to one that was refused: that is how it meets a database that is away.
      if (stream.readyState === EventSource.CLOSED) setTimeout(follow, KNOCK + Math.random() * KNOCK);
    });
  };
  follow();
}
