// Makes the upload form take dropped files and show how far they have come. Without it the form works as forms do.
(function () {
  "use strict";

  function size(bytes) {
    return bytes < 1048576 ? Math.ceil(bytes / 1024) + " KB" : (bytes / 1048576).toFixed(1) + " MB";
  }

  function prepare(form) {
    var input = form.querySelector("input[type=file]");
    var chosen = form.querySelector(".chosen");
    var bar = form.querySelector("progress");
    var said = form.querySelector(".said");
    var button = form.querySelector("button");

    function list() {
      chosen.replaceChildren();
      Array.prototype.forEach.call(input.files, function (file) {
        var item = document.createElement("li");
        item.textContent = file.name + " · " + size(file.size);
        chosen.appendChild(item);
      });
    }
    input.addEventListener("change", list);

    ["dragenter", "dragover"].forEach(function (name) {
      form.addEventListener(name, function (event) {
        event.preventDefault();
        form.classList.add("over");
      });
    });
    ["dragleave", "drop"].forEach(function (name) {
      form.addEventListener(name, function (event) {
        event.preventDefault();
        form.classList.remove("over");
      });
    });
    form.addEventListener("drop", function (event) {
      if (!event.dataTransfer || !event.dataTransfer.files.length) return;
      var all = new DataTransfer();
      Array.prototype.forEach.call(input.files, function (file) { all.items.add(file); });
      Array.prototype.forEach.call(event.dataTransfer.files, function (file) { all.items.add(file); });
      input.files = all.files;
      list();
    });

    function fail() {
      said.textContent = form.dataset.failed;
      bar.hidden = true;
      button.disabled = false;
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.responseType = "document";
      request.upload.addEventListener("progress", function (sent) {
        if (!sent.lengthComputable) return;
        bar.value = 100 * sent.loaded / sent.total;
        said.textContent = form.dataset.sending + " " + Math.floor(bar.value) + "%";
      });
      request.addEventListener("load", function () {
        if (request.status === 200) {
          window.location.assign(request.responseURL);
          return;
        }
        fail();
        var why = request.response && request.response.querySelector(".callout");
        if (why) said.textContent = why.textContent.trim();
      });
      request.addEventListener("error", fail);
      request.addEventListener("abort", fail);
      bar.hidden = false;
      button.disabled = true;
      said.textContent = form.dataset.sending;
      request.send(new FormData(form));
    });
  }

  document.querySelectorAll("form[data-upload]").forEach(prepare);
})();
