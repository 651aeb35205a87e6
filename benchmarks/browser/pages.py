"""The pages in a real browser: first load, opening, answering, long lists; next to Roundup's and django-helpdesk's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from benchmarks.browser.chromium import chromium
from benchmarks.browser.desks import our_tasks as tasks
from benchmarks.browser.desks import ours, probe
from benchmarks.browser.desks.desk import OtherDesk
from benchmarks.browser.desks.django_helpdesk import django_helpdesk
from benchmarks.browser.desks.roundup_pages import roundup_pages
from benchmarks.daemon_process import resident_mb
from benchmarks.measure import Comparison, Figure, Report
from benchmarks.supervision.serving import Box
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.wire import TicketId

LOADS = 5
ROUNDS = 7
# An inbox as the comparison has it; a long thread; a long list, and what happens while it is open; a very long one.
INBOX = 1_000
LONG_THREAD = 2_000
LISTED = 10_000
EVENTS = 10_000
SCROLLED = 100_000
FRAMES = 300
IDLE_S = 5.0
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {
    "LOADS": 1,
    "ROUNDS": 1,
    "INBOX": 60,
    "LONG_THREAD": 60,
    "LISTED": 120,
    "EVENTS": 50,
    "SCROLLED": 200,
    "FRAMES": 20,
    "IDLE_S": 0.5,
}
_STEP_PX = 400
_TEXT = "Which address do you see?"


@dataclass
class Table:
    """The rows of the comparison: a value of each desk, and what was promised of ours."""

    values: dict[str, dict[str, float | None]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    targets: dict[str, float] = field(default_factory=dict)

    def put(self, what: str, unit: str, desk: str, value: float, most: float | None = None) -> None:
        """Set one value; `most` is the target of ours."""
        self.values.setdefault(what, {})[desk] = value
        self.units[what] = unit
        if most is not None:
            self.targets[what] = most

    def rows(self) -> list[Comparison]:
        """Every row, in the order in which it was first set."""
        return [self._row(what, values) for what, values in self.values.items()]

    def _row(self, what: str, values: Mapping[str, float | None]) -> Comparison:
        unit, most, own = self.units[what], self.targets.get(what), values.get("ours")
        if most is None or own is None:
            return Comparison(what, unit, values)
        return Comparison(what, unit, values, target=f"≤ {most:g} {unit}".rstrip(), met=own <= most)


def measure(dist: Path) -> Report:
    """Measure our pages, then those of the others doing the same in the same browser."""
    report = Report("Pages", "./buildenv.sh nox -s bench -- pages")
    table = Table()
    with chromium() as browser:
        with ours.our_desk(dist, INBOX) as made:
            _measure_loads(browser, made, table)
            _measure_tickets(browser, made, table, report)
            _measure_memory(made, report)
        with ours.our_desk(dist, LISTED) as made:
            _measure_long_list(browser, made, report)
        with ours.our_desk(dist, SCROLLED) as made:
            _measure_scrolling(browser, made, report)
        for running in (roundup_pages, django_helpdesk):
            with running(INBOX) as other:
                _measure_other(browser, other, table)
    report.comparisons = table.rows()
    report.notes.append(
        f"Headless Chromium, 1280 × 800; medians of {LOADS} loads and {ROUNDS} rounds. An inbox of {INBOX} tickets. "
        "Bytes are those of documents, scripts and styles as they are sent. Throttled: a processor four times slower, "
        "behind 1.6 Mb/s and 150 ms. A page is left alone for half a second before it is asked what it shows. "
        "The others show another document for each step: until its largest paint."
    )
    return report


def _measure_loads(browser: Browser, made: Box, table: Table) -> None:
    """The agent's inbox in a browser that was never here."""

    def once(*, slow: bool) -> probe.Load:
        with probe.opened(browser) as page:
            page.add_init_script(ours.as_agent())
            if slow:
                probe.slow_down(page)
            return probe.load(page, ours.address(made), ours.until_live)

    _put_loads(table, "ours", once, (90, 12, 500, 1800))


def _measure_other(browser: Browser, other: OtherDesk, table: Table) -> None:
    words = other.words
    with probe.opened(browser) as page:
        other.sign_in(page)
        state = page.context.storage_state()

    def is_there(page: Page) -> None:
        page.locator(words.row).first.wait_for()

    def once(*, slow: bool) -> probe.Load:
        with probe.opened(browser, state) as page:
            if slow:
                probe.slow_down(page)
            return probe.load(page, words.list_address, is_there)

    def open_ticket() -> float:
        with probe.opened(browser, state) as page:
            page.goto(words.list_address)
            is_there(page)
            return probe.navigate(page, lambda: page.locator(words.row).first.click())

    def reply() -> float:
        with probe.opened(browser, state) as page:
            page.goto(words.list_address)
            is_there(page)
            page.locator(words.row).first.click()
            page.locator(words.message).first.wait_for()
            other.write(page, _TEXT)
            took = probe.navigate(page, lambda: other.send(page))
            expect(page.get_by_text(_TEXT).first).to_be_visible()
            return took

    _put_loads(table, other.name, once, None)
    table.put("open a ticket, from the click to its text", "ms", other.name, probe.middle(open_ticket, ROUNDS))
    table.put("one's own reply, from the key to the screen", "ms", other.name, probe.middle(reply, ROUNDS))


