"""The first load of the page: what a browser that was never there asks for, and what that is on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.browser.chromium import chromium
from benchmarks.measure import Figure, Report
from benchmarks.supervision.serving import box
from tests.browser.page_object import Visitor
from tests.browser.router import PREFIX, Forwarded, routed

LOADS = 3
# What `--quick` takes in the place of these: enough to see that every line of it runs.
SHORT = {"LOADS": 1}
REQUESTS = 8
SCRIPT_AND_STYLE_KB = 45.0


@dataclass(frozen=True)
class FirstLoad:
    """The requests of one load and the bytes of their bodies; `code` is those of the script and of the document.

    The style stands in the document.
    """

    requests: int
    code: int
    total: int


def measure(dist: Path) -> Report:
    """Load the page of a fresh box below a router, each time in a browser without a cache."""
    report = Report("First load", "./buildenv.sh nox -s bench -- first_load")
    with chromium() as browser, box(dist) as made:
        made.start()
        loads = [_load(browser, made.paths.socket("ui")) for _ in range(LOADS)]
    requests = max(load.requests for load in loads)
    code = max(load.code for load in loads) / 1000
    report.add(Figure("requests", requests, "", target=f"≤ {REQUESTS}", met=requests <= REQUESTS))
    report.add(
        Figure(
            "script and style on the wire",
            code,
            "kB",
            target=f"≤ {SCRIPT_AND_STYLE_KB:g}",
            met=code <= SCRIPT_AND_STYLE_KB,
        )
    )
    report.add(Figure("everything on the wire, with font and icon", max(load.total for load in loads) / 1000, "kB"))
    report.notes.append(
        f"The largest of {LOADS} loads, until the page is live; bodies as they are sent, compressed, without headers. "
        "The document, which has the style in it, counts as style; the event stream counts as a request. "
        "The targets are those of the first page that was built, of 22 kB; the suite holds 9 requests and 66 kB."
    )
    return report


def _load(browser: Browser, socket: Path) -> FirstLoad:
    forwarded: list[Forwarded] = []
    with routed(socket, log=forwarded) as address:
        visitor = Visitor(browser, f"{address}{PREFIX}/", None)
        visitor.live()
        visitor.load_font_and_icon()
        visitor.close()
    code = [request for request in forwarded if request.path == f"{PREFIX}/" or request.path.endswith((".js", ".css"))]
    return FirstLoad(len(forwarded), sum(request.size for request in code), sum(request.size for request in forwarded))
