"""A browser that measures pages: what a load takes, what a click takes, frames, long tasks and the heap."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

WAIT_MS = 60_000
# A mid-range phone on a mobile network, as Lighthouse simulates it.
SLOW_PROCESSOR = 4
SLOW_NETWORK = {"latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
# No larger paint comes after the page has been still for so long.
STILL_MS = 500
# Kept from the first script on: the largest paint, and tasks that held the page up.
_OBSERVE = """
window.measured = { largest: 0, tasks: [] };
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) measured.largest = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) measured.tasks.push(entry.duration);
}).observe({ type: "longtask", buffered: true });
"""
# After the frame that follows is drawn: what is in the document now is on the screen then. Says when that frame began.
_DRAWN = """
const drawn = () => new Promise((done) => requestAnimationFrame(() => {
  const begun = performance.now();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => done(begun);
  port2.postMessage(null);
}));
"""
# As soon as the document has it, before the frame that shows it.
_UNTIL = """
const until = (holds) => new Promise((done) => {
  if (holds()) return done();
  const observer = new MutationObserver(() => {
    if (!holds()) return;
    observer.disconnect();
    done();
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
});
"""


@dataclass(frozen=True)
class Load:
    """One load: its requests, the bytes of document, script and style on the wire, and its largest paint."""

    requests: int
    code_kb: float
    lcp_ms: float


@dataclass(frozen=True)
class Seen:
    """When a text was in the document, when the frame that shows it began, and when it was drawn, in ms since 1970."""

    in_document: float
    frame: float
    drawn: float


@dataclass
class Traffic:
    """The requests of a page, by their ids."""

    kinds: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, float] = field(default_factory=dict)

    def watch(self, session: CDPSession) -> None:
        """Count what is asked for from now on, as it is on the wire."""
        session.send("Network.enable")
        session.on("Network.responseReceived", lambda told: self._note(told))
        session.on("Network.loadingFinished", lambda told: self._finish(told))

    def _note(self, told: Mapping[str, Any]) -> None:
        self.kinds[told["requestId"]] = told["type"]

    def _finish(self, told: Mapping[str, Any]) -> None:
        self.sizes[told["requestId"]] = told["encodedDataLength"]

    @property
    def code_kb(self) -> float:
        """Documents count: a style or a script may stand in one."""
        kinds = {"Document", "Script", "Stylesheet"}
        return sum(size for name, size in self.sizes.items() if self.kinds.get(name) in kinds) / 1000


@contextmanager
def opened(browser: Browser, state: Any = None, **options: Any) -> Iterator[Page]:
    """A page of a browser that was never here, or that is signed in as `state` says."""
    context = browser.new_context(storage_state=state, viewport={"width": 1280, "height": 800}, **options)
    context.set_default_timeout(WAIT_MS)
    context.add_init_script(_OBSERVE)
    try:
        yield context.new_page()
    finally:
        context.close()


def slow_down(page: Page) -> None:
    """Have the page run on a slow processor behind a slow network."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", {"offline": False, **SLOW_NETWORK})
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})


def load(page: Page, address: str, is_there: Callable[[Page], None]) -> Load:
    """Open an address and measure until `is_there` returns and nothing more is drawn."""
    traffic = Traffic()
    traffic.watch(page.context.new_cdp_session(page))
    page.goto(address)
    # What looks for the rows runs in the page, and would hold up what is measured.
    page.wait_for_timeout(STILL_MS)
    is_there(page)
    page.wait_for_timeout(STILL_MS)
    return Load(len(traffic.kinds), traffic.code_kb, float(page.evaluate("measured.largest")))


def click_to_text(page: Page, link: str, text: str, within: str) -> float:
    """Click a link of a page that changes in place; returns the ms until `text` is drawn in `within`."""
    took = page.evaluate(
        f"""async ([link, text, within]) => {{
          {_DRAWN}{_UNTIL}
          const begun = performance.now();
          document.querySelector(link).click();
          await until(() => document.querySelector(within)?.textContent.includes(text));
          await drawn();
          return performance.now() - begun;
        }}""",
        [link, text, within],
    )
    return float(took)


def navigate(page: Page, act: Callable[[], None]) -> float:
    """Do what leads to another document; returns the ms until its largest paint."""
    begun = page.evaluate("performance.timeOrigin + performance.now()")
    with page.expect_navigation(wait_until="load"):
        act()
    page.wait_for_timeout(STILL_MS)
    drawn = page.evaluate("performance.timeOrigin + measured.largest")
    return float(drawn - begun)


def watch_text(page: Page, text: str, within: str) -> None:
    """Note from now on when `text` is first drawn in `within`; `seen_at` returns it."""
    page.evaluate(
        f"""([text, within]) => {{
          {_DRAWN}{_UNTIL}
          const since1970 = (time) => performance.timeOrigin + time;
          window.seen = until(() => document.querySelector(within)?.textContent.includes(text)).then(async () => {{
            const inDocument = performance.now();
            const frame = await drawn();
            return [inDocument, frame, performance.now()].map(since1970);
          }});
        }}""",
        [text, within],
    )


def seen_at(page: Page) -> float:
    """Return when what is watched for was drawn, in ms since 1970."""
    return read_seen(page).drawn


def read_seen(page: Page) -> Seen:
    """Return how what is watched for came to be drawn."""
    return Seen(*page.evaluate("window.seen"))


def note_key(page: Page) -> None:
    """Note when the next key goes down; `key_at` returns it."""
    page.evaluate(
        """() => {
          window.key = 0;
          addEventListener("keydown", (event) => {
            if (event.key === "Enter") window.key = performance.timeOrigin + performance.now();
          }, { capture: true });
        }"""
    )


def key_at(page: Page) -> float:
    """Return when Enter went down, in ms since 1970."""
    return float(page.evaluate("window.key"))


def longest_task(page: Page, since: int) -> float:
    """Return the ms of the longest task after the first `since` of them; 0 where none held the page up."""
    return float(page.evaluate("(since) => Math.max(0, ...measured.tasks.slice(since))", since))


def count_tasks(page: Page) -> int:
    """Return how many tasks have held the page up so far."""
    return int(page.evaluate("measured.tasks.length"))


def heap_mb(page: Page) -> float:
    """Return what the page's script holds on to, after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.enable")
    session.send("HeapProfiler.collectGarbage")
    used = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    return used / 1_000_000


def worst_frame(page: Page, scroller: str, frames: int, step: int) -> float:
    """Scroll an element by `step` pixels each frame; returns the ms of the longest frame."""
    took = page.evaluate(
        """async ([scroller, frames, step]) => {
          const element = document.querySelector(scroller);
          const next = () => new Promise(requestAnimationFrame);
          let before = await next();
          let worst = 0;
          for (let frame = 0; frame < frames; frame += 1) {
            element.scrollTop += step;
            const now = await next();
            worst = Math.max(worst, now - before);
            before = now;
          }
          return worst;
        }""",
        [scroller, frames, step],
    )
    return float(took)


def middle(measure: Callable[[], float], rounds: int) -> float:
    """Return the median of some rounds."""
    return statistics.median(measure() for _ in range(rounds))
