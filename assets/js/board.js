// The board: cards are dragged with mouse or finger (SortableJS) or lifted with Space and moved with arrows. Every move is
// one POST; a refused card goes back to its place and the toast names what is missing. Every step by keyboard is spoken.
import Sortable from "sortablejs";

const HOLD = 220; // ms a finger rests on a card before it lifts it: less is a scroll
const EDGE = 64; // px from the board's edge where it begins to scroll under a dragged card
const FASTEST = 11; // px a frame it scrolls at the very edge
const column = (card) => card.closest("[data-column]");
const shut = (one) => one.hasAttribute("data-shut");
const words = (board) => JSON.parse(board.dataset.words);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name]);

/** Tells those who do not see the board: `name` is one of its words, `facts` what goes into the braces. */
function say(board, name, facts = {}) {
  board.querySelector("[data-board-live]").textContent = fill(words(board)[name], facts);
}

/** Where a card stands, to put it back there. */
const placeOf = (card) => ({ column: column(card), before: card.nextElementSibling });

function putBack(card, home) {
  const cards = home.column.querySelector("[data-cards]");
  cards.insertBefore(card, home.before?.parentElement === cards ? home.before : null);
}

function send(board, card, home, htmx) {
  const to = column(card);
  if (to === home.column) return;
  const called = { card: card.getAttribute("aria-label"), column: home.column.dataset.label };
  card.setAttribute("aria-busy", "true");
  const body = new URLSearchParams({ value: to.dataset.column, version: card.dataset.version, board: location.search });
  fetch(card.dataset.move, { method: "POST", body, credentials: "same-origin",
    headers: { "X-CSRFToken": document.querySelector("meta[name=csrf]").content, "HX-Request": "true" } })
    .then(async (answer) => {
      card.removeAttribute("aria-busy");
      const trigger = answer.headers.get("HX-Trigger");
      if (!answer.ok) { putBack(card, home); say(board, "back", called); }
      if (trigger) for (const [name, detail] of Object.entries(JSON.parse(trigger))) htmx.trigger(document.body, name, detail);
      if (answer.ok) {
        const news = await answer.json();
        card.dataset.version = news.version;
        for (const head of news.columns) heads(board, head);
        const choice = card.querySelector("[data-move-to]");
        if (choice) choice.value = to.dataset.column;
      }
      card.focus({ preventScroll: true });
    })
    .catch(() => {
      card.removeAttribute("aria-busy");
      putBack(card, home);
      say(board, "offline");
      htmx.trigger(document.body, "toast", { text: words(board).offline, tone: "bad" });
    });
}

function heads(board, head) {
  const box = board.querySelector(`[data-column="${CSS.escape(head.value)}"]`);
  if (!box) return;
  for (const [key, text] of Object.entries(head.texts)) {
    const slot = box.querySelector(`[data-head="${key}"]`);
    if (slot) slot.textContent = text;
  }
}

/** Space lifts and puts down, arrows move (without a lifted card: the focus), Escape puts back. */
function keyboard(board, htmx) {
  let home = null;
  const facts = (card) => ({ card: card.getAttribute("aria-label"), column: column(card).dataset.label });

  function step(card, lifted, by) {
    const columns = [...board.querySelectorAll("[data-column]")];
    let at = columns.indexOf(column(card)) + by;
    if (!lifted) while (columns[at] && !columns[at].querySelector("[data-card]")) at += Math.sign(by); // empty ones take no focus
    // What an action alone gives is passed by.
    if (lifted) while (columns[at] && shut(columns[at]) && columns[at] !== home.column) at += Math.sign(by);
    const next = columns[at];
    if (!next) return lifted && say(board, "end");
    if (!lifted) return next.querySelector("[data-card]").focus();
    next.querySelector("[data-cards]").prepend(card);
    for (const one of columns) one.classList.toggle("target", one === next && one !== home.column);
    card.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
    say(board, "over", { ...facts(card), place: columns.indexOf(next) + 1, many: columns.length });
  }

  function settle(card) {
    card.classList.remove("is-lifted");
    for (const one of board.querySelectorAll(".target")) one.classList.remove("target");
  }

  board.addEventListener("keydown", (e) => {
    const card = e.target.closest("[data-card]");
    if (!card || e.target !== card) return;
    const lifted = card.classList.contains("is-lifted");
    const stride = lifted ? Number(board.dataset.stride || 0) : 0; // a calendar's weeks lie below each other
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: stride, ArrowUp: -stride }[e.key];
    if (e.key === " " && !card.hasAttribute("data-fixed") && !board.dataset.fixed) {
      if (!lifted) {
        home = placeOf(card);
        card.classList.add("is-lifted");
        say(board, "lifted", facts(card));
      } else {
        settle(card);
        say(board, "dropped", facts(card));
        send(board, card, home, htmx);
      }
    } else if (e.key === "Escape" && lifted) {
      settle(card);
      putBack(card, home);
      card.focus();
      say(board, "back", facts(card));
    } else if (by) step(card, lifted, by);
    else return;
    e.preventDefault();
    e.stopPropagation();
  });
}