def _put_loads(
    table: Table, desk: str, once: Callable[..., probe.Load], most: tuple[float, float, float, float] | None
) -> None:
    kilobytes, requests, quick, slow = most or (None, None, None, None)
    loads = [once(slow=False) for _ in range(LOADS)]
    table.put("first load: script and style", "kB", desk, max(load.code_kb for load in loads), kilobytes)
    table.put("first load: requests", "", desk, max(load.requests for load in loads), requests)
    table.put("first load: largest paint", "ms", desk, sorted(load.lcp_ms for load in loads)[LOADS // 2], quick)
    throttled = sorted(once(slow=True).lcp_ms for _ in range(LOADS))
    table.put("first load: largest paint, throttled", "ms", desk, throttled[LOADS // 2], slow)


def _measure_tickets(browser: Browser, made: Box, table: Table, report: Report) -> None:
    """Open tickets, a long one too; and what is written on them, here and elsewhere."""
    quick, long = tasks.file_ticket(made, "A quick look"), tasks.file_ticket(made, "A long story")
    ours.call(made, ours.AGENT, "message.reply", ticket_id=quick, body=_TEXT)
    ours.add_messages(made, long, LONG_THREAD)
    last = f"Message {LONG_THREAD - 1}:"
    with tasks.agent(browser, made) as page:
        opened = probe.middle(lambda: tasks.open_ticket(page, quick, _TEXT), ROUNDS)
        table.put("open a ticket, from the click to its text", "ms", "ours", opened, 50)
        _put(report, f"open one of {LONG_THREAD} messages", tasks.open_first(browser, made, long, last, ROUNDS), 150)
        reply = tasks.own_reply(page, quick, _TEXT, ROUNDS)
        table.put("one's own reply, from the key to the screen", "ms", "ours", reply.all, 16)
        report.notes.append(
            f"One's own reply is in the document {reply.in_document:.1f} ms after the key; the next frame begins "
            f"{reply.frame_awaited:.1f} ms later (at 60 Hz it may be 16.7), and is drawn in {reply.drawn:.1f} ms. Each "
            "is sent once the one before has gone: while it can be taken back, its clock keeps frames coming."
        )
        _put(
            report,
            "another's reply, from its call to the screen",
            tasks.others_reply(page, made, quick, _TEXT, ROUNDS),
            60,
        )


def _measure_long_list(browser: Browser, made: Box, report: Report) -> None:
    with tasks.agent(browser, made) as page:
        listed = ours.list_rows(page, LISTED)
        _put(report, f"heap with {listed} rows listed", probe.heap_mb(page), 40, "MB")
        before = probe.count_tasks(page)
        arrivals = [tasks.arrival(page, made, number) for number in range(ROUNDS)]
        _put(report, f"a new ticket into a list of {listed} rows", sorted(arrivals)[ROUNDS // 2], 30)
        _put(report, "the longest task meanwhile", probe.longest_task(page, before), 50)
        ours.change_often(made, [TicketId(number + 1) for number in range(min(LISTED, 500))], EVENTS)
        tasks.arrival(page, made, ROUNDS)
        _put(report, f"heap after {EVENTS} events", probe.heap_mb(page), 40, "MB")


def _measure_scrolling(browser: Browser, made: Box, report: Report) -> None:
    with tasks.agent(browser, made) as page:
        listed = ours.list_rows(page, SCROLLED)
        scroller = ours.mark_scroller(page)
        _put(
            report, f"scroll {listed} rows: the longest frame", probe.worst_frame(page, scroller, FRAMES, _STEP_PX), 50
        )


def _measure_memory(made: Box, report: Report) -> None:
    """The page's daemon, after it has served and is left alone."""
    time.sleep(IDLE_S)
    pid = listening_pid(made.paths.socket("ui"))
    if not pid:
        raise SystemExit("hero_assistance_ui does not run")
    _put(report, "memory of hero_assistance_ui, idle", resident_mb(pid), 55, "MB")


def _put(report: Report, what: str, value: float, most: float, unit: str = "ms") -> None:
    report.add(Figure(what, value, unit, target=f"≤ {most:g}", met=value <= most))
