"""Style and script of the HTML report; the script only sorts and searches, and the page is whole without it."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1c1f23; --paper: #fff; --soft: #5c646e; --line: #d5d9de; --bad: #b3261e;
  --good: #1a7f37; --band: #9ec5fe88; --mark: #0b5ed7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14171a; --soft: #9aa3ad; --line: #363c43;
  --bad: #ff8a80; --good: #6fdd8b; --band: #2f5f9f88; --mark: #7db3ff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 72rem;
  margin: 2rem auto; padding: 0 1rem; }
a { color: var(--mark); text-underline-offset: .25em; } code { font-size: .92em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top;
  padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
td[data-label=since], td[data-label=expires] { white-space: nowrap; }
details > summary h3 { display: inline; font-size: 1.05em; } details[data-test] { margin: .5rem 0; }
summary { cursor: pointer; } button.link { color: var(--mark); text-decoration: underline; cursor: pointer;
  font: inherit; background: none; border: 0; padding: 0; } .groups { width: auto; }
.pair { display: flex; flex-wrap: wrap; gap: 0 3rem; } .pair > div { min-width: 0; }
th button { text-align: left; cursor: pointer;
  font: inherit; font-weight: 600; color: inherit; background: none; border: 0; padding: 0; }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
.tools { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; } .tools[hidden], [hidden] { display: none; }
.tools label { display: flex; gap: .4rem; align-items: center; }
input, select { font: inherit; max-width: 100%; }
.bad { color: var(--bad); } .good { color: var(--good); } .soft { color: var(--soft); }
svg { max-width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
.scroll { overflow-x: auto; } .scroll svg { min-width: 40rem; }
.band { fill: var(--band); } .rate { fill: none; stroke: var(--mark); stroke-width: 1.5; } .dot { fill: var(--mark); }
.axis { stroke: var(--line); } .edge { stroke: var(--bad); } .node { fill: var(--mark); }
@media (max-width: 50rem) {
  table, tbody, tr, td { display: block; } tr { border-bottom: 1px solid var(--line); padding: .4rem 0; }
  td { border: 0; padding: .1rem 0; } td:not(:first-child) { display: inline-block; margin-inline-end: .8em; }
  td:not(:first-child)::before { content: attr(data-label) ": "; color: var(--soft); }
  thead, thead tr { display: flex; flex-wrap: wrap; gap: 0 .8rem; } thead th { border: 0; }
  ul { padding-left: 1.2rem; }
}
"""

SCRIPT = """
const items = [...document.querySelectorAll("[data-test]")];
const search = document.querySelector("#search");
const order = document.querySelector("#order");
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/);
  for (const item of items) item.hidden = !words.every(word => item.textContent.toLowerCase().includes(word));
  for (const part of document.querySelectorAll("[data-part]"))
    part.hidden = !part.querySelector("[data-test]:not([hidden])");
}
function compare(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}
function sortTests() {
  for (const part of document.querySelectorAll("[data-tests]"))
    part.append(...[...part.querySelectorAll("details[data-test]")].sort((a, b) => order.value === "test"
      ? compare(a.dataset.test, b.dataset.test) : b.dataset[order.value] - a.dataset[order.value]));
}
function sortRows(head) {
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = row => row.cells[head.cellIndex].dataset.sort ?? row.cells[head.cellIndex].textContent;
  const body = head.closest("table").tBodies[0];
  body.append(...[...body.rows].sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1)));
}
search.addEventListener("input", filter);
order.addEventListener("change", sortTests);
function openTarget() {
  const target = document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
for (const button of document.querySelectorAll("[data-search]"))
  button.addEventListener("click", () => {
    search.value = button.dataset.search;
    filter();
    search.scrollIntoView();
  });
for (const head of document.querySelectorAll("thead th"))
  head.firstElementChild.addEventListener("click", () => sortRows(head));
document.querySelector(".tools").hidden = false;
"""
