"use strict";
// Filters, sorts, pages and exports the tables of findings. The page is whole without it: every row is in the file. It stores nothing,
// asks nobody, and makes elements, never markup. What goes wrong in one table leaves that table as it was.
(function () {
  const words = JSON.parse(document.querySelector("main").dataset.words);
  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (all, name) => (name in places ? places[name] : all));
  const number = (value) => value.toLocaleString("en-US");
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const lists = [];

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // The last three cells of a finding are for a pen: only paper has them.
  const filled = (row) => [...row.cells].slice(0, -3);

  // A finding is one row, or several: drift has a row for each field. They stay together.
  function findingsOf(tables) {
    const findings = [];
    for (const table of tables) {
      for (const row of table.tBodies[0].rows) {
        if (row.id) findings.push({ id: row.id, rows: [], severity: row.dataset.s, state: row.dataset.t });
        findings[findings.length - 1].rows.push(row);
      }
    }
    return findings;
  }

  function enhance(section) {
    const chunks = [...section.querySelectorAll(".tw")];
    if (!chunks.length) return;
    const tables = chunks.map((chunk) => chunk.querySelector("table"));
    const all = findingsOf(tables);
    const body = tables[0].tBodies[0];
    const list = { section, all, shown: all, units: all, page: 0, size: all.length <= 250 ? Infinity : 100, column: -1, down: false };
    lists.push(list);
    if (all.length <= 20) return;

    // One table from now on: the first takes every row.
    chunks.slice(1).forEach((chunk) => chunk.remove());
    const title = section.querySelector("h2").firstChild.textContent.trim();
    tables[0].caption.textContent = title;

    const search = make("input", { type: "search", "aria-label": words.filter, placeholder: words.filter });
    const state = make("select", {}, make("option", { value: "" }, words.all_states));
    const count = make("span", { role: "status" });
    const boxes = [];
    const bar = make("div", { class: "bar" }, search);
    for (const rank of ["0", "1", "2", "3", "4"]) {
      const some = all.filter((finding) => finding.severity === rank);
      if (!some.length) continue;
      const box = make("input", { type: "checkbox", value: rank });
      box.checked = true;
      boxes.push(box);
      const label = some[0].rows[0].querySelector(".sev").textContent;
      bar.append(make("label", {}, box, `${label} ${number(some.length)}`));
    }
    for (const word of new Set(all.map((finding) => finding.state))) {
      const one = all.find((finding) => finding.state === word).rows[0];
      const cell = filled(one).pop();
      state.append(make("option", { value: word }, word === "accepted" ? word[0].toUpperCase() + word.slice(1) : cell.firstChild.textContent));
    }
    const csv = make("button", { type: "button" }, words.csv);
    bar.append(make("label", {}, words.state, state), csv, count);
    const pager = make("div", { class: "bar" });
    const size = make("select", {}, ...[["100", "100"], ["500", "500"], ["Infinity", words.all]].map(([value, text]) => make("option", { value }, text)));
    const previous = make("button", { type: "button" }, words.previous);
    const next = make("button", { type: "button" }, words.next);
    const range = make("span", {});
    pager.append(make("label", {}, words.rows, size), previous, next, range, make("span", { class: "hint" }, words.find_hint));
    chunks[0].before(bar, make("p", { class: "hint" }, words.csv_hint));
    if (all.length > 250) chunks[0].after(pager);
    const clear = make("button", { type: "button" }, words.clear);
    const nothing = make("p", { class: "note" });

    function show() {
      const size = list.printing ? Infinity : list.size;
      const pages = Math.max(1, Math.ceil(list.units.length / size));
      list.page = Math.min(Math.max(list.page, 0), pages - 1);
      const from = size === Infinity ? 0 : list.page * size;
      const some = list.units.slice(from, size === Infinity ? undefined : from + size);
      body.replaceChildren(...some.flatMap((unit) => unit.rows));
      count.textContent = fill(words.shown, { shown: number(list.shown.length), total: number(all.length) });
      range.textContent = fill(words.range, { from: number(some.length ? from + 1 : 0), to: number(from + some.length), total: number(list.units.length) });
      previous.disabled = list.page === 0;
      next.disabled = list.page >= pages - 1;
      nothing.remove();
      if (!some.length) {
        const said = search.value.trim() ? fill(words.no_match, { filter: `\u201C${search.value}\u201D` }) : words.none_chosen;
        nothing.replaceChildren(said, " ", clear);
        chunks[0].after(nothing);
      }
    }

    function apply() {
      const asked = plain(search.value).split(/\s+/).filter(Boolean);
      const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
      list.shown = all.filter((finding) => {
        if (!severities.has(finding.severity) || (state.value && finding.state !== state.value)) return false;
        if (!asked.length) return true;
        finding.text ??= plain(finding.rows.map((row) => row.textContent).join(" "));
        return asked.every((word) => finding.text.includes(word));
      });
      list.filter = [search.value, ...boxes.filter((box) => !box.checked).map((box) => `\u2212 ${box.parentElement.textContent}`), state.selectedOptions[0].value].filter(Boolean).join(", ");
      order();
      list.page = 0;
      show();
    }

    function value(row) {
      const cell = row.cells[list.column];
      return cell.dataset.v ?? cell.textContent;
    }

    // Findings keep their rows together, but where a column tells these apart (the fields of a drift): then each row stands by itself.
    function order() {
      list.units = list.shown;
      if (list.column < 0) return;
      const type = tables[0].tHead.rows[0].cells[list.column].dataset.t;
      const several = (finding) => finding.rows.length > 1 && new Set(finding.rows.map(value)).size > 1;
      if (type !== "v" && list.shown.some(several)) {
        list.units = list.shown.flatMap((finding) => finding.rows.map((row) => ({ rows: [row], severity: finding.severity })));
      }
      const first = (unit) => value(unit.rows[0]);
      const compare = {
        v: (a, b) => a.severity - b.severity,
        n: (a, b) => Number(first(a)) - Number(first(b)),
      }[type] || ((a, b) => collator.compare(first(a), first(b)));
      list.units = [...list.units].sort((a, b) => (list.down ? compare(b, a) : compare(a, b)));
    }

    list.clear = () => {
      search.value = "";
      state.value = "";
      boxes.forEach((box) => (box.checked = true));
      apply();
    };
    list.show = show;
    list.open = (finding) => {
      if (!list.shown.includes(finding)) list.clear();
      if (list.size !== Infinity) list.page = Math.floor(list.units.findIndex((unit) => unit.rows.includes(finding.rows[0])) / list.size);
      show();
    };

    let waiting;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 120);
    });
    search.addEventListener("keydown", (event) => event.key === "Escape" && list.clear());
    clear.addEventListener("click", () => (list.clear(), search.focus()));
    bar.addEventListener("change", (event) => event.target !== search && apply());
    size.addEventListener("change", () => {
      list.size = Number(size.value);
      list.page = 0;
      show();
    });
    previous.addEventListener("click", () => (list.page--, show()));
    next.addEventListener("click", () => (list.page++, show()));
    csv.addEventListener("click", () => download(list, tables[0].tHead.rows[0], section.id));

    [...tables[0].tHead.rows[0].cells].forEach((head, column) => {
      if (!head.dataset.t) return;
      const button = make("button", { type: "button", title: fill(words.sort, { column: head.textContent }) }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        list.down = list.column === column && !list.down;
        list.column = column;
        tables[0].tHead.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", list.down ? "descending" : "ascending");
        list.page = 0;
        order();
        show();
      });
    });
    show();
  }

  function download(list, head, name) {
    const cell = (text) => {
      const safe = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) ? `'${text}` : text;
      return `"${safe.replaceAll('"', '""')}"`;
    };
    const line = (row) => filled(row).map((one) => cell((one.innerText || one.textContent).replace(/\s+/g, " ").trim())).join(",");
    const lines = [line(head), ...list.units.flatMap((unit) => unit.rows.map(line))];
    const link = make("a", { download: `${name}.csv` });
    link.href = URL.createObjectURL(new Blob(["\uFEFF" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // A link to a finding opens its page of the table, wherever the row is. One that this page does not list leads to where that is said.
  function follow() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("F-")) return;
    for (const list of lists) {
      const finding = list.all.find((one) => one.id === id);
      if (finding && list.open) list.open(finding);
    }
    const there = document.getElementById(id) || document.querySelector("main > .note");
    if (!there) return;
    there.tabIndex = -1;
    there.focus({ preventScroll: true });
    there.scrollIntoView({ block: "center" });
  }

  // Paper gets every row of the view, and says when that is not all of them.
  function printing(on) {
    for (const list of lists.filter((one) => one.show)) {
      list.printing = on;
      list.note?.remove();
      if (on && list.shown.length < list.all.length) {
        const places = { shown: number(list.shown.length), total: number(list.all.length), filter: list.filter };
        list.note = make("p", { class: "note" }, fill(words.print_note, places));
        list.section.querySelector("h2").after(list.note);
      }
      list.show();
    }
  }

  for (const section of document.querySelectorAll("section.kind")) {
    try {
      enhance(section);
    } catch (error) {
      console.warn(error);
    }
  }
  // A table that is wider than its place says so.
  function measure() {
    for (const place of document.querySelectorAll(".tw")) place.classList.toggle("wide", place.scrollWidth > place.clientWidth + 1);
  }
  measure();
  addEventListener("resize", measure);
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  follow();
})();
