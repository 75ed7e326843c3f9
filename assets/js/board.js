// The board: cards are dragged with mouse or finger (SortableJS) or lifted with Space and moved with arrows. Every move is
// one POST; a refused card goes back and the toast names what is missing.
import Sortable from "sortablejs";

const column = (card) => card.closest("[data-column]");
const say = (board, text) => { board.querySelector("[data-board-live]").textContent = text; };

function send(board, card, from, htmx) {
  const to = column(card);
  if (to === from) return;
  card.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ value: to.dataset.column, version: card.dataset.version, board: location.search });
  fetch(card.dataset.move, { method: "POST", body, credentials: "same-origin",
    headers: { "X-CSRFToken": document.querySelector("meta[name=csrf]").content, "HX-Request": "true" } })
    .then(async (answer) => {
      card.removeAttribute("aria-busy");
      const trigger = answer.headers.get("HX-Trigger");
      if (!answer.ok) from.querySelector("[data-cards]").prepend(card);
      if (trigger) for (const [name, detail] of Object.entries(JSON.parse(trigger))) htmx.trigger(document.body, name, detail);
      if (answer.ok) {
        const news = await answer.json();
        card.dataset.version = news.version;
        for (const head of news.columns) heads(board, head);
      }
      card.focus();
    })
    .catch(() => { card.removeAttribute("aria-busy"); from.querySelector("[data-cards]").prepend(card); htmx.trigger(document.body, "toast", { text: board.dataset.offline, tone: "bad" }); });
}

function heads(board, head) {
  const box = board.querySelector(`[data-column="${CSS.escape(head.value)}"]`);
  if (!box) return;
  for (const [key, text] of Object.entries(head.texts)) {
    const slot = box.querySelector(`[data-head="${key}"]`);
    if (slot) slot.textContent = text;
  }
}

function keyboard(board, htmx) {
  let from = null;
  board.addEventListener("keydown", (e) => {
    const card = e.target.closest("[data-card]");
    if (!card || e.target !== card && !card.classList.contains("is-lifted")) return;
    const lifted = card.classList.contains("is-lifted");
    if (e.key === " ") {
      e.preventDefault();
      card.classList.toggle("is-lifted", !lifted);
      if (!lifted) { from = column(card); say(board, board.dataset.lifted); }
      else { send(board, card, from, htmx); say(board, board.dataset.dropped); }
      return;
    }
    if (e.key === "Escape" && lifted) {
      card.classList.remove("is-lifted");
      from.querySelector("[data-cards]").prepend(card);
      card.focus();
      return e.preventDefault();
    }
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const columns = [...board.querySelectorAll("[data-column]")];
    const next = columns[columns.indexOf(column(card)) + step];
    if (!next) return;
    e.preventDefault();
    if (lifted) {
      next.querySelector("[data-cards]").prepend(card);
      say(board, next.dataset.label);
      card.focus();
    } else next.querySelector("[data-card]")?.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}

export function startBoard(board, htmx) {
  if (board.dataset.started) return;
  board.dataset.started = "yes";
  let from = null;
  if (!board.dataset.fixed) for (const cards of board.querySelectorAll("[data-cards]")) {
    Sortable.create(cards, {
      group: "board", draggable: "[data-card]:not([data-fixed])", animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 160,
      delay: 180, delayOnTouchOnly: true, forceFallback: true, fallbackClass: "is-dragged", ghostClass: "is-slot",
      scrollSensitivity: 80, bubbleScroll: true, sort: false,
      onStart: (e) => { from = column(e.item); board.classList.add("is-moving"); },
      onMove: (e) => { for (const c of board.querySelectorAll("[data-column]")) c.classList.toggle("target", c === column(e.to) && c !== from); },
      onEnd: (e) => {
        board.classList.remove("is-moving");
        for (const c of board.querySelectorAll(".target")) c.classList.remove("target");
        send(board, e.item, from, htmx);
      },
    });
  }
  keyboard(board, htmx);
  // "Move to": the way without dragging, for phones and screen readers.
  board.addEventListener("change", (e) => {
    const choice = e.target.closest("[data-move-to]");
    if (!choice) return;
    const card = choice.closest("[data-card]");
    const start = column(card);
    board.querySelector(`[data-column="${CSS.escape(choice.value)}"] [data-cards]`).prepend(card);
    send(board, card, start, htmx);
  });
}
