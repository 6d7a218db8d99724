// The hall: the parts of a page one after the other over the whole screen, in letters that are read from ten metres.
// Keys: ← → or Page up and Page down turn, the space bar stops and goes on, Escape leaves. The address with #hall begins at once.
(function () {
  "use strict";

  var seconds = 15; // a part, or a screen of a part that is longer
  var root = document.documentElement;
  var english = root.lang === "en";
  var parts = [];
  var at = 0;
  var running = true;
  var timer = null;
  var line = null; // where one is, and the buttons

  function say(zh, en) { return english ? en : zh; }

  // What can be read from afar: pictures, figures and short tables. What is folded away, filled in or explains stays at the desk.
  function collect() {
    var all = [];
    document.querySelectorAll("main > .row > div, main > .component, main > figure.chart, main > .stats, main > section.table, main > .lead").forEach(function (part) {
      if (part.querySelector("form:not(.search)") || !part.textContent.trim()) return;
      all.push(part);
    });
    parts = all;
  }

  function show(n) {
    at = (n + parts.length) % parts.length;
    parts.forEach(function (part, i) { part.classList.toggle("in-hall", i === at); });
    document.querySelectorAll("main > .row").forEach(function (row) { row.classList.toggle("in-hall", row.contains(parts[at])); });
    window.scrollTo(0, 0);
    document.dispatchEvent(new Event("shown"));
    line.querySelector("output").textContent = (at + 1) + " / " + parts.length;
  }

  // A part that is longer than the screen is shown screen by screen.
  function next() {
    var room = window.innerHeight - line.offsetHeight;
    if (root.scrollHeight > window.scrollY + window.innerHeight + 8) {
      window.scrollBy(0, room * 0.85);
    } else if (at + 1 < parts.length) {
      show(at + 1);
    } else {
      renew();
    }
  }

  // After the last part the page is read anew: a screen in a hall stays open for days.
  function renew() {
    fetch(window.location.href, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok || response.redirected) throw new Error(response.status);
      return response.text();
    }).then(function (html) {
      var made = new DOMParser().parseFromString(html, "text/html").querySelector("main");
      if (!root.hasAttribute("data-hall") || !made) return;
      document.querySelector("main").replaceChildren.apply(document.querySelector("main"), Array.from(made.childNodes));
      collect();
      document.dispatchEvent(new Event("drawn"));
      show(0);
    }).catch(function () { // it goes on with what it has
      if (root.hasAttribute("data-hall")) show(0);
    });
  }

  function turn(go) {
    running = go;
    window.clearInterval(timer);
    timer = go ? window.setInterval(next, seconds * 1000) : null;
    var button = line.querySelector("[data-hall-go]");
    button.textContent = go ? say("暂停", "Pause") : say("继续", "Go on");
  }

  function button(text, name, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (name) made.setAttribute(name, "");
    made.addEventListener("click", act);
    return made;
  }

  function enter(byHand) {
    collect();
    if (!parts.length || root.hasAttribute("data-hall")) return;
    root.setAttribute("data-hall", "");
    if (byHand && root.requestFullscreen) root.requestFullscreen().catch(function () {});
    line = document.createElement("div");
    line.className = "hall-line";
    line.setAttribute("role", "toolbar");
    line.setAttribute("aria-label", say("投屏", "Hall"));
    line.append(
      button("◂", "data-hall-back", function () { show(at - 1); turn(running); }),
      document.createElement("output"),
      button("▸", "data-hall-on", function () { show(at + 1); turn(running); }),
      button("", "data-hall-go", function () { turn(!running); }),
      button(say("退出投屏", "Leave"), "data-hall-leave", leave));
    line.querySelector("[data-hall-back]").setAttribute("aria-label", say("上一幅", "the part before"));
    line.querySelector("[data-hall-on]").setAttribute("aria-label", say("下一幅", "the next part"));
    document.body.appendChild(line);
    document.dispatchEvent(new Event("drawn"));
    show(0);
    turn(true);
    line.querySelector("[data-hall-go]").focus({ preventScroll: true });
  }

  function leave() {
    if (!root.hasAttribute("data-hall")) return;
    window.clearInterval(timer);
    root.removeAttribute("data-hall");
    if (document.fullscreenElement) document.exitFullscreen();
    if (window.location.hash === "#hall") window.history.replaceState(null, "", window.location.pathname + window.location.search);
    line.remove();
    document.querySelectorAll(".in-hall").forEach(function (part) { part.classList.remove("in-hall"); });
    document.dispatchEvent(new Event("drawn"));
    var from = document.querySelector("[data-hall-enter]");
    if (from) from.focus();
  }

  document.addEventListener("keydown", function (event) {
    if (!root.hasAttribute("data-hall") || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowRight": case "PageDown": show(at + 1); turn(running); break;
      case "ArrowLeft": case "PageUp": show(at - 1); turn(running); break;
      case " ":
        if (event.target.closest("button, a, input, select, summary")) return; // which it presses
        turn(!running);
        break;
      case "Escape": leave(); break;
      default: return;
    }
    event.preventDefault();
  });
  document.addEventListener("fullscreenchange", function () {
    if (!document.fullscreenElement) leave(); // Escape of the browser
  });
  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-hall-enter]")) enter(true);
  });
  document.addEventListener("DOMContentLoaded", function () {
    if (window.location.hash === "#hall") enter(false);
  });
})();
