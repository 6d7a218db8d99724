// Draws the charts of a page from the option documents beside them, and sends the pickers when they change.
// Options hold no functions: where a number must be written in words, they name one of the formatters below.
(function () {
  "use strict";

  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  // A report is white paper whatever the screen prefers.
  function night() {
    return dark.matches && document.documentElement.dataset.theme !== "light";
  }

  function grouped(value, decimals) {
    if (value === null || value === undefined || value === "-" || isNaN(value)) return "–";
    return Number(value).toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  // Labels are given the item, tooltips its value; a point carries [position, value]. What is printed is the value.
  function last(given) {
    var value = given !== null && typeof given === "object" && !Array.isArray(given) ? given.value : given;
    return Array.isArray(value) ? value[value.length - 1] : value;
  }

  var formatters = {
    "@count": function (v) { return grouped(last(v), 0); },
    "@decimal": function (v) { return grouped(last(v), 1); },
    "@percent": function (v) { return grouped(last(v), 1) + " %"; },
    "@item": function (p) { return p.name + " " + grouped(last(p), 0); },
    "@cell": function (p) { return p.name + ": " + grouped(last(p), 1); },
    "@axis-percent": function (v) { return grouped(v, 0) + " %"; },
    "@axis-count": function (v) { return grouped(v, v % 1 === 0 ? 0 : 1); }
  };

  function resolve(node) {
    if (node === null || typeof node !== "object") return node;
    Object.keys(node).forEach(function (key) {
      var value = node[key];
      if ((key === "formatter" || key === "valueFormatter") && typeof value === "string" && formatters[value]) {
        node[key] = formatters[value];
      } else {
        resolve(value);
      }
    });
    return node;
  }

  // On paper the picture is scaled by the style sheet: a script hears of printing too late to draw anew for the page.
  function scalable(plot) {
    var svg = plot.querySelector("svg");
    if (svg) svg.setAttribute("viewBox", "0 0 " + svg.getAttribute("width") + " " + svg.getAttribute("height"));
  }

  function draw(plot) {
    var source = document.getElementById(plot.dataset.option);
    if (!source) return;
    // chart.Dark writes names; on the dark page they must be light.
    var made = JSON.parse(night() ? source.textContent.replace(/#5b6b7c/g, "#a3adb8") : source.textContent);
    var option = resolve(made.option);
    option.backgroundColor = "transparent";
    option.animation = false;
    // HTML tooltips need inline styles, which the content policy forbids.
    option.tooltip = Object.assign({}, option.tooltip, { renderMode: "richText", confine: true });
    (option.series || []).forEach(function (series) {
      if (series.type === "line") series.showAllSymbol = true; // by default narrow charts lose points, signals among them
      if (series.stack) series.stackStrategy = "all"; // an area from below zero to above it is one area
    });
    [].concat(option.yAxis || []).forEach(function (axis) {
      if (axis.name) axis.nameTextStyle = { align: "left" }; // centred on the axis a long name is cut off at the left
    });
    if (plot.clientWidth < 520) {
      [].concat(option.yAxis || []).forEach(function (axis) { // long names leave room for the bars, on as many lines as there is height for
        if (axis.type === "category") {
          var room = (plot.clientHeight - 60) / ((axis.data || []).length || 1);
          axis.axisLabel = Object.assign({}, axis.axisLabel, { width: Math.round(plot.clientWidth * 0.36), overflow: "break" },
            room < 30 ? { width: Math.round(plot.clientWidth * 0.42), overflow: "truncate", fontSize: 10 } : {});
        }
      });
      (option.series || []).forEach(function (series) {
        var events = ((series.markLine || {}).data || []).filter(function (mark) { return mark.xAxis !== undefined; });
        if (events.some(function (mark) { return mark.name.length > 6; })) { // long names write over each other; the note below says them
          events.forEach(function (mark) { mark.label = { show: false }; });
        }
        if (series.type === "sankey") {
          series.label.fontSize = 10;
          series.label.formatter = function (p) { // on three lines: step, time, number
            return p.name.replace(/ ?([(（])/, "\n$1") + "\n" + grouped(last(p), 0);
          };
          series.left = 4;
          series.right = 78;
        }
      });
    }
    option.textStyle = Object.assign({ fontFamily: getComputedStyle(plot).fontFamily }, option.textStyle);
    var old = echarts.getInstanceByDom(plot);
    if (old) old.dispose();
    var chart = echarts.init(plot, night() ? "dark" : null, { renderer: "svg" });
    chart.setOption(option);
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
    document.querySelectorAll(".plot[data-option]").forEach(draw);
  }

  function resizeAll() {
    document.querySelectorAll(".plot[data-drawn]").forEach(function (plot) {
      var chart = echarts.getInstanceByDom(plot);
      if (chart) chart.resize();
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

  document.addEventListener("DOMContentLoaded", function () {
    document.documentElement.classList.add("scripted");
    if (window.echarts) {
      drawAll();
      window.addEventListener("resize", resizeAll);
      dark.addEventListener("change", drawAll);
    }
  });
})();
