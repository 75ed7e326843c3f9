// Loaded before the first paint (and only for "as the device"), so that a dark room sees no white flash.
if (document.documentElement.dataset.themeChoice === "system" && matchMedia("(prefers-color-scheme: dark)").matches) {
  document.documentElement.dataset.theme = "dark";
}
