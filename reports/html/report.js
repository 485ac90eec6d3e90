"use strict";

/* Rows of a table shown at once; our choice: a few screens. */
const PAGE = 50;
const $ = (id) => document.getElementById(id);
const facts = JSON.parse($("facts").textContent);

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  if (className) node.className = className;
  return node;
}

/* Isolates text of a crawl, so that its direction of writing changes nothing around it. */
function isolated(text) { return element("bdi", text); }

/* A number and its noun, in the plural where it is not one. */
function counted(count, noun) { return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`; }

/* As `percent` of chaffinch.features.wording. */
function percent(p) {
  if (p === null) return "";
  if (p >= 0.999) return ">99.9 %";
  return p < 0.001 ? "<0.1 %" : (100 * p).toFixed(1) + " %";
}

async function unpack(text) {
  const bytes = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/* ---- Tables: sorted, searched and filtered; the state of both stands in the address. ---- */

class Table {
  constructor(root, prefix, rows, filters, cells, sort) {
    Object.assign(this, { prefix, rows, filters, cells, start: sort, sort, page: 0, found: null });
    this.form = root.querySelector("form");
    this.body = root.querySelector("tbody");
    this.count = root.querySelector(".count");
    this.before = root.querySelector(".before");
    this.after = root.querySelector(".after");
    this.heads = [...root.querySelectorAll("th[data-sort]")];
    for (const head of this.heads) {
      const button = element("button", head.textContent);
      button.type = "button";
      button.addEventListener("click", () => this.sortBy(head.dataset.sort));
      head.replaceChildren(button);
    }
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.form.addEventListener("reset", () => setTimeout(() => { this.sort = this.start; this.changed(); }));
    this.before.addEventListener("click", () => this.turn(-1));
    this.after.addEventListener("click", () => this.turn(1));
  }

  get controls() { return [...this.form.elements].filter((control) => control.name); }

  sortBy(name) {
    const numbers = typeof this.rows.find((row) => row[name] !== null)?.[name] === "number";
    const first = numbers ? "-" + name : name;
    this.sort = this.sort === first ? (numbers ? name : "-" + name) : first;
    this.changed();
  }

  turn(pages) { this.page += pages; remember(); this.show(); }

  changed() { this.page = 0; this.found = null; remember(); this.show(); }

  state(params) {
    for (const control of this.controls) if (control.value) params.set(this.prefix + control.name, control.value);
    if (this.sort !== this.start) params.set(this.prefix + "sort", this.sort);
    if (this.page) params.set(this.prefix + "page", this.page + 1);
  }

  recall(params) {
    for (const control of this.controls) control.value = params.get(this.prefix + control.name) || "";
    this.sort = params.get(this.prefix + "sort") || this.start;
    this.page = Math.max(0, parseInt(params.get(this.prefix + "page") || "1", 10) - 1 || 0);
    this.found = null;
  }

  chosen() {
    if (this.found) return this.found;
    const active = this.controls.filter((control) => control.value && this.filters[control.name]);
    const tests = active.map((control) => this.filters[control.name](control.value));
    const found = this.rows.filter((row) => tests.every((test) => test(row)));
    const down = this.sort.startsWith("-");
    const name = down ? this.sort.slice(1) : this.sort;
    const known = this.heads.some((head) => head.dataset.sort === name) ? name : this.start.replace("-", "");
    const value = (row) => (known === "review" ? judged(row) : row[known]);
    const keyed = found.map((row) => [value(row), row]);
    keyed.sort(([a, one], [b, other]) => {
      if (a === b) return one.rank - other.rank;
      if (a === null || a === "") return 1;
      if (b === null || b === "") return -1;
      return (a < b ? -1 : 1) * (down ? -1 : 1);
    });
    this.found = keyed.map(([, row]) => row);
    return this.found;
  }

  show() {
    const found = this.chosen();
    const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
    this.page = Math.min(this.page, last);
    const from = this.page * PAGE;
    const shown = found.slice(from, from + PAGE);
    this.body.replaceChildren(...shown.map((row) => {
      const line = element("tr");
      line.append(...this.cells(row));
      return line;
    }));
    this.count.textContent = found.length
      ? `${(from + 1).toLocaleString("en")} to ${(from + shown.length).toLocaleString("en")} of ${found.length.toLocaleString("en")}`
      : "Nothing matches.";
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === last;
    for (const head of this.heads) {
      const name = head.dataset.sort;
      const order = this.sort === name ? "ascending" : this.sort === "-" + name ? "descending" : "none";
      head.setAttribute("aria-sort", order);
    }
  }
}

let documents, sites;

function fragment() {
  const params = new URLSearchParams();
  documents.state(params);
  sites.state(params);
  return "#" + params;
}

function remember() { history.replaceState(null, "", fragment()); }

function cell(content, className) {
  const node = element("td", null, className);
  if (content !== null) node.append(content);
  return node;
}

function documentCells(row) {
  const title = element("td", null, "title");
  const link = element("a");
  link.href = address(row);
  link.append(isolated(row.title));
  title.append(link);
  if (row.copied) title.append(" ", element("span", "copy", "tag"));
  title.append(element("div", row.note, "soft"));
  const site = element("div", null, "soft phone");
  site.append(isolated(row.site));
  title.append(site);
  const kind = () => element("span", row.label, "kind " + row.label);
  const probability = cell(percent(row.probability), "number");
  const below = element("div", null, "phone");
  below.append(kind());
  probability.append(below);
  return [probability, cell(kind(), "wide"), title, cell(isolated(row.site), "wide"),
    cell(row.published, "wide"), cell(judged(row), "verdict " + judged(row))];
}

function siteCells(site) {
  const name = element("td", null, "title");
  const button = element("button", null, "link");
  button.type = "button";
  button.append(isolated(site.site || "(no address)"));
  button.addEventListener("click", () => {
    if (site.place >= 0) location.hash = "#about=" + encodeURIComponent(site.key);
    else documentsOf(site);
  });
  if (site.site) name.append(button); else name.append("(no address)");
  const number = (value) => cell(value.toLocaleString("en"), "number");
  return [name, cell(site.verdict), cell(percent(site.probability), "number"), number(site.flagged), number(site.scored),
    cell(`${site.low} to ${site.high} %`, "number wide"), cell(site.copied.toLocaleString("en"), "number wide")];
}

function documentsOf(site) {
  documents.form.reset();
  documents.form.elements.site.value = site.site;
  documents.changed();
  goTo("documents");
}

function matches(haystack) {
  return (words) => {
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    return (row) => {
      row.haystack ??= haystack(row).toLowerCase();
      return wanted.every((word) => row.haystack.includes(word));
    };
  };
}

const documentFilters = {
  q: matches((row) => `${row.title}\n${row.key}\n${row.site}\n${row.note}`),
  kind: (label) => (row) => (label === "flagged" || label === "copied" ? Boolean(row[label]) : row.label === label),
  site: (site) => (row) => row.site === site,
  signal: (name) => { const bit = 1 << facts.signals.indexOf(name); return (row) => (row.signals & bit) !== 0; },
  min: (least) => (row) => row.probability !== null && row.probability >= Number(least) / 100,
  max: (most) => (row) => row.probability !== null && row.probability <= Number(most) / 100,
  review: (state) => (row) => (judged(row) || "open") === state,
};
const siteFilters = {
  q: matches((site) => site.site),
  verdict: (verdict) => (site) => site.verdict === verdict,
};

/* ---- Files that the browser saves. ---- */

function save(name, type, lines) {
  const link = element("a");
  link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/* A cell of a CSV file (RFC 4180); what a spreadsheet would run as a formula gets an apostrophe. */
function csvCell(value) {
  let text = String(value ?? "");
  if (typeof value === "string" && /^[=+\-@\t\n\uff1d\uff0b\uff0d\uff20]/.test(text)) text = "'" + text;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/* The rows that a table's filters leave, in its order. */
function saveTable(table, name, columns) {
  const lines = table.chosen().map((row) => columns.map((column) => csvCell(column === "review" ? judged(row) : row[column])));
  save(name, "text/csv", [columns, ...lines].map((cells) => cells.join(",")));
}

/* ---- Labels that the reviewer gave; this browser keeps them under a text's digest and id. ---- */

const STORE = "chaffinch label ";
const labels = new Map();
let kept = true;

function named(row) { return row.digest + " " + row.key; }

function recallLabels() {
  try {
    for (let n = 0; n < localStorage.length; n += 1) {
      const name = localStorage.key(n);
      if (name.startsWith(STORE)) labels.set(name.slice(STORE.length), localStorage.getItem(name));
    }
  } catch { kept = false; }
}

function setLabel(row, label) {
  if (label === null) labels.delete(named(row)); else labels.set(named(row), label);
  try {
    if (label === null) localStorage.removeItem(STORE + named(row));
    else localStorage.setItem(STORE + named(row), label);
  } catch { kept = false; }
}

function judged(row) {
  const label = row.digest ? labels.get(named(row)) : undefined;
  if (label === undefined) return "";
  return facts.labels[label] === Boolean(row.flagged) ? "right" : "wrong";
}

/* What the document is if the verdict is right or wrong, in the words of `chaffinch train`. */
function labelFor(row, verdict) {
  if (row.flagged) return verdict === "right" ? row.kind : "original";
  return verdict === "right" ? "original" : "republication";
}

/* What a document may be, in the order in which the key for its kind goes through them. */
const KINDS = ["spun", "scraped", "original"];

function kindAfter(row) {
  const now = labels.get(named(row)) ?? row.kind;
  return KINDS[(KINDS.indexOf(now) + 1) % KINDS.length];
}

/* Whether the document is flagged with good reason, but as the wrong kind. */
function ofAnotherKind(row) {
  const label = labels.get(named(row));
  return row.flagged && judged(row) === "right" && KINDS.includes(label) && label !== row.kind;
}

function labelled() { return documents.rows.filter(judged); }

function showProgress() {
  const flagged = documents.rows.filter((row) => row.flagged && row.digest);
  const done = flagged.filter(judged);
  const right = done.filter((row) => judged(row) === "right").length;
  const others = labelled().length - done.length;
  const otherKind = done.filter(ofAnotherKind).length;
  const share = done.length ? ` ${right} right, ${done.length - right} wrong: ${Math.round(100 * right / done.length)} % right.`
    + (otherKind ? ` Of another kind: ${otherKind}.` : "") : "";
  $("review-progress").textContent = `${done.length.toLocaleString("en")} of ${counted(flagged.length, "flagged document")} reviewed.${share}`
    + (others ? ` ${counted(others, "other document")} reviewed.` : "")
    + (kept ? "" : " This browser does not keep labels: export them before you close the page.");
  $("review-bar").max = Math.max(1, flagged.length);
  $("review-bar").value = done.length;
  $("export").disabled = $("forget").disabled = labelled().length === 0;
}

async function exportLabels() {
  const lines = [];
  for (const row of labelled()) {
    const { node, text, rest, page } = await load(row);
    lines.push(JSON.stringify({ id: row.key, ...page, text: (text ?? publishedText(node)) + rest,
      label: labels.get(named(row)), kind: row.kind, probability: row.probability, digest: row.digest }));
  }
  save("labels.jsonl", "application/jsonl", lines);
  $("review-said").textContent = `${counted(lines.length, "label")} exported. Use them: chaffinch train labels.jsonl -o model, or chaffinch evaluate labels.jsonl.`;
}

async function importLabels(file) {
  let taken = 0, foreign = 0, wrong = 0;
  for (const line of (await file.text()).split("\n")) {
    if (!line.trim()) continue;
    let one = null;
    try { one = JSON.parse(line); } catch { /* counted below */ }
    const label = String(one?.label).toLowerCase();
    if (!Object.hasOwn(facts.labels, label)) { wrong += 1; continue; }
    const row = byKey.get(String(one.id));
    if (!row?.digest || (one.digest && one.digest !== row.digest)) { foreign += 1; continue; }
    setLabel(row, label);
    taken += 1;
  }
  documents.found = null;
  showProgress();
  documents.show();
  $("review-said").textContent = `${counted(taken, "label")} imported.` + (foreign ? ` Of documents whose text is not in this page: ${foreign}.` : "")
    + (wrong ? ` Lines without a known label: ${wrong}.` : "");
}

/* ---- One document. ---- */

const byKey = new Map();
const chunks = new Map();
let open = null;

/* A message about the document before, for the page of the next one. */
let said = "";

function address(row) { return "#doc=" + encodeURIComponent(row.key); }

async function load(row) {
  const place = Math.floor(row.place / facts.chunk);
  if (!chunks.has(place)) chunks.set(place, unpack($("texts-" + place).textContent));
  const { html, text, rest, page, changes } = (await chunks.get(place))[row.place % facts.chunk];
  const template = document.createElement("template");
  template.innerHTML = html;
  return { node: template.content.firstElementChild, text, rest, page, changes };
}

/* The text without what the report adds to it. */
function publishedText(article) {
  const text = article.querySelector(".text").cloneNode(true);
  for (const added of text.querySelectorAll("rt, .note")) added.remove();
  return text.textContent;
}

/* The text and its probable source side by side, with what differs marked. */
function besideSource(text, changes) {
  const ours = element("div", null, "text"), theirs = element("div", null, "text");
  const add = (side, tag, words) => {
    const gap = words.length - words.trimStart().length;
    side.append(words.slice(0, gap), element(tag, words.slice(gap)));
  };
  let done = 0;
  for (const [same, replaced, source] of changes) {
    const shared = text.slice(done, done += same);
    ours.append(shared);
    theirs.append(shared);
    if (replaced) add(ours, "ins", text.slice(done, done += replaced));
    if (source) add(theirs, "del", source);
  }
  ours.append(text.slice(done));
  theirs.append(text.slice(done));
  const columns = element("div", null, "columns");
  for (const [name, side] of [["This page", ours], ["Probable source", theirs]]) {
    side.dir = "auto";
    const column = element("div");
    column.append(element("h4", name), side);
    columns.append(column);
  }
  const section = element("section", null, "beside");
  const summary = changes.length ? `${counted(changes.length, "difference")}, word by word.` : "Word for word the same.";
  section.append(element("h3", "Beside its probable source"), element("p", summary, "soft"), columns);
  return section;
}

async function whole(row) {
  const { node, changes } = await load(row);
  if (changes) node.append(besideSource(publishedText(node), changes));
  return node;
}

/* ---- One site. ---- */

async function showSite(key) {
  const site = sites.rows.find((row) => row.key === key && row.place >= 0);
  if (!site) { location.hash = "#"; return; }
  open = null;
  const chunk = await unpack($("about-" + Math.floor(site.place / facts.chunk)).textContent);
  const template = document.createElement("template");
  template.innerHTML = chunk[site.place % facts.chunk];
  const node = template.content.firstElementChild;
  node.removeAttribute("id");
  $("about").replaceChildren(node);
  $("all-sites").href = fragment();
  $("site-documents").onclick = () => { showList(); documentsOf(site); };
  $("list").hidden = $("document").hidden = true;
  $("site").hidden = false;
  const heading = node.querySelector(".title");
  heading.tabIndex = -1;
  heading.focus();
  scrollTo(0, 0);
}

function outline(row, key) {
  const article = element("article", null, "document");
  const title = element("h2", null, "title");
  title.append(isolated(row ? row.title : "This document is not in this page"));
  article.append(title, element("p", row ? `${row.label} ${percent(row.probability)}` : key, "soft"));
  if (row?.note) article.append(isolated(row.note));
  if (row) article.append(element("p", "This page holds the texts of the strongest documents only, and not of this one."));
  if (row?.page) {
    const link = element("a", "Its plain page");
    link.href = row.page + address(row);
    article.append(link);
  }
  return article;
}

async function showDocument(key) {
  const row = byKey.get(key) ?? null;
  open = key;
  const node = row && row.place >= 0 ? await whole(row) : outline(row, key);
  if (open !== key) return;
  node.removeAttribute("id");
  $("article").replaceChildren(node);
  $("list").hidden = $("site").hidden = true;
  $("document").hidden = false;
  $("back").href = fragment();
  const found = documents.chosen();
  const place = row ? found.indexOf(row) : -1;
  $("position").textContent = place < 0 ? "" : `${(place + 1).toLocaleString("en")} of ${found.length.toLocaleString("en")}`;
  $("previous").disabled = place <= 0;
  $("next").disabled = place < 0 || place === found.length - 1;
  $("judge").hidden = !row?.digest;
  $("said").textContent = said;
  said = "";
  showJudgement();
  const heading = node.querySelector(".title");
  heading.tabIndex = -1;
  heading.focus();
  scrollTo(0, 0);
}

function current() { return byKey.get(open); }

function showJudgement() {
  const state = current() ? judged(current()) : "";
  for (const verdict of ["right", "wrong"]) $(verdict).setAttribute("aria-pressed", String(state === verdict));
  $("kind").textContent = (current() && labels.get(named(current()))) || "kind";
}

/* Says which kind the document is, and stays with it: the key is pressed until the kind is right. */
function sayKind() {
  const row = current();
  if (!row?.digest) return;
  const label = kindAfter(row);
  setLabel(row, label);
  showJudgement();
  $("said").textContent = `Label "${label}": the verdict is ${judged(row)}${ofAnotherKind(row) ? ", the kind wrong" : ""}.`;
}

function judge(verdict) {
  const row = current();
  if (!row?.digest) return;
  const given = labelFor(row, verdict);
  const label = labels.get(named(row)) === given ? null : given;
  setLabel(row, label);
  showJudgement();
  if (label === null) { $("said").textContent = "The label was removed."; return; }
  const next = followingUnjudged(row);
  said = `"${row.title}" is marked ${verdict}: label "${label}".`;
  if (next) location.hash = address(next);
  else $("said").textContent = `${said} No later document is waiting for review.`;
}

/* The next document of the table that can be reviewed and has no label. */
function followingUnjudged(row) {
  const found = documents.chosen();
  return found.slice(found.indexOf(row) + 1).find((other) => other.digest && !judged(other));
}

function step(places) {
  const found = documents.chosen();
  const next = found[found.indexOf(current()) + places];
  if (next && found.includes(current())) location.hash = address(next);
}

function showList() {
  open = null;
  $("document").hidden = $("site").hidden = true;
  $("list").hidden = false;
  showProgress();
  documents.show();
  sites.show();
}

function goTo(section) {
  const heading = $(section).querySelector("h2");
  heading.focus({ preventScroll: true });
  heading.scrollIntoView();
}

function route() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("doc=")) {
    let key = fragment.slice(4);
    try { key = decodeURIComponent(key); } catch { /* shown as it is */ }
    showDocument(key);
    return;
  }
  if (fragment.startsWith("about=")) {
    let key = fragment.slice(6);
    try { key = decodeURIComponent(key); } catch { /* shown as it is */ }
    showSite(key);
    return;
  }
  const from = open;
  const params = new URLSearchParams(fragment);
  documents.recall(params);
  sites.recall(params);
  showList();
  if (from !== null) goTo("documents");
}

const KEYS = {
  r: () => judge("right"),
  w: () => judge("wrong"),
  t: sayKind,
  j: () => step(1),
  k: () => step(-1),
  d: () => $("article").querySelector(".switch input:not(:checked)")?.click(),
  Escape: () => { location.hash = $("back").hash || "#"; },
};

function listen() {
  addEventListener("hashchange", route);
  $("right").addEventListener("click", KEYS.r);
  $("wrong").addEventListener("click", KEYS.w);
  $("say-kind").addEventListener("click", KEYS.t);
  $("next").addEventListener("click", KEYS.j);
  $("previous").addEventListener("click", KEYS.k);
  try { $("keys").checked = localStorage.getItem("chaffinch keys") !== "off"; } catch { $("keys").checked = true; }
  $("keys").addEventListener("change", () => {
    try { localStorage.setItem("chaffinch keys", $("keys").checked ? "on" : "off"); } catch { /* for this page only */ }
  });
  addEventListener("keydown", (event) => {
    const writing = event.target.matches?.("input:not([type=radio]):not([type=checkbox]), select, textarea");
    if (open === null || writing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!$("keys").checked && event.key !== "Escape") return;
    if (Object.hasOwn(KEYS, event.key)) { event.preventDefault(); KEYS[event.key](); }
  });
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    if (open === null) goTo("documents"); else $("article").querySelector(".title").focus();
  });
  for (const button of document.querySelectorAll("nav button")) button.addEventListener("click", () => goTo(button.dataset.to));
  $("export").addEventListener("click", exportLabels);
  $("save-documents").addEventListener("click", () => saveTable(documents, "documents.csv",
    ["key", "title", "site", "kind", "flagged", "probability", "published", "copied", "note", "review"]));
  $("save-sites").addEventListener("click", () => saveTable(sites, "sites.csv",
    ["site", "verdict", "probability", "flagged", "scored", "low", "high", "copied"]));
  $("import").addEventListener("change", async (event) => {
    if (event.target.files.length) await importLabels(event.target.files[0]);
    event.target.value = "";
  });
  $("forget").addEventListener("click", () => {
    const rows = labelled();
    if (!confirm(`Forget the labels of ${counted(rows.length, "document")}?`)) return;
    for (const row of rows) setLabel(row, null);
    documents.found = null;
    showList();
  });
  $("review-start").addEventListener("click", () => {
    const next = documents.chosen().find((row) => row.digest && !judged(row));
    if (next) location.hash = address(next);
    else $("review-said").textContent = "Every document in the table below that can be reviewed has a label.";
  });
}

async function begin() {
  const [columns, siteRows] = await Promise.all([unpack($("rows").textContent), unpack($("site-rows").textContent)]);
  const names = Object.keys(columns);
  const rows = columns.key.map((key, rank) => {
    const row = { rank };
    for (const name of names) row[name] = columns[name][rank];
    row.title ??= key;
    byKey.set(key, row);
    return row;
  });
  siteRows.forEach((site, rank) => { site.rank = rank; });
  recallLabels();
  documents = new Table($("documents"), "", rows, documentFilters, documentCells, "-probability");
  sites = new Table($("sites"), "site-", siteRows, siteFilters, siteCells, "-probability");
  $("site-names").append(...siteRows.slice(0, 500).map((site) => {
    const option = element("option");
    option.value = site.site;
    return option;
  }));
  for (const part of document.querySelectorAll(".needs-script")) part.hidden = false;
  listen();
  route();
  performance.mark("usable");
}

begin().catch((error) => {
  $("failed").hidden = false;
  throw error;
});
