// Sets the look that a person has chosen, light or dark, before the page is drawn; without a choice the screen's own holds.
(function () {
  "use strict";

  var root = document.documentElement;
  var kept = "hulian-look";

  // A browser that keeps nothing shows what the screen prefers.
  function chosen() {
    try {
      return window.localStorage.getItem(kept);
    } catch (refused) {
      return null;
    }
  }

  function set(look) {
    if (look === "light" || look === "dark") root.dataset.theme = look;
    else delete root.dataset.theme;
    document.querySelectorAll("[data-look]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(isDark()));
    });
    document.dispatchEvent(new Event("look"));
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  set(chosen());
  document.addEventListener("DOMContentLoaded", function () { set(chosen()); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { set(chosen()); });
  window.addEventListener("storage", function (event) {
    if (event.key === kept) set(chosen()); // chosen in another window
  });
  document.addEventListener("click", function (event) {
    if (!event.target.closest("[data-look]")) return;
    var look = isDark() ? "light" : "dark";
    try {
      window.localStorage.setItem(kept, look);
    } catch (refused) { /* it holds for this page */ }
    set(look);
  });

  // Paper is white.
  window.addEventListener("beforeprint", function () { set("light"); });
  window.addEventListener("afterprint", function () { set(chosen()); });
})();