/** Scrolls the board while a dragged card is held near its edge, the faster the nearer. SortableJS's own scrolling is not
    used: it goes on after a pointer that rested at the edge has left it. */
class EdgeScroll {
  constructor(board) {
    this.follow = (e) => { if (e.isTrusted) this.at = e.touches?.[0] ?? e; };
    this.tick = () => {
      const { clientX: x, clientY: y } = this.at;
      const box = board.getBoundingClientRect();
      const pull = (near, far) => Math.max(0, Math.min(1, 1 - near / EDGE)) - Math.max(0, Math.min(1, 1 - far / EDGE));
      const [left, top] = [board.scrollLeft, board.scrollTop];
      board.scrollBy(Math.round(FASTEST * pull(box.right - x, x - box.left)), Math.round(FASTEST * pull(box.bottom - y, y - box.top)));
      // Another column is under the resting pointer now: SortableJS looks for it when the pointer moves.
      if (left !== board.scrollLeft || top !== board.scrollTop) this.nudge(x, y);
      this.frame = requestAnimationFrame(this.tick);
    };
  }
  nudge(x, y) {
    // It looks every 50 ms and only when the place differs from the one it saw last: no two of the last 64 are alike.
    this.wobble = ((this.wobble ?? 0) + 1 / 64) % 1;
    document.dispatchEvent(new PointerEvent("pointermove", { clientX: x + this.wobble, clientY: y, bubbles: true }));
  }
  start(event) {
    this.at = event.touches?.[0] ?? event;
    for (const kind of ["pointermove", "touchmove"]) document.addEventListener(kind, this.follow, { passive: true });
    this.frame = requestAnimationFrame(this.tick);
  }
  stop() {
    cancelAnimationFrame(this.frame);
    for (const kind of ["pointermove", "touchmove"]) document.removeEventListener(kind, this.follow);
  }
}

/** Mouse: drag at once. Finger: rest on the card, then drag; the board scrolls at its edges. */
function pointer(board, htmx) {
  let home = null;
  const scroll = new EdgeScroll(board);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const cards of board.querySelectorAll("[data-cards]")) {
    Sortable.create(cards, {
      group: { name: "board", put: !shut(column(cards)) }, draggable: "[data-card]:not([data-fixed])", filter: "select", preventOnFilter: false, animation: calm ? 0 : 160,
      delay: HOLD, delayOnTouchOnly: true, touchStartThreshold: 6, forceFallback: true, fallbackOnBody: true,
      fallbackClass: "is-dragged", ghostClass: "is-slot", chosenClass: "is-held",
      scroll: false, sort: false,
      onStart: (e) => { home = placeOf(e.item); board.classList.add("is-moving"); scroll.start(e.originalEvent); },
      onMove: (e) => { for (const c of board.querySelectorAll("[data-column]")) c.classList.toggle("target", c === column(e.to) && c !== home.column); },
      onEnd: (e) => {
        scroll.stop();
        board.classList.remove("is-moving");
        for (const c of board.querySelectorAll(".target")) c.classList.remove("target");
        send(board, e.item, home, htmx);
      },
    });
  }
  // A finger that rests on a card lifts it; the browser's own menu for the link under it stays away.
  board.addEventListener("contextmenu", (e) => { if (board.querySelector(".is-held")) e.preventDefault(); });
}

export function startBoard(board, htmx) {
  if (board.dataset.started) return;
  board.dataset.started = "yes";
  if (!board.dataset.fixed) pointer(board, htmx);
  keyboard(board, htmx);
  // A click beside the entries of a day makes a new one there.
  board.addEventListener("click", (e) => { if (e.target.matches("[data-column], [data-cards]")) column(e.target).querySelector("[data-new]")?.click(); });
  // "Move to": the way without dragging, for phones and screen readers.
  board.addEventListener("change", (e) => {
    const choice = e.target.closest("[data-move-to]");
    if (!choice) return;
    const card = choice.closest("[data-card]");
    const start = placeOf(card);
    board.querySelector(`[data-column="${CSS.escape(choice.value)}"] [data-cards]`).prepend(card);
    send(board, card, start, htmx);
  });
}
