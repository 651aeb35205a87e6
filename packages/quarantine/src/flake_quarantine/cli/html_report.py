"""Writes the history as one HTML page without scripts, fonts or network, light or dark as the system is."""

from __future__ import annotations

import datetime as dt
import html
import json
from collections.abc import Sequence
from pathlib import Path

from flake_quarantine.cli.svg_charts import draw_rate_chart, draw_suspect_graph
from flake_quarantine.history import History
from flake_quarantine.inference.statistics import ALPHA, wilson_interval
from flake_quarantine.register import Register

STYLE = """
:root { color-scheme: light dark; --ink: #1c1f23; --paper: #fff; --soft: #68707a; --line: #d5d9de; --bad: #b3261e;
  --good: #1a7f37; --band: #9ec5fe88; --mark: #0b5ed7; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #14171a; --soft: #9aa3ad; --line: #363c43;
  --bad: #ff8a80; --good: #6fdd8b; --band: #2f5f9f88; --mark: #7db3ff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .6rem;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; } code { font-size: .92em; }
.bad { color: var(--bad); } .good { color: var(--good); } .soft { color: var(--soft); }
svg { max-width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
.band { fill: var(--band); } .rate { fill: none; stroke: var(--mark); stroke-width: 1.5; } .dot { fill: var(--mark); }
.axis { stroke: var(--line); } .edge { stroke: var(--bad); } .node { fill: var(--mark); }
"""


def write_report(target: Path, history: History, register: Register, today: dt.date) -> int:
    """Write the page to `target` and return how many tests it shows."""
    tests = history.list_tests()
    parts = [
        "<h1>Quarantine</h1>",
        f"<p class=soft>{today.isoformat()}: {len(register.entries)} entries, {len(tests)} tests that ever failed.</p>",
        _format_entries(history, register, today),
        _format_healed_and_new(history, register, tests),
        _format_suspects(history),
        "<h2>Rate over time</h2>",
        *(_format_test(history, nodeid) for nodeid in tests),
    ]
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Quarantine</title><meta name=viewport \
content='width=device-width'><style>{STYLE}</style><body>{''.join(parts)}</body></html>\n"
    target.write_text(page, encoding="utf-8")
    return len(tests)


def _format_entries(history: History, register: Register, today: dt.date) -> str:
    if not register:
        return "<p>Nothing is quarantined.</p>"
    rows = []
    for entry in register.entries:
        left = entry.count_days_left(today)
        days = f"{left}" if left >= 0 else f"<b class=bad>expired {-left} days ago</b>"
        owner = html.escape(entry.owner) or "<b class=bad>none</b>"
        verdicts = history.list_verdicts(entry.nodeid)
        verdict = verdicts[-1].verdict if verdicts else "not measured"
        cells = (_format_code(entry.nodeid), entry.kind.value, owner, html.escape(entry.reason), verdict, days)
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    head = "<tr><th>test<th>kind<th>owner<th>reason<th>last verdict<th>days left</tr>"
    return f"<h2>Entries</h2><table>{head}{''.join(rows)}</table>"


def _format_healed_and_new(history: History, register: Register, tests: Sequence[str]) -> str:
    healed = [nodeid for nodeid in tests if register.find(nodeid) and history.find_healed_since(nodeid)]
    last = {row.nodeid: row.verdict for row in history.list_verdicts()}
    new = [nodeid for nodeid in tests if not register.find(nodeid) and last.get(nodeid) != "healed"]
    parts = []
    for title, kind, nodeids in (("Healed, to be released", "good", healed), ("New, not listed", "bad", new)):
        if nodeids:
            items = "".join(
                f"<li>{_format_code(nodeid)} <span class=soft>{last.get(nodeid, '')}</span>" for nodeid in nodeids
            )
            parts.append(f"<h2 class={kind}>{title}</h2><ul>{items}</ul>")
    return "".join(parts)


def _format_suspects(history: History) -> str:
    """Return the graph of tests and the neighbours with which they fail."""
    edges: dict[tuple[str, str], float] = {}
    for row in history.list_verdicts():
        for suspect in json.loads(row.details).get("suspects", []):
            if suspect["p"] <= ALPHA:
                edges[row.nodeid, suspect["nodeid"]] = suspect["p"]
    if not edges:
        return ""
    return f"<h2>Suspects</h2>{draw_suspect_graph(edges)}"


def _format_test(history: History, nodeid: str) -> str:
    points = [point for point in history.list_points(nodeid) if point.arm != "alone"]
    alone = [point for point in history.list_points(nodeid) if point.arm == "alone"]
    runs, failures = sum(point.runs for point in points), sum(point.failures for point in points)
    low, high = wilson_interval(failures, runs)
    text = f"{failures}/{runs} together with others ({100 * low:.1f}-{100 * high:.1f} %)"
    if alone:
        text += f", {sum(p.failures for p in alone)}/{sum(p.runs for p in alone)} alone"
    signatures = "".join(
        f"<li>{count} × {html.escape(signature)}" for signature, count in history.count_signatures(nodeid)[:3]
    )
    return f"<h3>{_format_code(nodeid)}</h3><p>{text}</p>{draw_rate_chart(points)}<ul>{signatures}</ul>"


def _format_code(nodeid: str) -> str:
    return f"<code>{html.escape(nodeid)}</code>"
