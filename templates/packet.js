"use strict";
// Takes decisions and saves them as a file. It asks nobody: what is decided stays in this tab until it is saved.
(function () {
  const main = document.querySelector("main");
  const { words: said, of, id, digest, reviewer, by, file } = main.dataset;
  const words = JSON.parse(said);
  const fill = (text, places) => text.replace(/\{(\w+)\}/g, (all, name) => (name in places ? places[name] : all));
  const roles = ["Admin", "Privileged", "Editor", "Participant", "Social"];
  const CHOICES = { a: ["approve", "reject"], f: ["keep", "not-mine", "accept-until"], n: ["keep", "not-mine"], c: ["keep", "revoke", "role", "not-mine"] };
  const WORDS = { open: "undecided", back: "take_back" };
  const key = "domo-reconcile " + digest + " " + reviewer;
  const rows = new Map();
  let unsaved = false;

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  // Some viewers forbid a page to keep anything: then it keeps nothing.
  function keep(value) {
    try {
      sessionStorage.setItem(key, value);
    } catch { /* the warning before leaving is all there is */ }
  }
  function kept() {
    try {
      return JSON.parse(sessionStorage.getItem(key));
    } catch {
      return null;
    }
  }

  const name = make("input", { id: "by", autocomplete: "email", value: by });
  const search = make("input", { type: "search", id: "search" });
  const only = make("input", { type: "checkbox", id: "only" });
  const save = make("button", { type: "button" }, words.save);
  const count = make("output", { role: "status" });
  const told = make("div", { role: "alert" });
  main.before(
    make("section", { class: "bar", "aria-label": words.bar },
      make("div", {}, make("label", { for: "by" }, words.by), name),
      make("div", {}, make("label", { for: "search" }, words.search), search),
      make("label", { for: "only" }, only, words.only), save, count, told));

  // Nobody has decided it, neither here nor before.
  const open = (row) => row.verdict() === "open" && !row.before;

  const answer = (row) => {
    const verdict = row.verdict();
    if (verdict === "open") return null;
    if (verdict === "back") return { verdict: "open", comment: row.comment.value.trim() || null };
    const one = { verdict: verdict === "role" ? "role:" + row.role.value : verdict, comment: row.comment.value.trim() || null };
    if (verdict === "accept-until") one.until = row.until.value;
    return one;
  };

  // What keeps a row from being saved, if anything does.
  function wrong(row) {
    const verdict = row.verdict();
    if (verdict === "reject" && !row.comment.value.trim()) return words.reason;
    if (verdict === "accept-until" && !row.until.value) return words.day;
    // Whoever does not choose must not have chosen: the first of a list is a role that may administer.
    if (verdict === "role" && !row.role.value) return words.which_role;
    return "";
  }

  function show(row) {
    const verdict = row.verdict();
    row.element.classList.toggle("done", !open(row));
    row.element.classList.remove("wrong");
    row.comment.required = verdict === "reject";
    row.comment.removeAttribute("aria-invalid");
    if (row.until) row.until.hidden = verdict !== "accept-until";
    if (row.role) {
      row.role.hidden = verdict !== "role";
      row.role.required = verdict === "role";
      row.role.removeAttribute("aria-invalid");
    }
  }

  function tally() {
    const left = [...rows.values()].filter(open).length;
    count.textContent = fill(left ? words.open : words.all, { open: left, total: rows.size });
  }

  function changed(row) {
    show(row);
    unsaved = true;
    told.className = "";
    told.textContent = "";
    remember();
    tally();
  }

  function remember() {
    const decided = {};
    for (const [id, row] of rows) {
      const one = answer(row);
      if (one || row.comment.value || row.told) {
        decided[id] = { comment: row.comment.value, ...one, told: row.told };
        if (!one || row.verdict() === "back") decided[id].verdict = row.verdict();
      }
    }
    keep(JSON.stringify({ by: name.value, decided, unsaved }));
  }

  function take(row, one) {
    const [verdict, role] = one.verdict.split(/[: ](.*)/);
    const choice = row.choices.find((choice) => choice.value === verdict);
    if (choice) choice.checked = true;
    if (role && row.role) row.role.value = role;
    if (row.until) row.until.value = one.until || (verdict === "accept-until" && role) || "";
    row.comment.value = one.comment || "";
    row.told = Boolean(one.told);
    show(row);
  }

  let number = 0;
  for (const element of document.querySelectorAll("#rows > li")) {
    const { id: subject, k, v } = element.dataset;
    const about = element.querySelector("h2 bdi").textContent;
    const group = "d" + number++;
    const back = v === undefined ? [] : ["back"];
    const choices = ["open", ...CHOICES[k], ...back].map((value) => make("input", { type: "radio", name: group, value }));
    choices[0].checked = true;
    const comment = make("input", { id: group + "c", maxlength: "2000" });
    const row = { element, choices, comment, before: v !== undefined, verdict: () => choices.find((choice) => choice.checked).value };
    const fields = make("fieldset", {}, make("legend", { class: "vh" }, fill(words.legend, { about })),
      ...choices.map((choice) => make("label", {}, choice, words[WORDS[choice.value] || choice.value.replace("-", "_")])));
    if (k === "f") fields.append((row.until = make("input", { type: "date", "aria-label": words.until, hidden: "" })));
    if (k === "c") {
      row.role = make("select", { "aria-label": words.role, hidden: "" }, make("option", { value: "" }, words.choose_role), ...roles.map((role) => make("option", {}, role)));
      fields.append(row.role);
    }
    fields.append(make("div", { class: "says" }, make("label", { for: group + "c" }, words.comment), comment));
    element.append(fields);
    rows.set(subject, row);
    show(row);
    fields.addEventListener("input", () => changed(row));
  }

  const before = kept();
  if (before) {
    if (before.by) name.value = before.by;
    for (const [id, one] of Object.entries(before.decided || {})) if (rows.has(id)) take(rows.get(id), one);
    unsaved = Boolean(before.unsaved);
  }
  tally();

  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  function sift() {
    const wanted = plain(search.value.trim());
    for (const row of rows.values()) {
      const here = (!wanted || plain(row.element.textContent).includes(wanted)) && (!only.checked || open(row));
      row.element.hidden = !here;
    }
  }
  search.addEventListener("input", sift);
  only.addEventListener("change", sift);

  function refuse(text, field, row) {
    told.className = "bad";
    told.textContent = text;
    if (row) {
      row.element.hidden = false;
      row.element.classList.add("wrong");
      field.setAttribute("aria-invalid", "true");
    }
    field.focus();
    field.scrollIntoView({ block: "center" });
  }

  save.addEventListener("click", () => {
    if (!name.value.trim()) return refuse(words.no_name, name);
    const decisions = {};
    for (const [id, row] of rows) {
      const problem = wrong(row);
      if (problem) {
        const about = row.element.querySelector("h2 bdi").textContent;
        const field = { reject: row.comment, "accept-until": row.until, role: row.role }[row.verdict()];
        return refuse(fill(problem, { about }), field, row);
      }
      const one = answer(row);
      // What stood in a file that was saved here and is taken back is said; what was never decided is not.
      if (one || row.told) decisions[id] = one || { verdict: "open", comment: row.comment.value.trim() || null };
    }
    const at = new Date().toISOString().replace(/\.\d+/, "");
    const saved = { schema: "domo-reconcile/decisions/v1", [of]: id, digest, reviewer, by: name.value.trim(), at, decisions };
    const link = make("a", { download: file });
    link.href = URL.createObjectURL(new Blob([JSON.stringify(saved, null, 1) + "\n"], { type: "application/json" }));
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    unsaved = false;
    for (const id of Object.keys(decisions)) rows.get(id).told = true;
    remember();
    told.className = "ok";
    told.textContent = fill(words.saved, { file, n: Object.keys(decisions).length });
  });

  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
