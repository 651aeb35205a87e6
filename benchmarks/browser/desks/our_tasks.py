"""What an agent does on our page, and how long it takes until it is on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page, expect

from benchmarks.browser.desks import ours, probe
from benchmarks.supervision.serving import Box
from hero_assistance_sdk.wire import TicketId

# A reply can be taken back for a while: the next one waits until it has gone, and the page is at rest.
_GONE_MS = 60_000
_ON_THEIR_WAY = ".message.pending"


@dataclass(frozen=True)
class OwnReply:
    """Medians of one's own replies, in ms: all of it from the key on, and what it is made of."""

    all: float
    in_document: float
    frame_awaited: float
    drawn: float


@contextmanager
def agent(browser: Browser, made: Box) -> Iterator[Page]:
    """A page of an agent's that is live, with the parts that come with the first sign of use."""
    with probe.opened(browser) as page:
        page.add_init_script(ours.as_agent())
        page.goto(ours.address(made))
        ours.until_live(page)
        page.mouse.move(10, 10)
        page.mouse.move(20, 20)
        page.wait_for_timeout(probe.STILL_MS)
        yield page


def file_ticket(made: Box, title: str) -> TicketId:
    """File a ticket of a customer's."""
    found: TicketId = ours.call(made, ours.CUSTOMER, "ticket.create", title=title, body="Text")["ticket_id"]
    return found


def open_ticket(page: Page, ticket_id: TicketId, text: str) -> float:
    """Go back to the list and open a ticket there; returns the ms until a text of it is drawn."""
    link = f'{ours.LIST} a[href$="/{ticket_id}"]'
    page.evaluate("location.hash = '#/'")
    page.locator(link).first.wait_for()
    page.wait_for_timeout(100)
    return probe.click_to_text(page, link, text, ours.MESSAGES)


def open_first(browser: Browser, made: Box, ticket_id: TicketId, text: str, rounds: int) -> float:
    """Open a ticket of which nothing is there yet, each time on a page of its own."""

    def once() -> float:
        with agent(browser, made) as page:
            return open_ticket(page, ticket_id, text)

    return probe.middle(once, rounds)


def own_reply(page: Page, ticket_id: TicketId, text: str, rounds: int) -> OwnReply:
    """Answer a ticket by the keys."""
    open_ticket(page, ticket_id, text)
    probe.note_key(page)

    def once(number: int) -> tuple[float, probe.Seen]:
        words = f"My own answer, number {number}."
        area = page.get_by_label("Reply", exact=True)
        area.fill(words)
        probe.watch_text(page, words, ours.MESSAGES)
        area.press("Control+Enter")
        seen = probe.read_seen(page)
        expect(page.locator(_ON_THEIR_WAY)).to_have_count(0, timeout=_GONE_MS)
        return probe.key_at(page), seen

    made = [once(number) for number in range(rounds)]
    return OwnReply(
        all=median(seen.drawn - key for key, seen in made),
        in_document=median(seen.in_document - key for key, seen in made),
        frame_awaited=median(seen.frame - seen.in_document for _, seen in made),
        drawn=median(seen.drawn - seen.frame for _, seen in made),
    )


def others_reply(page: Page, made: Box, ticket_id: TicketId, text: str, rounds: int) -> float:
    """Have the customer write while the ticket is open."""
    open_ticket(page, ticket_id, text)
    numbers = iter(range(rounds))

    def once() -> float:
        words = f"Another's answer, number {next(numbers)}."
        probe.watch_text(page, words, ours.MESSAGES)
        asked = ours.timed_call(made, ours.CUSTOMER, "message.reply", ticket_id=ticket_id, body=words)
        return probe.seen_at(page) - asked

    return probe.middle(once, rounds)


def arrival(page: Page, made: Box, number: int) -> float:
    """File a ticket elsewhere; returns the ms until it is in the list."""
    title = f"A ticket that arrives, number {number}"
    probe.watch_text(page, title, ours.LIST)
    asked = ours.timed_call(made, ours.CUSTOMER, "ticket.create", title=title, body="Text")
    return probe.seen_at(page) - asked
