"""How a desk grows: the same questions among a few tickets and among very many, and how long the server starts.

`GROWTH=full` measures 10,000 and 1,000,000 tickets (which takes a quarter of an hour and 9 GB); otherwise a tenth of
the one and a hundredth of the other. `GROWTH_DATABASE` names a folder with a large database that is there already.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.daemon_process import await_health, running
from benchmarks.desk.desk_data import COMMON, SECOND, build
from benchmarks.desk.desk_server import told_database
from benchmarks.measure import Figure, Report, time_call
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_server.storage.sqlite.store import DATABASE
from hero_assistance_server.ticket_lists.list_query import VIEWS

SIZES = {"full": (10_000, 1_000_000), "": (1_000, 10_000)}
ROUNDS = 3
CALLS = 100
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"SIZES": {"": (1_000, 2_000)}, "ROUNDS": 1, "CALLS": 10, "STARTS": 1}
# What people look at of a list; the rest is searched.
PAGES = 3
STARTS = 5
AGENT, CUSTOMER = "bob", "c7"
TWICE, SEARCH_MS, START_MS = 2.0, 60.0, 1000.0


@dataclass
class Timings:
    """Milliseconds of each call of one kind, in the order they were made."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Return the median of all calls."""
        return statistics.median(self.values)

    @property
    def p99(self) -> float:
        """Return the figure of the quietest round: other work on the machine can stop any call."""
        rounds = [self.values[start : start + CALLS] for start in range(0, len(self.values), CALLS)]
        return min(statistics.quantiles(values, n=100, method="inclusive")[98] for values in rounds)


def measure(_dist: Path) -> Report:
    """Measure both sizes with a server of this tree in a process of its own."""
    small, large = SIZES.get(os.environ.get("GROWTH", ""), SIZES[""])
    report = Report("Growth", "GROWTH=full ./buildenv.sh nox -s bench -- growth")
    given = os.environ.get("GROWTH_DATABASE")
    with desk_of(small) as few:
        before, early = ask_all(few, small)
    with desk_of(large, given) as many:
        large = count_tickets(many)
        after, start = ask_all(many, large)
    for name, timings in after.items():
        report.add(_figure(name, timings, before[name], small, large))
    label = f"start of the server until `/health`, {large:,} tickets (median of {small:,}: {early.median:.0f} ms)"
    report.add(Figure(label, start.median, "ms", target=f"≤ {START_MS:,.0f}", met=start.median <= START_MS))
    report.notes.append(
        f"{ROUNDS} rounds of {CALLS} calls of each kind over the Unix socket, one after the other, each"
    )
    report.notes.append("another page or another word; the p99 of the quietest round, and the medians of all.")
    return report


def _figure(name: str, many: Timings, few: Timings, small: int, large: int) -> Figure:
    label = f"{name}: p99 of {large:,} tickets (medians {few.median:.1f} ms of {small:,}, {many.median:.1f} ms)"
    if name.startswith("search"):
        return Figure(label, many.p99, "ms", target=f"≤ {SEARCH_MS:.0f} ms", met=many.p99 <= SEARCH_MS)
    ratio = many.p99 / few.p99
    return Figure(label, many.p99, "ms", f"{few.p99:.1f} ms of {small:,}", ratio, "≤ 2", ratio <= TWICE)


@dataclass(frozen=True)
class Desk:
    """The root of a desk, and its PostgreSQL where it is not in a file of that root."""

    paths: Paths
    database: str | None = None


@contextmanager
def desk_of(count: int, given: str | None = None) -> Iterator[Desk]:
    """A desk with so many tickets, gone afterwards; or the one of a folder that is there, which stays."""
    if given is not None:
        yield Desk(Paths.from_environ({"PATH_ROOT": given}))
        return
    root = Path(tempfile.mkdtemp(prefix="hg", dir="/tmp"))
    try:
        paths = Paths.from_environ({"PATH_ROOT": str(root)})
        build(paths.data / DATABASE, count)
        yield Desk(paths)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def _server(desk: Desk) -> Iterator[RpcClient]:
    """A server on these data, in a process of its own, once it answers."""
    paths = desk.paths
    env = {**os.environ, "PATH_ROOT": str(paths.root), "HOME": str(paths.root), "HERO_ASSISTANCE_TCP": "off"}
    command = [sys.executable, "-m", "hero_assistance_server", "--auth-mode", "dev"]
    with told_database(paths, desk.database), running(command, env, os.path.sep):
        await_health(paths.socket("rpc"))
        with _client(paths, AGENT) as client:
            yield client


