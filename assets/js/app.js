// The one script of the first load. Everything else (the board) is loaded when its page asks for it.
import htmx from "htmx.org";
import Alpine from "@alpinejs/csp";
import { startBell } from "./bell.js";
import { startCells } from "./cells.js";
import { startContextMenu } from "./contextmenu.js";
import { startPasting } from "./pasting.js";
import { startDrafts } from "./drafts.js";
import { filterEditor } from "./filters.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLayers } from "./layers.js";
import { startLines } from "./lines.js";
import { startLookups } from "./lookups.js";
import { startMerging } from "./merging.js";
import { startMentions } from "./mentions.js";
import { startMenus } from "./menus.js";
import { startMissing } from "./missing.js";
import { palette } from "./palette.js";
import { startProgress } from "./progress.js";
import { startPreferences } from "./preferences.js";
import { startReasons } from "./reasons.js";
import { startSelection } from "./selection.js";
import { startShown } from "./shown.js";
import { startSimilar } from "./similar.js";
import { startTabs } from "./tabs.js";
import { startToasts } from "./toasts.js";

window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.historyCacheSize = 0; // a page taken from storage would show another person's rows after sign-out
htmx.config.refreshOnHistoryMiss = true;
htmx.config.scrollBehavior = "auto";
htmx.config.attributesToSettle = ["class", "width", "height"]; // "style" would be an inline style
// 4xx answers carry a form to show again, or a refusal which the server has already turned to #refusals.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4..", swap: true, error: false },
  { code: "...", swap: false, error: true },
];

startProgress();
startToasts(htmx);
startLayers(htmx);
startMenus();
startTabs();
startContextMenu(htmx);
startKeys(htmx);
startSelection(htmx);
startCells(htmx);
startPasting(htmx);
startLookups();
startLines();
startShown(htmx);
startDrafts();
startSimilar(htmx);
startForms();
startPreferences();
startBell();
startMentions();
startMissing();
startMerging();
startReasons();

Alpine.data("filterEditor", filterEditor);
Alpine.data("palette", palette);
Alpine.start();

/** Parts of a page which need a bigger library, or which few people meet: fetched once, when they are on the page. */
function startParts(root) {
  const board = root.querySelector("[data-board]");
  if (board) import("./board.js").then((m) => m.startBoard(board, htmx));
  const mails = root.querySelector("[data-mails]");
  if (mails) import("./mails.js").then((m) => m.startMails(mails));
  if (root.parentElement?.querySelector("[data-arrange], [data-insert], #codes")) import("./kinds.js").then((m) => m.startKinds(root.parentElement));
  if (root.querySelector("[data-drop], form[data-import]")) import("./import.js").then((m) => m.startImport(root));
}
htmx.onLoad(startParts);
document.documentElement.dataset.ready = "yes";
