// The tabs of a record: the one that was chosen is marked at once; where it cannot be fetched, the one before is again.
const chosen = (tab) => tab.closest("[role=tablist]").querySelector("[aria-selected=true]");

function mark(tab) {
  for (const one of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    one.setAttribute("aria-selected", one === tab);
    one.tabIndex = one === tab ? 0 : -1;
  }
  document.getElementById(tab.getAttribute("aria-controls"))?.setAttribute("aria-labelledby", tab.id);
}

export function startTabs() {
  let before = null;
  document.body.addEventListener("htmx:beforeRequest", (e) => {
    const tab = e.detail.elt;
    if (!tab.matches?.("[role=tab][data-tab]")) return;
    before = chosen(tab);
    mark(tab);
  });
  for (const failed of ["htmx:sendError", "htmx:responseError"]) {
    document.body.addEventListener(failed, (e) => {
      if (before && e.detail.elt.matches?.("[role=tab][data-tab]")) mark(before);
    });
  }
}
