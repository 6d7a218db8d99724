// Draws the charts of a page from the option documents beside them, and sends the pickers when they change.
// Options hold no functions: where a number must be written in words, they name one of the formatters below.
(function () {
  "use strict";

  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  // A report is white paper whatever the screen prefers; on other pages a person may have chosen (look.js).
  function night() {
    var theme = document.documentElement.dataset.theme;
    return theme ? theme === "dark" : dark.matches;
  }

  // In the hall a chart is drawn small and shown large, its letters with it: how often larger.
  function enlarged() {
    return document.documentElement.hasAttribute("data-hall") ? 2.6 : 1;
  }

  function grouped(value, decimals) {
    if (value === null || value === undefined || value === "-" || isNaN(value)) return "–";
    return Number(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  // How many decimals an axis needs, so that no two of its ticks read the same.
  function digits(value) {
    var hundredths = Math.round(value * 100);
    return hundredths % 100 === 0 ? 0 : hundredths % 10 === 0 ? 1 : 2;
  }

  // Labels are given the item, tooltips its value; a point carries [position, value]. What is printed is the value.
  function last(given) {
    var value = given !== null && typeof given === "object" && !Array.isArray(given) ? given.value : given;
    return Array.isArray(value) ? value[value.length - 1] : value;
  }

  var formatters = {
    "@count": function (v) { return grouped(last(v), 0); },
    "@decimal": function (v) { return grouped(last(v), 1); },
    "@percent": function (v) { return grouped(last(v), 1) + "%"; },
    "@item": function (p) { return p.name + " " + grouped(last(p), 0); },
    "@cell": function (p) { return p.name + ": " + (p.data && p.data.said || grouped(last(p), 1)); },
    "@axis-percent": function (v) { return grouped(v, digits(v)) + "%"; },
    "@axis-count": function (v) { return grouped(v, digits(v)); }
  };

  function resolve(node) {
    if (node === null || typeof node !== "object") return node;
    Object.keys(node).forEach(function (key) {
      var value = node[key];
      if ((key === "formatter" || key === "valueFormatter") && typeof value === "string" && formatters[value]) {
        node[key] = formatters[value];
      } else if (typeof value === "string" && value.indexOf("--p-") === 0) { // a colour of the style sheet
        node[key] = getComputedStyle(document.documentElement).getPropertyValue(value).trim();
      } else {
        resolve(value);
      }
    });
    return node;
  }

  // On paper charts are drawn anew, as wide as lets their smallest letters have nine points, at once: the browser waits for nothing.
  var paperWidth = 620;
  var paper = false;
  window.addEventListener("beforeprint", function () { paper = true; drawAll(); });
  window.addEventListener("afterprint", function () { paper = false; drawAll(); });

  // How large a chart is drawn; the style sheet scales it to the room it has.
  function sizeOf(plot) {
    if (paper) return { width: paperWidth, height: Math.max(Math.round(plot.clientHeight * 0.75), Number(plot.dataset.rows) * 17 + 90) }; // a name needs its line
    return { width: plot.clientWidth / enlarged(), height: plot.clientHeight / enlarged() };
  }

  function scalable(plot) {
    var svg = plot.querySelector("svg");
    if (svg) svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
  }

  function draw(plot) {
    var source = document.getElementById(plot.dataset.option);
    if (!source || !plot.clientWidth) return;
    // chart.Dark writes names; on the dark page they must be light.
    var made = JSON.parse(night() ? source.textContent.replace(/#5b6b7c/g, "#a3adb8") : source.textContent);
    var option = resolve(made.option);
    plot.dataset.rows = [].concat(option.yAxis || []).reduce(function (rows, axis) { return axis.type === "category" ? (axis.data || []).length : rows; }, 0);
    option.backgroundColor = "transparent";
    option.animation = false;
    // HTML tooltips need inline styles, which the content policy forbids.
    option.tooltip = Object.assign({}, option.tooltip, { renderMode: "richText", confine: true });
    (option.series || []).forEach(function (series) {
      if (series.type === "line") series.showAllSymbol = true; // by default narrow charts lose points, signals among them
      if (series.stack) series.stackStrategy = "all"; // an area from below zero to above it is one area
    });
    [].concat(option.yAxis || []).forEach(function (axis) {
      if (axis.type === "value" && sizeOf(plot).height < 200) axis.splitNumber = 3; // more ticks would write over each other
      if (axis.name) axis.nameTextStyle = { align: "left" }; // centred on the axis a long name is cut off at the left
    });
    if (sizeOf(plot).width < 520) {
      [].concat(option.yAxis || []).forEach(function (axis) { // long names leave room for the bars, on as many lines as there is height for
        if (axis.type === "category") {
          var room = (sizeOf(plot).height - 60) / ((axis.data || []).length || 1);
          axis.axisLabel = Object.assign({}, axis.axisLabel, { width: Math.round(sizeOf(plot).width * 0.36), overflow: "break" },
            room < 30 ? { width: Math.round(sizeOf(plot).width * 0.42), overflow: "truncate", fontSize: 10 } : {});
        }
      });
      (option.series || []).forEach(function (series) {
        var events = ((series.markLine || {}).data || []).filter(function (mark) { return mark.xAxis !== undefined; });
        if (events.some(function (mark) { return mark.name.length > 6; })) { // long names write over each other; the note below says them
          events.forEach(function (mark) { mark.label = { show: false }; });
        }
      });
    }
    option.textStyle = Object.assign({ fontFamily: getComputedStyle(plot).fontFamily }, option.textStyle);
    if (made.map) echarts.registerMap(option.series[0].map, made.map);
    var old = echarts.getInstanceByDom(plot);
    if (old) old.dispose();
    var chart = echarts.init(plot, night() ? "dark" : null, Object.assign({ renderer: "svg" }, sizeOf(plot)));
    chart.setOption(option);
    chart.getZr().flush();
    plot.dataset.drawn = night() ? "dark" : "light";
    scalable(plot);
    if (made.links) {
      chart.on("click", function (event) {
        var link = made.links[event.name] || made.links[event.seriesName];
        if (link) window.location.assign(link);
      });
    }
  }

  function drawAll() {
    if (!window.echarts) return;
    document.querySelectorAll(".plot[data-option]").forEach(draw);
  }

  function resizeAll() {
    document.querySelectorAll(".plot[data-drawn]").forEach(function (plot) {
      var chart = echarts.getInstanceByDom(plot);
      if (chart && plot.clientWidth) chart.resize(sizeOf(plot));
      scalable(plot);
    });
  }

  // A choice by pointer is sent at once. By keyboard every arrow key is a change, so there the button is shown instead.
  document.addEventListener("keydown", function (event) {
    var form = event.target.closest("form.pickers");
    if (form && event.key !== "Tab") form.classList.add("keyed");
  });
  document.addEventListener("pointerdown", function (event) {
    var form = event.target.closest("form.pickers");
    if (form) form.classList.remove("keyed");
  });
  document.addEventListener("change", function (event) {
    var form = event.target.closest("form.pickers");
    if (form && !form.classList.contains("keyed")) form.requestSubmit();
  });

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
  });

  // What has opened over the page closes by Escape, and by a click beside it; the keyboard goes back to what opened it.
  document.addEventListener("keydown", function (event) {
    var menu = document.getElementById("menu");
    var open = document.querySelector(".choice-line details[open]");
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    } else if (menu && menu.checked) {
      menu.checked = false;
      menu.focus();
    }
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll(".choice-line details[open]").forEach(function (open) {
      if (!open.contains(event.target)) open.open = false;
    });
  });

  // The rows behind a number open beside the page; without script, or in a window of their own, the link leads to a page.
  function inDrawer(address) {
    var drawer = document.querySelector("dialog.side");
    if (!drawer) {
      drawer = document.createElement("dialog");
      drawer.className = "side";
      document.body.appendChild(drawer);
      drawer.addEventListener("click", function (event) {
        if (event.target === drawer) drawer.close(); // beside it
      });
    }
    drawer.setAttribute("aria-busy", "true");
    if (!drawer.open) drawer.showModal();
    fetch(address, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok || response.redirected) throw new Error(response.status);
      return response.text();
    }).then(function (html) {
      var made = new DOMParser().parseFromString(html, "text/html");
      var close = document.createElement("button");
      close.type = "button";
      close.className = "close";
      close.textContent = document.documentElement.lang === "en" ? "Close" : "关闭";
      close.addEventListener("click", function () { drawer.close(); });
      var title = made.querySelector("h1");
      drawer.replaceChildren(close, title);
      drawer.setAttribute("aria-label", title.textContent);
      made.querySelectorAll("main > .component, main > .callout, main > .table").forEach(function (block) { drawer.appendChild(block); });
      drawer.removeAttribute("aria-busy");
      drawer.scrollTop = 0;
      close.focus();
    }).catch(function () { window.location.assign(address); });
  }

  function opensDrawer(address) {
    return address.origin === window.location.origin && address.pathname === "/behind" && window.location.pathname !== "/behind" && !address.searchParams.has("format");
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (!opensDrawer(new URL(link.href, window.location.href))) return;
    event.preventDefault();
    inDrawer(link.href);
  });
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.closest("dialog.side")) return;
    var address = new URL(form.action, window.location.href);
    address.search = new URLSearchParams(new FormData(form)).toString();
    if (!opensDrawer(address)) return;
    event.preventDefault();
    inDrawer(address.href);
  });

  document.addEventListener("DOMContentLoaded", function () {
    document.documentElement.classList.add("scripted");
    if (window.echarts) {
      drawAll();
      window.addEventListener("resize", resizeAll);
      document.addEventListener("look", drawAll); // another look
      document.addEventListener("drawn", drawAll); // another page, or another size
      document.addEventListener("shown", drawAll); // another part of it
      document.addEventListener("toggle", function (event) { // what was folded away had no size to be drawn in
        event.target.querySelectorAll(".plot[data-option]:not([data-drawn])").forEach(draw);
      }, true);
    }
  });
})();
