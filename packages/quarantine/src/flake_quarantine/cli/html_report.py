"""Writes the history as one HTML page without fonts or network, light or dark as the system is."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake_quarantine.cli.groups import Group, group_by_cause, group_by_owner, make_group
from flake_quarantine.cli.report_assets import SCRIPT, STYLE
from flake_quarantine.cli.svg_charts import draw_rate_chart, draw_suspect_graph
from flake_quarantine.history import History, Point
from flake_quarantine.inference.statistics import ALPHA, wilson_interval
from flake_quarantine.register import Entry, Register, count_of_days

TOOLS = (
    "<p class=tools hidden><label>Search <input id=search type=search></label>"
    "<label>Tests by <select id=order><option value=test>name<option value=failures>failures"
    "<option value=rate>rate</select></label></p>"
)
COLUMNS = ("test", "kind", "owner", "reason", "issue", "since", "expires", "days left", "last verdict")
MAX_OPEN = 20  # charts; of more, each opens with a click
BREAKS, WITH_BREAK = re.compile("(/|::|_)"), r"\1<wbr>"


@dataclass(frozen=True)
class RecordedTest:
    """What the history knows of one test; `anchor` is the name of its section."""

    nodeid: str
    anchor: str
    points: Sequence[Point]
    verdict: str

    @property
    def runs(self) -> int:
        """All runs, alone and with others."""
        return sum(point.runs for point in self.points)

    @property
    def failures(self) -> int:
        """All failures, alone and with others."""
        return sum(point.failures for point in self.points)

    @property
    def always_fails(self) -> bool:
        """Whether it is no flake: it failed each time, or was measured as broken."""
        return self.verdict == "broken" or 0 < self.runs == self.failures


def write_report(target: Path, history: History, register: Register, today: dt.date) -> int:
    """Write the page to `target` and return how many tests it shows."""
    verdicts = {row.nodeid: row.verdict for row in history.list_verdicts()}
    tests = {
        nodeid: RecordedTest(nodeid, f"t{number}", history.list_points(nodeid), verdicts.get(nodeid, ""))
        for number, nodeid in enumerate(history.list_tests())
    }
    flaky = [test for test in tests.values() if not test.always_fails]
    failing = [test for test in tests.values() if test.always_fails]
    parts = [
        "<h1>Quarantine</h1>",
        f"<p class=soft>{today.isoformat()}: {make_group('', register.entries, today).describe()}; {len(tests)} tests "
        f"that ever failed or were measured, {len(failing)} of them always fail.</p>{TOOLS}",
        "<div class=pair>",
        _format_groups("Entries by owner", "owner", group_by_owner(register, today)),
        _format_groups("Entries by cause", "cause", group_by_cause(register, history, today)),
        "</div>",
        _format_entries(register, tests, verdicts, today),
        *_format_lists(history, register, flaky, failing),
        _format_suspects(history),
        _format_tests("Rate over time", flaky, history),
        _format_tests("Always failing, over time", failing, history),
    ]
    page = f"<!doctype html><html lang=en><meta charset=utf-8><title>Quarantine</title><meta name=viewport \
content='width=device-width'><style>{STYLE}</style><body>{''.join(parts)}<script>{SCRIPT}</script></body></html>\n"
    target.write_text(page, encoding="utf-8")
    return len(tests)


def _format_entries(
    register: Register, tests: Mapping[str, RecordedTest], verdicts: Mapping[str, str], today: dt.date
) -> str:
    if not register:
        return "<p>Nothing is quarantined.</p>"
    heads = "".join(f"<th><button>{column}</button>" for column in COLUMNS)
    entries = make_group("", register.entries, today).entries
    rows = "".join(_format_entry(entry, tests, verdicts, entry.count_days_left(today)) for entry in entries)
    return f"<div data-part><h2>Entries</h2><table><thead><tr>{heads}</thead><tbody>{rows}</tbody></table></div>"


def _format_entry(entry: Entry, tests: Mapping[str, RecordedTest], verdicts: Mapping[str, str], days_left: int) -> str:
    expired = f"<b class=bad>expired {count_of_days(-days_left)} ago</b>"
    cells = (
        _link_test(entry.nodeid, tests),
        entry.kind.value,
        html.escape(entry.owner) or "<b class=bad>none</b>",
        html.escape(entry.reason),
        _link_issue(entry.issue),
        entry.since.isoformat(),
        entry.expires.isoformat(),
        str(days_left) if days_left >= 0 else expired,
        html.escape(verdicts.get(entry.nodeid, "not measured")),
    )
    # An entry that has expired comes before one that ends today; `localeCompare` knows no sign.
    keys = {"days left": f" data-sort={days_left + 100_000}"}
    columns = zip(COLUMNS, cells, strict=True)
    texts = "".join(f"<td data-label='{column}'{keys.get(column, '')}>{cell}" for column, cell in columns)
    return f"<tr data-test>{texts}</tr>"


def _format_groups(title: str, column: str, groups: Sequence[Group]) -> str:
    """Return a table of groups, if there is more than one; a name is a button that searches for its entries."""
    if len(groups) < 2:
        return ""
    heads = "".join(f"<th><button>{head}</button>" for head in (column, "entries", "expired", "end within a week"))
    rows = "".join(
        f"<tr><td data-label='{column}'>{_format_group_name(group, column)}<td data-label=entries>{len(group.entries)}"
        f"<td data-label=expired{' class=bad' if group.expired else ''}>{group.expired}"
        f"<td data-label='end within a week'>{group.ends_soon}"
        for group in groups
    )
    return f"<div><h2>{title}</h2><table class=groups><thead><tr>{heads}</thead><tbody>{rows}</tbody></table></div>"


def _format_group_name(group: Group, column: str) -> str:
    name = html.escape(group.name)
    if column == "owner":
        return f"<button class=link data-search='{name}'>{name}</button>" if name else "<b class=bad>none</b>"
    tests = "".join(f"<li>{_format_code(entry.nodeid)}" for entry in group.entries)
    return f"<details><summary>{name}</summary><ul>{tests}</ul></details>"


def _format_lists(
    history: History, register: Register, flaky: Sequence[RecordedTest], failing: Sequence[RecordedTest]
) -> Iterator[str]:
    """Yield the lists of tests that ask for a decision."""
    healed = [one for one in flaky if register.find(one.nodeid) and history.find_healed_since(one.nodeid)]
    unlisted = [one for one in flaky if not register.find(one.nodeid) and one.verdict != "healed"]
    lists = (
        ("Healed, to be released", "good", healed),
        ("Flaky, not listed", "bad", unlisted),
        ("Always failing: no flakes, to be mended", "bad", failing),
    )
    for title, kind, tests in lists:
        items = "".join(
            f"<li data-test><a href='#{one.anchor}'>{_format_code(one.nodeid)}</a> "
            f"<span class=soft>{one.failures}/{one.runs} {html.escape(one.verdict)}</span>"
            for one in tests
        )
        if items:
            yield f"<div data-part><h2 class={kind}>{title}</h2><ul>{items}</ul></div>"


def _format_suspects(history: History) -> str:
    """Return the graph of tests and the neighbours with which they fail."""
    edges: dict[tuple[str, str], float] = {}
    for row in history.list_verdicts():
        for suspect in json.loads(row.details).get("suspects", []):
            if suspect["p"] <= ALPHA:
                edges[row.nodeid, suspect["nodeid"]] = suspect["p"]
    if not edges:
        return ""
    return f"<h2>Suspects</h2><div class=scroll>{draw_suspect_graph(edges)}</div>"


def _format_tests(title: str, tests: Sequence[RecordedTest], history: History) -> str:
    if not tests:
        return ""
    opened = " open" if len(tests) <= MAX_OPEN else ""
    sections = "".join(_format_test(one, history.count_signatures(one.nodeid)[:3], opened) for one in tests)
    return f"<div data-part data-tests><h2>{title}</h2>{sections}</div>"


def _format_test(test: RecordedTest, signatures: Sequence[tuple[str, int]], opened: str) -> str:
    points = [point for point in test.points if point.arm != "alone"]
    alone = [point for point in test.points if point.arm == "alone"]
    runs, failures = sum(point.runs for point in points), sum(point.failures for point in points)
    low, high = wilson_interval(failures, runs)
    texts = [f"{failures}/{runs} together with others ({100 * low:.1f}-{100 * high:.1f} %)"] if points else []
    if alone:
        texts.append(f"{sum(p.failures for p in alone)}/{sum(p.runs for p in alone)} alone")
    listed = "".join(f"<li>{count} × {html.escape(signature)}" for signature, count in signatures)
    text, rate = ", ".join(texts), test.failures / max(1, test.runs)
    return (
        f"<details id={test.anchor} data-test='{html.escape(test.nodeid)}' data-failures={test.failures}"
        f" data-rate={rate:.6f}{opened}><summary><h3>{_format_code(test.nodeid)}</h3> "
        f"<span class=soft>{test.failures}/{test.runs}</span></summary>"
        f"<p>{text}</p>{draw_rate_chart(points)}<ul>{listed}</ul></details>"
    )


def _link_test(nodeid: str, tests: Mapping[str, RecordedTest]) -> str:
    test = tests.get(nodeid)
    return f"<a href='#{test.anchor}'>{_format_code(nodeid)}</a>" if test else _format_code(nodeid)


def _link_issue(issue: str) -> str:
    """Return a link where the issue is an address of the web, otherwise its text."""
    text = html.escape(issue)
    if not re.match(r"https?://", issue):
        return text
    return f"<a href='{text}'>{html.escape('/'.join(issue.rstrip('/').split('/')[-2:]))}</a>"


def _format_code(nodeid: str) -> str:
    """Return a node id that may be broken after a folder, a file, a class and a word."""
    return f"<code>{BREAKS.sub(WITH_BREAK, html.escape(nodeid))}</code>"
