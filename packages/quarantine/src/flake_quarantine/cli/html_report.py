"""Writes the history as one HTML page without scripts, fonts or network, light or dark as the system is."""

from __future__ import annotations

import datetime as dt
import html
import json
import math
from collections.abc import Sequence
from pathlib import Path

from flake_quarantine.history import History, Point
from flake_quarantine.inference.statistics import ALPHA, wilson_interval
from flake_quarantine.register import Register

WIDTH, HEIGHT, EDGE = 640, 120, 34
MAX_POINTS = 60
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
        _draw_entries(history, register, today),
        _list_healed_and_new(history, register, tests),
        _draw_suspects(history),
        "<h2>Rate over time</h2>",
        *(_draw_test(history, nodeid) for nodeid in tests),
    ]
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Quarantine</title><meta name=viewport \
content='width=device-width'><style>{STYLE}</style><body>{''.join(parts)}</body></html>\n"
    target.write_text(page, encoding="utf-8")
    return len(tests)


def _draw_entries(history: History, register: Register, today: dt.date) -> str:
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


def _list_healed_and_new(history: History, register: Register, tests: Sequence[str]) -> str:
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


def _draw_suspects(history: History) -> str:
    """Draw the graph of tests and the neighbours with which they fail."""
    edges: dict[tuple[str, str], float] = {}
    for row in history.list_verdicts():
        for suspect in json.loads(row.details).get("suspects", []):
            if suspect["p"] <= ALPHA:
                edges[row.nodeid, suspect["nodeid"]] = suspect["p"]
    if not edges:
        return ""
    names = sorted({name for edge in edges for name in edge})
    size = 460
    places = {
        name: (
            size + 150 * math.cos(2 * math.pi * number / len(names)),
            size / 2 + 150 * math.sin(2 * math.pi * number / len(names)),
        )
        for number, name in enumerate(names)
    }
    lines = [
        f"<line class=edge x1={places[a][0]:.0f} y1={places[a][1]:.0f} x2={places[b][0]:.0f} y2={places[b][1]:.0f}>"
        f"<title>{html.escape(a)} fails while {html.escape(b)} runs, p {p:.2g}</title></line>"
        for (a, b), p in edges.items()
    ]
    nodes = [
        f"<circle class=node cx={x:.0f} cy={y:.0f} r=5 /><text x={x + (9 if x >= size else -9):.0f} y={y + 4:.0f} "
        f"text-anchor={'start' if x >= size else 'end'}>{html.escape(name.rpartition('/')[2])}</text>"
        for name, (x, y) in places.items()
    ]
    return f"<h2>Suspects</h2><svg viewBox='0 0 {2 * size} {size}' role=img>{''.join(lines + nodes)}</svg>"


def _draw_test(history: History, nodeid: str) -> str:
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
    return f"<h3>{_format_code(nodeid)}</h3><p>{text}</p>{_draw_chart(points)}<ul>{signatures}</ul>"


def _draw_chart(points: Sequence[Point]) -> str:
    """Draw the rate of each batch with its interval; batches are merged when there are more than fit."""
    if not points:
        return ""
    size = math.ceil(len(points) / MAX_POINTS)
    groups = [points[start : start + size] for start in range(0, len(points), size)]
    step = (WIDTH - 2 * EDGE) / max(1, len(groups) - 1)
    upper, lower, dots = [], [], []
    for number, group in enumerate(groups):
        runs, failures = sum(point.runs for point in group), sum(point.failures for point in group)
        low, high = wilson_interval(failures, runs)
        x = EDGE + number * step
        upper.append(f"{x:.1f},{_scale(high):.1f}")
        lower.append(f"{x:.1f},{_scale(low):.1f}")
        day = dt.datetime.fromtimestamp(group[-1].at, dt.UTC).date()
        title = f"<title>{day}: {failures}/{runs}</title>"
        dots.append(
            (
                f"{x:.1f},{_scale(failures / runs):.1f}",
                f"<circle class=dot cx={x:.1f} cy={_scale(failures / runs):.1f} \
r=3>{title}</circle>",
            )
        )
    days = [dt.datetime.fromtimestamp(group[-1].at, dt.UTC).date().isoformat() for group in (groups[0], groups[-1])]
    return (
        f"<svg viewBox='0 0 {WIDTH} {HEIGHT}' width={WIDTH} role=img aria-label='rate over time'>"
        f"<line class=axis x1={EDGE} y1={_scale(0)} x2={WIDTH - EDGE} y2={_scale(0)} />"
        f"<text x=2 y={_scale(1) + 4:.0f}>100 %</text><text x=14 y={_scale(0) + 4:.0f}>0 %</text>"
        f"<text x={EDGE} y={HEIGHT - 4}>{days[0]}</text>"
        f"<text x={WIDTH - EDGE} y={HEIGHT - 4} text-anchor=end>{days[1]}</text>"
        f"<polygon class=band points='{' '.join(upper + lower[::-1])}' />"
        f"<polyline class=rate points='{' '.join(dot[0] for dot in dots)}' />{''.join(dot[1] for dot in dots)}</svg>"
    )


def _scale(rate: float) -> float:
    return HEIGHT - 22 - rate * (HEIGHT - 34)


def _format_code(nodeid: str) -> str:
    return f"<code>{html.escape(nodeid)}</code>"
