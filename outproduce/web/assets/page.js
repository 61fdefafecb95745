// What pages do beyond their HTML: words beside a dot, the slider of days, lists that follow the filters, keys of review.
"use strict";
(() => {
  const fromServer = location.protocol.startsWith("http");

  // Words beside a dot: taken from the row that the dot leads to, as text and never as HTML from outside.
  const rowOf = (dot) => document.getElementById(decodeURIComponent((dot.getAttribute("href") || "").replace(/^.*#/, "")));

  const fill = (tip, dot) => {
    tip.replaceChildren();
    const row = rowOf(dot);
    const lines = row
      ? [".says", ".words", ".who", ".day"].map((part) => row.querySelector(part)).filter(Boolean)
      : [];
    if (!lines.length) {
      tip.append(Object.assign(document.createElement("p"), { textContent: dot.getAttribute("aria-label") }));
      return;
    }
    for (const line of lines) {
      const copy = document.createElement("p");
      for (const part of line.cloneNode(true).childNodes) if (part.nodeName !== "DETAILS") copy.append(part.cloneNode(true));
      copy.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes));
      copy.querySelectorAll("[id]").forEach((part) => part.removeAttribute("id"));
      tip.append(copy);
    }
  };

  const place = (tip, plot, dot) => {
    const box = plot.getBoundingClientRect(), at = dot.getBoundingClientRect();
    const left = Math.min(Math.max(at.left - box.left - tip.offsetWidth / 2, 0), box.width - tip.offsetWidth);
    const above = at.top - box.top - tip.offsetHeight - 10;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > -40 ? above : at.bottom - box.top + 10}px`;
  };

  const wirePlot = (plot) => {
    const tip = Object.assign(document.createElement("div"), { className: "tip", hidden: true });
    tip.setAttribute("aria-hidden", "true"); // the dot's own name says the same
    plot.append(tip);
    const show = (dot) => {
      hide();
      fill(tip, dot);
      tip.hidden = false;
      dot.classList.add("on");
      place(tip, plot, dot);
    };
    const hide = () => {
      tip.hidden = true;
      plot.querySelectorAll(".on").forEach((dot) => dot.classList.remove("on"));
    };
    for (const group of plot.querySelectorAll(".dots")) {
      const dots = [...group.querySelectorAll("a")];
      dots.forEach((dot, at) => { if (at) dot.setAttribute("tabindex", "-1"); });
      dots.forEach((dot, at) => {
        dot.addEventListener("pointerenter", () => show(dot));
        dot.addEventListener("pointerleave", hide);
        dot.addEventListener("focus", () => show(dot));
        dot.addEventListener("blur", hide);
        dot.addEventListener("keydown", (event) => {
          const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -at, End: dots.length - 1 - at }[event.key];
          if (event.key === "Escape") hide();
          const next = step === undefined ? null : dots[at + step];
          if (!next) return;
          event.preventDefault();
          dot.setAttribute("tabindex", "-1");
          next.removeAttribute("tabindex");
          next.focus();
        });
      });
    }
  };

  // A row inside closed details is shown when something leads to it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let above = target && target.parentElement; above; above = above.parentElement) if (above.nodeName === "DETAILS") above.open = true;
    if (target) target.scrollIntoView({ block: "center" });
  };

  // Take a part of another page of this server in place of the same part of this one.
  let asked = 0;
  const swap = async (address, part) => {
    const mine = ++asked;
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const text = await answer.text();
    if (mine !== asked) return false;
    if (!answer.ok) return false;
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector(part), old = document.querySelector(part);
    if (!fresh || !old) { location.assign(address); return false; }
    old.replaceWith(document.adoptNode(fresh));
    document.title = page.title;
    history.replaceState(null, "", address);
    return true;
  };

  const wireSlider = (form) => {
    const days = form.dataset.days.split(" "), addresses = form.dataset.address.split(" "), names = form.dataset.names.split("|");
    const given = form.querySelector("input[type=date]");
    const shown = given ? given.value : (form.querySelector("strong") || {}).textContent;
    let at = given ? days.findLastIndex((day) => day <= shown) : names.indexOf(shown);
    if (at < 0) at = days.length - 1;
    const range = Object.assign(document.createElement("input"), { type: "range", min: 0, max: days.length - 1, value: at, id: "as-of" });
    const told = Object.assign(document.createElement("output"), { textContent: names[at] });
    range.setAttribute("aria-valuetext", names[at]);
    const label = form.querySelector("label");
    form.replaceChildren(label, range, told);
    range.addEventListener("input", () => {
      told.textContent = names[range.value];
      range.setAttribute("aria-valuetext", names[range.value]);
    });
    range.addEventListener("change", async () => {
      const address = addresses[range.value];
      if (!fromServer) { location.assign(address); return; }
      form.setAttribute("aria-busy", "true");
      if (await swap(address, "main")) {
        wire(document.querySelector("main"));
        document.querySelector(".as-of input[type=range]")?.focus();
      } else {
        form.removeAttribute("aria-busy");
        told.textContent = `${names[range.value]}: ${form.dataset.none}`;
      }
    });
  };

  // A list follows its filters: from the server where there is one, else among the rows of this page.
  const wireFilters = (form) => {
    const results = `#${form.dataset.live}`;
    const query = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    let timer = 0;
    const follow = () => {
      clearTimeout(timer);
      timer = setTimeout(() => swap(`${form.getAttribute("action")}?${query()}`, results), 250);
    };
    if (fromServer && !("static" in document.documentElement.dataset)) { form.addEventListener("input", follow); return; }
    const given = new URLSearchParams(location.search);
    for (const [name, value] of given) if (form.elements[name]) form.elements[name].value = value;
    const filter = () => {
      const wanted = query(), words = (wanted.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
      const rows = document.querySelectorAll(`${results} tbody tr`);
      let count = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        const fits = words.every((word) => text.includes(word)) &&
          ["actor", "item", "kind", "status"].every((name) => !wanted.get(name) || (row.dataset[name] || "").split("|").includes(wanted.get(name)));
        row.hidden = !fits;
        count += fits;
      }
      const told = document.querySelector(`${results} .count`);
      told.dataset.all = told.dataset.all || told.textContent;
      told.textContent = count === rows.length ? told.dataset.all : `${count} / ${rows.length}`;
    };
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
    filter();
  };

  // Review by keys: each button names its own; typing in a field is left alone.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.nodeName)) return;
    const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) { event.preventDefault(); button.click(); }
  });

  const wire = (part) => {
    part.querySelectorAll(".plot").forEach(wirePlot);
    part.querySelectorAll(".as-of").forEach(wireSlider);
    part.querySelectorAll("form[data-live]").forEach(wireFilters);
  };
  wire(document);
  addEventListener("hashchange", reveal);
  reveal();
})();