def _client(paths: Paths, user: str) -> RpcClient:
    return RpcClient(paths.socket("rpc"), headers={"x-dev-user": user})


def count_tickets(desk: Desk) -> int:
    """Return how many tickets a desk has."""
    with _server(desk) as client:
        views = client.call("view.list")["views"]
    return int(next(view["count"] for view in views if view["name"] == "all"))


def ask_all(desk: Desk, count: int) -> tuple[dict[str, Timings], Timings]:
    """Return every question with its timings, and the starts."""
    start = Timings()
    for _ in range(STARTS):
        begun = time.perf_counter()
        with _server(desk):
            start.values.append((time.perf_counter() - begun) * 1000)
    found: dict[str, Timings] = {}
    with _server(desk) as agent, _client(desk.paths, CUSTOMER) as customer:
        found["`ticket.list`"] = _time_pages(agent, {})
        found["`ticket.list` of a customer"] = _time_pages(customer, {})
        for view in VIEWS:
            found[f"view {view}"] = _time_pages(agent, {"view": view})
        found["filter `tag:tag3 is:active`"] = _time_pages(agent, {"filter": "tag:tag3 is:active"})
        found["filter `tag:tag3 tag:tag5`"] = _time_pages(agent, {"filter": "tag:tag3 tag:tag5"})
        found["`view.list`"] = _time_calls(lambda: agent.call("view.list"))
        words = _words(agent)
        found["search, a common word"] = _time_searches(agent, [COMMON[0]])
        found["search, common words"] = _time_searches(agent, words)
        found["search, a rare word"] = _time_searches(
            agent, [f"rare{n}" for n in range(10, count + 1, max(10, count // 200))]
        )
        found["search, two common words"] = _time_searches(agent, [f"{COMMON[0]} {SECOND[0]}"])
        found["search, a common and a rare word"] = _time_searches(agent, [f"{COMMON[0]} rare{count // 40 * 20}"])
        found["search, prefixes of 2 letters"] = _time_searches(agent, [f"{word[:2]}*" for word in words])
        found["search, prefixes of 4 letters"] = _time_searches(agent, [f"{word[:4]}*" for word in words])
        found["search, a long prefix of a common word"] = _time_searches(agent, [f"{COMMON[0][:6]}*"])
        found["search, a phrase"] = _time_searches(agent, [f'"the {COMMON[0]} again"'])
        found["search, a word and a filter"] = _time_searches(agent, [f"{COMMON[0]} tag:tag9 status:open"])
        found["search of a customer"] = _time_searches(customer, words)
    return found, start


def _time_pages(client: RpcClient, params: dict[str, Any]) -> Timings:
    """The first pages of a list, over and over.

    Spaces in the filter mean nothing and make another question of it: none is answered with what was kept of another.
    """
    timings, cursor = Timings(), None
    for number in range(ROUNDS * CALLS):
        answer: dict[str, Any] = {}
        asked = {**params, "filter": params.get("filter", "") + " " * number, "cursor": cursor}
        timings.values.append(time_call(lambda: answer.update(client.call("ticket.list", **asked))))  # noqa: B023
        cursor = answer["next_cursor"] if number % PAGES < PAGES - 1 else None
    return timings


def _words(client: RpcClient) -> list[str]:
    """Words that are said on this desk, the more often the more of them there are."""
    tickets = client.call("ticket.list", limit=200)["tickets"]
    return [word for ticket in tickets for word in ticket["title"].split()[:1] if len(word) >= 4]


def _time_searches(client: RpcClient, queries: list[str]) -> Timings:
    asked = cycle(queries)
    return _time_calls(lambda: client.call("search.tickets", query=next(asked)))


def _time_calls(call: Callable[[], object]) -> Timings:
    return Timings([time_call(call) for _ in range(ROUNDS * CALLS)])
