// Renews the progress of a run while the page is open, and loads the page anew once the run has ended. Without it the page
// renews itself by its own header.
(function () {
  "use strict";

  var wait = 2000;

  function look() {
    var shown = document.querySelector("[data-live]");
    if (!shown) return;
    fetch(window.location.href, { credentials: "same-origin", cache: "no-store" }).then(function (response) {
      return response.text();
    }).then(function (text) {
      var fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-live]");
      if (!fresh) {
        window.location.reload();
        return;
      }
      shown.replaceWith(document.importNode(fresh, true));
      window.setTimeout(look, wait);
    }).catch(function () { window.setTimeout(look, 3 * wait); });
  }

  window.setTimeout(look, wait);
})();
