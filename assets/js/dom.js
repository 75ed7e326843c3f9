// Four words for making and finding elements, so that no module writes markup in strings.
const SVG = "http://www.w3.org/2000/svg";
const sprite = () => document.documentElement.dataset.sprite;

export function el(name, attributes = {}, text = null) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null) node.setAttribute(key, value);
  if (text !== null) node.textContent = text;
  return node;
}

export function icon(name, size = 16) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [k, v] of Object.entries({ class: "i", width: size, height: size, "aria-hidden": "true" })) svg.setAttribute(k, v);
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite()}#i-${name}`);
  svg.append(use);
  return svg;
}

export const token = () => document.querySelector("meta[name=csrf]")?.content || "";

/** A small POST which nobody waits for: preferences, "seen". */
export function post(url, values) {
  const body = new URLSearchParams(values);
  return fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token() }, credentials: "same-origin", keepalive: true });
}

export const typing = (e) =>
  e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !["checkbox", "radio", "button"].includes(e.target.type);
