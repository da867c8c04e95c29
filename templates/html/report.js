"use strict";
// What the page can do beyond being read: filter, sort, copy, open by link, keys. No text of an archive ever becomes
// markup: it is read and written as textContent only, and nothing is loaded.
(() => {
  const all = (what, where = document) => [...where.querySelectorAll(what)];
  const byId = (id) => document.getElementById(id);
  const made = (name, text, properties = {}) =>
    Object.assign(document.createElement(name), { textContent: text }, properties);
  const words = (element, name, by = " ") => (element.dataset[name] || "").split(by).filter(Boolean);
  const tell = (text) => { byId("told").textContent = text; };
  const main = document.querySelector("main");
  const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

  // Filter. Findings and causes have severities, areas and nodes; rows of tables have text, and a node where a column
  // says so. A text is cut to lower case once, when it is first looked for.
  const texts = new WeakMap();
  const textOf = (element) => {
    if (!texts.has(element)) texts.set(element, element.textContent.toLowerCase());
    return texts.get(element);
  };
  const findings = all(".finding");
  const causes = all(".cause");
  const groups = all(".rule");
  const unchecked = all(".reasons li[data-areas]");
  const reasons = all(".reason");
  const tables = all("main table").filter((table) => !table.classList.contains("overview"));
  const columnOfNode = (table) => all("thead th", table).findIndex((one) => /^(from )?node/i.test(one.textContent.trim()));
  const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
  const nodeOf = (row, at) => row.cells[at].textContent.split(" / ")[0].trim(); // rows of many peers: node / peer
  const wanted = () => ({
    text: byId("filter-text").value.trim().toLowerCase().split(/\s+/).filter(Boolean),
    severities: new Set(all("input[name=severity]:checked").map((box) => box.value)),
    everySeverity: !all("input[name=severity]:not(:checked)").length,
    area: byId("filter-area").value,
    node: byId("filter-node").value,
  });
  const hasText = (element, want) => want.text.every((word) => textOf(element).includes(word));
  const hasKind = (element, want) =>
    (want.everySeverity || words(element, "severities").some((one) => want.severities.has(one)))
    && (!want.area || words(element, "areas").includes(want.area));
  const hasNode = (element, want) => !want.node || words(element, "nodes", "\n").includes(want.node);
  const show = (element, shown) => { element.hidden = !shown; return shown; };

  const filterFindings = (want) => {
    let shown = 0;
    for (const group of groups) {
      const fits = hasKind(group, want);
      const title = textOf(group.querySelector("h3"));
      const rest = { ...want, text: want.text.filter((word) => !title.includes(word)) };
      const inside = all(".finding", group).filter((one) => show(one, fits && hasNode(one, want) && hasText(one, rest)));
      const open = fits && (inside.length > 0 || (!all(".finding", group).length && !want.node && !rest.text.length));
      show(group, open);
      const row = document.querySelector(`tr[data-group="${CSS.escape(group.querySelector("h3").id)}"]`);
      if (row) show(row, open);
      shown += inside.length;
    }
    return shown;
  };
  const filterTable = (table, want) => {
    const at = columnOfNode(table);
    const rows = rowsOf(table);
    const fits = (row) =>
      hasText(row, want)
      && (!row.dataset.areas || !want.area || words(row, "areas").includes(want.area))
      && (at < 0 || !want.node || nodeOf(row, at) === want.node);
    const shown = rows.filter((row) => show(row, fits(row))).length;
    const cut = shown < rows.length;
    let note = table.caption.querySelector(".match");
    if (!note && cut) note = table.caption.appendChild(made("span", "", { className: "match" }));
    if (note) note.textContent = cut ? ` (${shown} of ${counted(rows.length, "row")} shown)` : "";
    const fold = table.closest("details.facts-table");
    if (fold && want.text.length && cut && shown && !fold.open) Object.assign(fold, { open: true }).dataset.opened = "";
    if (fold && "opened" in fold.dataset && !(want.text.length && shown)) {
      fold.open = false;
      delete fold.dataset.opened;
    }
    return [shown, rows.length];
  };
  const filter = () => {
    const want = wanted();
    const active = want.text.length > 0 || !want.everySeverity || want.area || want.node;
    const found = filterFindings(want);
    const told = causes.filter((one) => show(one, hasKind(one, want) && hasNode(one, want) && hasText(one, want)));
    for (const one of unchecked) show(one, (!want.area || words(one, "areas").includes(want.area)) && hasText(one.closest(".reason"), want));
    for (const one of reasons) show(one, all("li[data-areas]", one).some((each) => !each.hidden));
    const rows = tables.map((table) => filterTable(table, want)).reduce((sum, one) => [sum[0] + one[0], sum[1] + one[1]], [0, 0]);
    byId("filter-clear").disabled = !active;
    tell(active
      ? `${found} of ${counted(findings.length, "finding")}, ${told.length} of ${counted(causes.length, "root cause")}, `
        + `${rows[0].toLocaleString("en")} of ${counted(rows[1], "table row")} shown`
      : "");
  };
  const clear = () => {
    byId("filter-text").value = byId("filter-area").value = byId("filter-node").value = "";
    for (const box of all("input[name=severity]")) box.checked = true;
    filter();
  };

  // Sort by a column: numbers by size, severities the worst first, all else as people count (worker-2 before worker-10).
  const natural = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const severities = ["critical", "error", "warning", "info"];
  const valueOf = (row, at) => {
    const text = (row.cells[at] ? row.cells[at].textContent : "").trim();
    const number = /^-?[\d,]*\.?\d+$/.test(text) ? Number(text.replaceAll(",", "")) : NaN;
    return { text, number, severity: severities.indexOf(text) };
  };
  const compare = (one, other) => {
    if (one.severity >= 0 && other.severity >= 0) return one.severity - other.severity;
    if (!Number.isNaN(one.number) && !Number.isNaN(other.number)) return one.number - other.number;
    return natural.compare(one.text, other.text);
  };
  const sort = (table, at, head) => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of all("thead th[aria-sort]", table)) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    for (const body of table.tBodies) {
      const rows = [...body.rows].map((row) => [valueOf(row, at), row]);
      rows.sort((one, other) => compare(one[0], other[0]) * (down ? -1 : 1));
      body.append(...rows.map((pair) => pair[1]));
    }
  };
  const sortable = (table) => {
    if (rowsOf(table).length < 2 || rowsOf(table).some((row) => [...row.cells].some((cell) => cell.colSpan > 1))) return;
    all("thead th", table).forEach((head, at) => {
      const label = head.textContent;
      head.textContent = "";
      head.append(made("button", label, { type: "button", className: "sort", onclick: () => sort(table, at, head) }));
    });
  };

  // Copy a finding or a cause for the case, as plain text or as Markdown that nothing quoted can break out of.
  const root = main.dataset.root;
  const plain = (element) => (element ? element.textContent.replace(/\s+/g, " ").trim() : "");
  const escaped = (text) => text.replace(/[\\`*_[\]<>#|~]/g, "\\$&");
  const inline = (element, markdown) => {
    if (!markdown) return plain(element);
    const parts = [...element.childNodes].map((node) => {
      if (node.nodeName === "CODE" && !node.textContent.includes("`")) return `\`${node.textContent}\``;
      return escaped(node.textContent);
    });
    return parts.join("").replace(/\s+/g, " ").trim();
  };
  const fenced = (lines, markdown) => {
    if (!markdown) return lines.map((line) => `    ${line}`);
    const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) || []).map((run) => run.length)));
    return ["```" + "`".repeat(longest - 2), ...lines, "```" + "`".repeat(longest - 2)];
  };
  const pathOf = (summary) => {
    const path = summary.querySelector(".path");
    const whole = path.querySelector(".root") ? root + path.textContent.slice(2) : path.textContent;
    return whole + plain(summary.querySelector(".at"));
  };
  const quotedOf = (box, markdown) => {
    const path = pathOf(box.querySelector("summary"));
    const lines = all(".place", box).flatMap((place) => {
      const note = place.querySelector(".note");
      const list = place.querySelector("ol.lines");
      const quoted = all("li", list).map((line, at) => `${String(list.start + at).padStart(6)}  ${line.textContent}`);
      return note ? [`# ${plain(note)}`, ...quoted] : quoted;
    });
    return [markdown ? escaped(path) : path, ...fenced(lines, markdown), ""];
  };
  const findingAs = (finding, markdown) => {
    const group = finding.closest(".rule");
    const severity = words(group, "severities")[0];
    const name = plain(group.querySelector(".name"));
    const title = inline(group.querySelector(".title"), markdown);
    const where = inline(finding.querySelector(".title"), markdown);
    const message = inline(finding.querySelector(".message"), markdown);
    const head = markdown ? `**${severity}: ${title}** (\`${name}\`)` : `${severity}: ${title} (${name})`;
    return [head, "", `${where}: ${message}`, "", ...all(".evidence", finding).flatMap((box) => quotedOf(box, markdown))];
  };
  const causeAs = (cause, markdown) => {
    const title = inline(cause.querySelector(".title"), markdown);
    const sure = plain(cause.querySelector("h3 .mark"));
    const lines = [markdown ? `### ${title} (${sure})` : `${title} (${sure})`, ""];
    for (const part of cause.children) {
      if (part.matches("h4")) lines.push(markdown ? `**${plain(part)}**` : `${plain(part)}:`, "");
      if (part.matches("p:not(.about)")) lines.push(inline(part, markdown), "");
      if (part.matches("ol, ul")) {
        const mark = (at) => (part.matches("ol") ? `${at + 1}.` : "-");
        lines.push(...all(":scope > li", part).map((item, at) => `${mark(at)} ${inline(item, markdown)}`), "");
      }
    }
    return lines;
  };
  const byHand = (text) => {
    byId("by-hand-text").value = text;
    byId("by-hand").showModal();
    byId("by-hand-text").select();
  };
  const fallback = (text) => {
    const area = document.body.appendChild(made("textarea", "", { value: text, readOnly: true, className: "apart" }));
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  };
  const copy = async (text, what) => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      done = fallback(text);
    }
    if (done) tell(`${what} copied`);
    else byHand(text);
  };
  const copyOf = (element, markdown) => {
    const lines = element.matches(".finding") ? findingAs(element, markdown) : causeAs(element, markdown);
    const what = element.matches(".finding") ? "Finding" : "Root cause";
    return copy(`${lines.join("\n").trim()}\n`, `${what} ${markdown ? "as Markdown" : "as text"}`);
  };
  const copyButtons = (element) => {
    const place = made("span", "", { className: "copy" });
    const title = plain(element.querySelector(".title"));
    for (const [label, markdown] of [["Copy text", false], ["Copy Markdown", true]]) {
      const button = made("button", label, { type: "button", onclick: () => copyOf(element, markdown) });
      button.setAttribute("aria-label", `${label} of ${title}`);
      place.append(button);
    }
    element.prepend(place); // beside the heading and not in it: the heading's name stays its own
  };

  // Open by link: what is folded around the target opens, a filter that hides it is cleared, it is marked.
  const mark = (target) => {
    for (const one of all(".current")) one.classList.remove("current");
    target.classList.add("current");
  };
  const reveal = (target) => {
    if (target.closest("[hidden]")) clear();
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    for (const box of target.matches(".finding") ? all(".evidence", target) : []) box.open = true;
    mark(target);
    target.scrollIntoView({ block: "start" });
  };
  const openLink = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* no valid escape: the id as it stands */ }
    if (!id) return;
    const target = byId(id);
    if (target) reveal(target);
    else tell(`This page does not hold ${id.slice(0, 100)}: see the JSON report`);
  };

  // Keys.
  const current = () => document.querySelector(".finding.current");
  const step = (by) => {
    const shown = findings.filter((one) => !one.closest("[hidden]"));
    if (!shown.length) return;
    const at = shown.indexOf(current());
    const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(at + by, 0), shown.length - 1)];
    reveal(next);
    next.focus({ preventScroll: true });
    history.replaceState(null, "", `#${next.id}`);
  };
  const keys = {
    "/": () => { byId("filter-text").focus(); byId("filter-text").select(); },
    "?": () => byId("keys").showModal(),
    j: () => step(1),
    k: () => step(-1),
    c: () => { if (current()) copyOf(current(), true); },
    Escape: () => { clear(); if (document.activeElement.closest(".tools")) document.activeElement.blur(); },
  };
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const writing = event.target.closest("input[type=search], select, textarea");
    if (!Object.hasOwn(keys, event.key) || (writing && event.key !== "Escape")) return;
    event.preventDefault();
    keys[event.key]();
  };

  // Start: what needs the script appears.
  const nodesOf = (table) => {
    const at = columnOfNode(table);
    return at < 0 ? [] : rowsOf(table).map((row) => nodeOf(row, at)).filter((name) => name.length > 1); // no dash
  };
  const nodes = new Set([...[...findings, ...causes].flatMap((one) => words(one, "nodes", "\n")), ...tables.flatMap(nodesOf)]);
  byId("filter-node").append(...[...nodes].sort(natural.compare).map((node) => new Option(node, node)));
  let soon;
  byId("filter-text").addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(filter, 120); });
  for (const one of [byId("filter-area"), byId("filter-node"), ...all("input[name=severity]")]) one.addEventListener("change", filter);
  byId("filter-clear").addEventListener("click", clear);
  byId("keys-open").addEventListener("click", () => byId("keys").showModal());
  byId("keys-close").addEventListener("click", () => byId("keys").close());
  byId("by-hand-close").addEventListener("click", () => byId("by-hand").close());
  for (const one of [...findings, ...causes]) copyButtons(one);
  for (const table of all("main table")) sortable(table);
  const ask = byId("ask-text");
  if (ask) ask.before(made("button", "Copy", { type: "button", id: "ask-copy", onclick: () => copy(ask.textContent, "Text") }));
  addEventListener("keydown", pressed);
  addEventListener("hashchange", openLink);
  byId("filter-clear").disabled = true;
  byId("tools").hidden = false;
  document.documentElement.classList.add("scripted");
  openLink();
})();
