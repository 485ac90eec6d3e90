"use strict";
const rows = JSON.parse(document.getElementById("rows").textContent);
const body = document.querySelector("#documents tbody");
const view = document.getElementById("document");
const overview = document.getElementById("overview");
const fallback = document.getElementById("strongest");
const PAGE = 100;
const state = { q: "", kind: "", site: "", sort: "probability", up: false, page: 0 };
let texts = null;

function element(tag, text, className) {
  const node = document.createElement(tag);
  if (text !== undefined && text !== null) node.textContent = text;
  if (className) node.className = className;
  return node;
}

function percent(p) {
  if (p === null) return "";
  if (p >= 0.999) return ">99.9 %";
  if (p < 0.001) return "<0.1 %";
  return (100 * p).toFixed(1) + " %";
}

async function loadTexts() {
  if (texts) return texts;
  const packed = Uint8Array.from(atob(document.getElementById("texts").textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const documents = JSON.parse(await new Response(stream).text());
  texts = new Map(documents.map((one) => [one.id, one]));
  return texts;
}

function chosen() {
  const words = state.q.toLowerCase();
  const found = rows.filter((row) =>
    (!words || (row.title + " " + row.id + " " + row.site).toLowerCase().includes(words)) &&
    (!state.kind || row.kind === state.kind) && (!state.site || row.site === state.site));
  const key = state.sort, sign = state.up ? 1 : -1;
  return found.sort((a, b) => {
    const x = a[key], y = b[key];
    if (x === y) return a.n - b.n;
    if (x === null) return 1;
    if (y === null) return -1;
    return (x < y ? -1 : 1) * sign;
  });
}

function showTable() {
  const found = chosen();
  const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
  state.page = Math.min(state.page, last);
  body.replaceChildren(...found.slice(state.page * PAGE, (state.page + 1) * PAGE).map((row) => {
    const line = element("tr");
    line.append(element("td", percent(row.probability), "number"));
    line.append(element("td", row.kind || "unreadable", "kind " + (row.kind || "")));
    const cell = element("td");
    const link = element("a", row.title || row.id, "title");
    link.href = "#doc=" + encodeURIComponent(row.id);
    cell.append(link);
    if (row.why) cell.append(element("div", row.why, "soft"));
    line.append(cell, element("td", row.site), element("td", row.copied ? "copy" : ""));
    return line;
  }));
  document.getElementById("count").textContent =
    `${found.length} of ${rows.length} documents, page ${state.page + 1} of ${last + 1}`;
  document.getElementById("before").disabled = state.page === 0;
  document.getElementById("after").disabled = state.page === last;
  for (const button of document.querySelectorAll("#documents th button")) {
    const active = button.dataset.sort === state.sort;
    button.closest("th").setAttribute("aria-sort", active ? (state.up ? "ascending" : "descending") : "none");
  }
}

function remember() {
  const parts = Object.entries(state).filter(([key, value]) => value !== "" && value !== 0 && value !== false && !(key === "sort" && value === "probability"));
  history.replaceState(null, "", "#" + new URLSearchParams(parts.map(([key, value]) => [key, String(value)])));
}

function recall(fragment) {
  const wanted = new URLSearchParams(fragment);
  state.q = wanted.get("q") || "";
  state.kind = wanted.get("kind") || "";
  state.site = wanted.get("site") || "";
  state.sort = wanted.get("sort") || "probability";
  state.up = wanted.get("up") === "true";
  state.page = Math.max(0, parseInt(wanted.get("page") || "0", 10) || 0);
  document.getElementById("q").value = state.q;
  document.getElementById("kind").value = state.kind;
  document.getElementById("site").value = state.site;
}

function markedText(one) {
  const box = element("div", null, "text");
  const points = Array.from(one.text);
  let done = 0;
  for (const item of one.marks) {
    if (item.start < done) continue;
    box.append(points.slice(done, item.start).join(""));
    box.append(element("mark", points.slice(item.start, item.end).join(""), item.group));
    if (item.original !== null) {
      const original = element("span", item.original, "original-word");
      original.title = "probable original";
      box.append(original);
    } else if (item.note) {
      box.append(element("span", item.note, "note"));
    }
    done = item.end;
  }
  box.append(points.slice(done).join(""));
  return box;
}

function bars(one) {
  const list = element("ul", null, "bars");
  const most = Math.max(1, ...one.reasons.map((reason) => Math.abs(reason.contribution)));
  const total = one.reasons.reduce((sum, reason) => sum + reason.contribution, one.intercept);
  for (const reason of one.reasons) {
    const line = element("li");
    line.append(element("span", (reason.contribution > 0 ? "+" : "") + reason.contribution.toFixed(1), "number"));
    line.append(element("span", reason.signal + ": " + reason.summary));
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 100 1");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    bar.setAttribute("width", String(100 * Math.abs(reason.contribution) / most));
    bar.setAttribute("height", "1");
    if (reason.contribution < 0) bar.setAttribute("class", "less");
    svg.append(bar);
    line.append(svg);
    list.append(line);
  }
  const sum = `A typical clean text starts at ${one.intercept.toFixed(1)}; together the score is ${total.toFixed(1)} (log-odds), a probability of ${percent(one.probability)}.`;
  return [list, element("p", sum, "soft")];
}

async function showDocument(id) {
  const row = rows.find((other) => other.id === id);
  const one = (await loadTexts()).get(id);
  view.replaceChildren();
  const back = element("a", "Back to all documents");
  back.href = "#";
  const nav = element("nav");
  nav.append(back);
  const heading = element("h2", row ? row.title || row.id : "No such document");
  heading.tabIndex = -1;
  view.append(nav, heading);
  if (row) {
    view.append(element("p", `${row.kind || "unreadable"}${row.probability === null ? "" : ", probability " + percent(row.probability)}. ${row.site} ${row.id}`, "soft"));
    if (row.why) view.append(element("p", row.why));
  }
  if (one) {
    view.append(...bars(one));
    for (const fact of one.facts) view.append(element("p", fact));
    if (one.source) view.append(element("p", "Probable source: " + one.source));
    const text = markedText(one);
    const wrap = element("p", null, "switch");
    const button = element("button", "Show de-spun");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const despun = text.classList.toggle("despun");
      button.textContent = despun ? "Show as published" : "Show de-spun";
      button.setAttribute("aria-pressed", String(despun));
    });
    wrap.append(button);
    view.append(wrap, text);
  } else if (row && !row.why) {
    view.append(element("p", "The text of this document is not in this page: only the strongest flagged ones are."));
  }
  overview.hidden = true;
  view.hidden = false;
  heading.focus();
  scrollTo(0, 0);
}

function route() {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith("doc=")) {
    let id = fragment.slice(4);
    try { id = decodeURIComponent(id); } catch { /* shown as it is */ }
    showDocument(id);
    return;
  }
  view.hidden = true;
  overview.hidden = false;
  recall(fragment);
  showTable();
}

fallback.hidden = true;
document.getElementById("controls").hidden = false;
rows.forEach((row, n) => { row.n = n; });
for (const key of ["q", "kind", "site"]) {
  document.getElementById(key).addEventListener("input", (event) => {
    state[key] = event.target.value;
    state.page = 0;
    remember();
    showTable();
  });
}
for (const button of document.querySelectorAll("#documents th button")) {
  button.addEventListener("click", () => {
    state.up = state.sort === button.dataset.sort ? !state.up : button.dataset.sort !== "probability";
    state.sort = button.dataset.sort;
    remember();
    showTable();
  });
}
document.getElementById("before").addEventListener("click", () => { state.page -= 1; remember(); showTable(); });
document.getElementById("after").addEventListener("click", () => { state.page += 1; remember(); showTable(); });
addEventListener("hashchange", route);
route();
