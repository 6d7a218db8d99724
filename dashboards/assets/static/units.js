// One picker for a place with a search, in the place of the two lists that work without script: town › village › branch, and, by the
// search of the whole town, branches of other villages and whoever is found there.
(function () {
  "use strict";

  var english = document.documentElement.lang === "en";
  function say(zh, en) { return english ? en : zh; }

  function made(tag, text, className) {
    var node = document.createElement(tag);
    if (text) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  function setUp(form) {
    var villages = form.querySelector("select[name=village]");
    if (!villages) return;
    var branches = form.querySelector("select[name=branch]");
    var chosen = branches && branches.value ? branches : villages;
    var opener = made("button", chosen.selectedOptions[0].text, "unit");
    opener.type = "button";
    opener.setAttribute("aria-haspopup", "dialog");
    opener.setAttribute("aria-label", say("选择单位：", "Choose a place: ") + opener.textContent);
    var dialog = made("dialog", "", "units");
    dialog.setAttribute("aria-label", say("选择单位", "Choose a place"));
    var search = made("input");
    search.type = "search";
    search.setAttribute("aria-label", say("按名称查找村、支部", "Search villages and branches by name"));
    search.placeholder = say("输入名称；回车查找全镇", "A name; Enter searches the whole town");
    var list = made("ul");
    var said = made("p", "", "note");
    said.setAttribute("role", "status");
    var close = made("button", say("关闭", "Close"), "close");
    close.type = "button";
    close.addEventListener("click", function () { dialog.close(); });
    var head = made("div", "", "head");
    head.append(search, close);
    dialog.append(head, list, said);

    // A branch says by itself which village it is of.
    function choose(village, branch) {
      villages.value = branch ? "" : village;
      if (branches) branches.remove();
      if (branch) {
        var field = made("input");
        field.type = "hidden";
        field.name = "branch";
        field.value = branch;
        form.appendChild(field);
      }
      form.requestSubmit();
    }

    function add(text, className, current, act) {
      var item = made("li", "", className);
      var button = made("button", text);
      button.type = "button";
      if (current) button.setAttribute("aria-current", "true");
      button.addEventListener("click", act);
      item.appendChild(button);
      list.appendChild(item);
    }

    function fill() {
      var wanted = search.value.trim().toLowerCase();
      list.replaceChildren();
      Array.from(villages.options).forEach(function (v) {
        var inside = v.value && v.selected && branches ? Array.from(branches.options).filter(function (b) { return b.value; }) : [];
        var found = inside.filter(function (b) { return !wanted || b.text.toLowerCase().includes(wanted); });
        if (!wanted || v.text.toLowerCase().includes(wanted)) {
          add(v.text, v.value ? "village" : "town", v.selected && chosen === villages, function () { choose(v.value, ""); });
        }
        found.forEach(function (b) {
          add(b.text, "branch", b.selected && chosen === branches, function () { choose(v.value, b.value); });
        });
      });
      said.textContent = list.children.length ? "" : say("没有这样的村；按回车在全镇查找。", "No such village; Enter searches the whole town.");
    }

    // The search of the whole town is asked when somebody presses Enter and not with every letter: a search for persons stands in the
    // audit trail.
    function ask() {
      var address = new URL("/search", window.location.href);
      address.searchParams.set("q", search.value.trim());
      if (english) address.searchParams.set("lang", "en");
      said.textContent = say("正在查找…", "Searching …");
      fetch(address, { credentials: "same-origin" }).then(function (response) {
        if (!response.ok || response.redirected) throw new Error(response.status);
        return response.text();
      }).then(function (html) {
        var rows = new DOMParser().parseFromString(html, "text/html").querySelectorAll("#table-found tbody tr");
        list.replaceChildren();
        rows.forEach(function (row) {
          var link = row.querySelector("a[href]");
          if (!link) return;
          var to = new URL(link.getAttribute("href"), window.location.href);
          var unit = to.pathname === "/village" && (to.searchParams.has("village") || to.searchParams.has("branch"));
          var where = Array.from(row.cells).slice(1).map(function (c) { return c.textContent.trim(); }).filter(Boolean).join(" · ");
          var inForm = unit && (to.searchParams.has("village") || branches || form.dataset.branches !== undefined);
          add(link.textContent.trim() + (where ? "（" + where + "）" : ""), "", false, function () {
            if (!inForm) window.location.assign(to.href);
            else choose(to.searchParams.get("village"), to.searchParams.get("branch"));
          });
        });
        said.textContent = list.children.length ? say("找到" + list.children.length + "项", list.children.length + " found") : say("没有找到。", "Nothing was found.");
      }).catch(function () { window.location.assign(address.href); });
    }

    search.addEventListener("input", fill);
    dialog.addEventListener("keydown", function (event) {
      var buttons = Array.from(list.querySelectorAll("button"));
      var here = buttons.indexOf(document.activeElement);
      if (event.key === "Enter" && event.target === search) {
        event.preventDefault();
        if (buttons.length === 1) buttons[0].click();
        else if (search.value.trim()) ask();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        var to = here + (event.key === "ArrowDown" ? 1 : -1);
        (to < 0 ? search : buttons[Math.min(to, buttons.length - 1)] || search).focus();
      }
    });
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog) dialog.close(); // beside it
    });
    opener.addEventListener("click", function () {
      search.value = "";
      fill();
      dialog.showModal();
      search.focus();
    });

    villages.hidden = true;
    if (branches) branches.hidden = true;
    villages.before(opener);
    document.body.appendChild(dialog);
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("form.pickers").forEach(setUp);
  });
})();
