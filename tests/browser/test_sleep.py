"""The state that is shown is true: through silence, sleep and outage, and what was missed is there afterwards."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.browser_tabs import expect_live
from tests.browser.page_object import Visitor, go_to, wait_for
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
# What the page promises, and what a busy machine may add.
SILENCE_S, BUSY_S = 10, 5
# A look each second, and the moment in which what has arrived is heard.
NOTICED_MS = 1_500
MOMENT_MS = 20
SILENT = "Projects that do not answer"
THREAD = "#/tickets/hero_assistance/1"


def _set_state(page: Page, state: str) -> None:
    """Freeze a page as a browser does that lies in the background, or wake it up."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": state})
    session.detach()


def _time_of(page: Page) -> datetime:
    """The time that a page has."""
    return datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC)


def _runs_until_listed(visitor: Visitor, title: str) -> bool:
    """Let the time of a page go on for a moment; whether a ticket is listed then."""
    visitor.page.clock.run_for(MOMENT_MS)
    return visitor.ticket(title).count() > 0


def _time_until_seen(visitor: Visitor) -> float:
    """How long it takes from now until what happened meanwhile is in front of a visitor, in seconds."""
    begun = time.monotonic()
    expect(visitor.message("While you slept")).to_be_visible()
    expect(visitor.ticket("Meanwhile 39")).to_be_visible()
    return time.monotonic() - begun


def test_live_goes_within_ten_seconds_of_silence(served: Desk, person: Person) -> None:
    """The server hangs, with its connections open."""
    bob = person("bob")
    # From now on the time of the page is the test's, however busy the machine is.
    bob.page.clock.install()
    bob.page.reload()
    bob.live()
    server = served.daemons[0].process
    assert server is not None
    bob.page.clock.pause_at(_time_of(bob.page) + timedelta(seconds=BUSY_S))
    served.call("carol", "ticket.create", title="Heard before", body="Text")
    wait_for(bob.page, lambda: _runs_until_listed(bob, "Heard before"), "the stream is heard")
    server.send_signal(signal.SIGSTOP)
    try:
        bob.live()
        # What was on its way already is heard meanwhile.
        bob.page.clock.run_for((SILENCE_S + BUSY_S) * 1000)
        expect(bob.page.locator(".connection")).not_to_have_text("Live")
    finally:
        server.send_signal(signal.SIGCONT)
    bob.page.clock.resume()
    bob.live()
    served.call("carol", "ticket.create", title="Awake again", body="Text")
    expect(bob.ticket("Awake again")).to_be_visible()


def test_a_quiet_desk_stays_live(served: Desk, person: Person) -> None:
    """Silence of the people is not silence of the server."""
    bob = person("bob")
    bob.live()
    bob.page.evaluate(
        """() => {
          window.words = [];
          const told = () => window.words.push(document.querySelector('.connection').textContent);
          new MutationObserver(told).observe(document.querySelector('.connection'),
            {subtree: true, childList: true, characterData: true, attributes: true});
        }"""
    )
    bob.page.wait_for_timeout(15_000)
    assert bob.page.evaluate("window.words") == []


def test_a_page_that_was_frozen_has_everything_within_a_second(served: Desk, person: Person) -> None:
    """While it sleeps the server restarts, and writes more than the page has heard of."""
    served.call("carol", "ticket.create", title="Before", body="Text")
    bob = person("bob")
    bob.live()
    bob.ticket("Before").click()
    expect(bob.heading("Before")).to_be_visible()
    _set_state(bob.page, "frozen")
    served.daemons[0].end(signal.SIGKILL)
    served.start_server()
    for number in range(40):
        served.call("carol", "ticket.create", title=f"Meanwhile {number}", body="Text")
    served.call("carol", "message.reply", ticket_id=1, body="While you slept")
    _set_state(bob.page, "active")
    woken_s = _time_until_seen(bob)
    bob.live()
    assert not bob.was_reloaded
    # What a busy machine adds is what it adds to a first look at the same, too.
    again = person("bob")
    go_to(again.page, THREAD)
    assert woken_s < 1.0 + max(BUSY_S, 3 * _time_until_seen(again))


def test_after_ten_minutes_of_sleep_a_dead_stream_is_noticed_within_a_second(served: Desk, person: Person) -> None:
    """The clock has gone on, and the stream is silent: nobody has told the browser that it is dead."""
    bob = person("bob")
    # From now on the time of the page is the test's, however busy the machine is.
    bob.page.clock.install()
    bob.page.reload()
    bob.live()
    server = served.daemons[0].process
    assert server is not None
    server.send_signal(signal.SIGSTOP)
    try:
        bob.page.clock.pause_at(_time_of(bob.page) + timedelta(minutes=10))
        bob.page.clock.run_for(NOTICED_MS)
        expect(bob.page.locator(".connection")).not_to_have_text("Live")
    finally:
        server.send_signal(signal.SIGCONT)
    bob.page.clock.resume()
    bob.live()


def test_the_text_of_an_outage_goes_when_it_ends(served: Desk, person: Person) -> None:
    """A thread that could not be read is there without being asked for again."""
    for title in ("Opened before", "Opened too late"):
        served.call("carol", "ticket.create", title=title, body=f"Text of {title}")
    bob = person("bob")
    bob.live()
    bob.ticket("Opened before").click()
    expect(bob.message("Text of Opened before")).to_be_visible()
    served.daemons[0].end(signal.SIGKILL)
    expect(bob.page.get_by_role("list", name=SILENT)).to_be_visible()
    bob.ticket("Opened too late").click()
    expect(bob.page.get_by_role("main").get_by_role("alert")).to_be_visible()
    served.start_server()
    expect_live(bob.page)
    expect(bob.message("Text of Opened too late")).to_be_visible()
    expect(bob.page.get_by_role("alert")).to_have_count(0)
    expect(bob.page.get_by_role("list", name=SILENT)).to_have_count(0)
