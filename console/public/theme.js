// Before the first paint: the page must not flash in the other colours.
(function () {
  var chosen = "auto";
  try {
    chosen = localStorage.getItem("answerable.colours") || "auto";
  } catch (_) {
    // Without storage the system's colours are shown.
  }
  var dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
