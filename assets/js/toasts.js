// Toasts: what happened, and the way back. The server asks for one with the header HX-Trigger: {"toast": {...}}.
// {text, undo: url to POST, undoLabel, tone: "" | "bad", link, linkLabel}
import { icon, el } from "./dom.js";

const STAYS = 8000;
let current = null; // the last toast with an undo: the key Z takes it

const region = () => document.getElementById("toasts");
const words = () => region().dataset;

export function toast(detail) {
  const box = el("div", { class: `toast${detail.tone === "bad" ? " bad" : ""}` });
  box.append(icon(detail.tone === "bad" ? "stop" : "check", 15), el("span", {}, detail.text));
  if (detail.link) box.append(el("a", { class: "lk", href: detail.link }, detail.linkLabel || words().open));
  if (detail.undo) {
    const undo = el("button", { class: "lk", type: "button" }, detail.undoLabel || words().undo);
    undo.addEventListener("click", () => takeBack(box, detail.undo));
    box.append(undo, el("kbd", {}, "Z"), ring());
    current = { box, url: detail.undo };
  }
  const shut = el("button", { class: "lk", type: "button", "aria-label": words().close });
  shut.append(icon("x", 13));
  shut.addEventListener("click", () => drop(box));
  box.append(shut);
  region().append(box);
  while (region().children.length > 3) region().firstElementChild.remove();
  keep(box, detail.tone === "bad" ? STAYS * 1.5 : STAYS);
}

/** Somebody who points at a toast is reading it: it waits. */
function keep(box, time) {
  let timer = setTimeout(() => drop(box), time);
  box.addEventListener("mouseenter", () => clearTimeout(timer));
  box.addEventListener("mouseleave", () => (timer = setTimeout(() => drop(box), 2500)));
}

function drop(box) {
  if (current && current.box === box) current = null;
  box.remove();
}

function ring() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "ring8");
  svg.setAttribute("viewBox", "0 0 18 18");
  svg.setAttribute("aria-hidden", "true");
  for (const name of ["track", "left"]) {
    const c = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [k, v] of Object.entries({ cx: 9, cy: 9, r: 7, class: name, pathLength: 100 })) c.setAttribute(k, v);
    svg.append(c);
  }
  return svg;
}

let ajax = null;
function takeBack(box, url) {
  drop(box);
  ajax("POST", url, { swap: "none" });
}

export function undoLast() {
  if (current) takeBack(current.box, current.url);
  return true;
}

export function startToasts(htmx) {
  ajax = (verb, url, options) => htmx.ajax(verb, url, { source: document.body, ...options });
  document.body.addEventListener("toast", (e) => toast(e.detail));
  document.body.addEventListener("reload", () => location.reload());
  document.body.addEventListener("htmx:responseError", (e) => {
    if (e.detail.xhr.getResponseHeader("HX-Trigger")) return; // the server has said itself what is the matter
    toast({ text: words().failed, tone: "bad" });
  });
  document.body.addEventListener("htmx:sendError", () => toast({ text: words().offline, tone: "bad" }));
  htmx.onLoad((root) => tellWaiting(root.parentElement || root));
  tellWaiting(document);
}

/** What the server left in the page to be told, from this answer or (by a cookie) from the one before a redirect. */
export function tellWaiting(root) {
  for (const waiting of root.querySelectorAll("[data-toast]")) {
    toast(JSON.parse(waiting.dataset.toast));
    waiting.remove();
    document.cookie = "kith_said=; path=/; max-age=0; samesite=lax";
  }
}
