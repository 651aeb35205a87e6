"""From 320 px to 4K, at 200 and 400 %: nothing leaves the screen, the send button is reachable, fingers hit it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.motion import find_moving
from tests.browser.page_object import Visitor, go_to, message_in
from tests.browser.touch import find_small, is_touched
from tests.ui.daemons import Desk, eventually

Person = Callable[..., Visitor]
# Windows of 1280 x 800 at 100, 200 and 400 %, telephones upright, lying and with a keyboard, and large screens.
SIZES = [
    (1280, 800),
    (640, 400),
    (320, 200),
    (320, 568),
    (390, 844),
    (844, 390),
    (390, 380),
    (768, 1024),
    (2560, 1440),
    (3840, 2160),
]


def _open(served: Desk, person: Person, width: int, height: int, **options: object) -> Page:
    title = "A title of some length, as people write them"
    served.call("carol", "ticket.create", title=title, body="Text\n" * 40, tags=["one", "two"])
    bob = person("bob", viewport={"width": width, "height": height}, **options)
    go_to(bob.page, "#/tickets/hero_assistance/1")
    expect(bob.page.locator(".composer textarea")).to_be_attached()
    return bob.page


def _is_within(part: Locator, width: int, height: int) -> bool:
    """Whether a part of the page is on the screen as a whole, and the page no wider than it."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    if box is None or _page_width(part.page) > width:
        return False
    is_across = box["x"] >= 0 and box["x"] + box["width"] <= width
    return is_across and box["y"] >= 0 and box["y"] + box["height"] <= height


def _page_width(page: Page) -> int:
    """How wide the document is."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def _has_room(part: Locator, width: float, height: float) -> bool:
    box = part.bounding_box()
    return box is not None and box["width"] >= width and box["height"] >= height


def _are_side_by_side(page: Page, width: int) -> bool:
    edges = []
    for part in (".views", ".inbox", ".messages", ".panel"):
        box = page.locator(part).bounding_box()
        if box is None:
            return False
        edges.append((box["x"], box["x"] + box["width"]))
    return all(before[1] <= after[0] + 1 for before, after in pairwise(edges)) and abs(edges[-1][1] - width) <= 2


def test_an_answer_can_be_written_and_sent_at_every_size(served: Desk, person: Person) -> None:
    page = _open(served, person, *SIZES[0])
    page.get_by_label("Reply", exact=True).fill("Line\n" * 30 + "end")
    files: list[FilePayload] = [
        {"name": f"file-{number}.txt", "mimeType": "text/plain", "buffer": b"x"} for number in range(6)
    ]
    page.locator("input[type=file]").first.set_input_files(files)
    send = page.get_by_role("button", name="Send reply")
    expect(send).to_be_enabled()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        # As the keyboard and the finger bring it into view.
        eventually(partial(_is_within, send, width, height), f"it is within {width} x {height}")
        # Nothing lies above it.
        send.click(trial=True)
    page.set_viewport_size({"width": 320, "height": 200})
    send.click()
    expect(message_in(page, "Line")).to_be_attached()


def test_the_messages_can_be_read_at_every_size(served: Desk, person: Person) -> None:
    page = _open(served, person, *SIZES[0])
    messages = page.get_by_role("region", name="Messages")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        least = (min(300, width * 0.9) - 40, min(110, height * 0.6))
        eventually(partial(_has_room, messages, *least), f"they have room in {width} x {height}")


def test_the_messages_have_most_of_the_room_of_a_laptop(served: Desk, person: Person) -> None:
    page = _open(served, person, 1280, 800)
    expect(page.get_by_role("complementary", name="About this ticket")).to_be_visible()
    eventually(lambda: _has_room(page.locator(".messages"), 600, 360), "the messages have room")


@pytest.mark.parametrize("width", [2560])
def test_a_large_screen_has_list_thread_and_panel_side_by_side(served: Desk, person: Person, width: int) -> None:
    page = _open(served, person, width, 1440)
    eventually(lambda: _are_side_by_side(page, width), "the parts are side by side")
    eventually(lambda: _has_room(page.locator(".messages > ol"), 900, 0), "the messages have room")


def test_what_a_finger_presses_is_large_enough(served: Desk, person: Person) -> None:
    page = _open(served, person, 390, 844, has_touch=True, is_mobile=True)
    assert is_touched(page)
    small: dict[str, list[str]] = {}
    for view, name in (("#/tickets/hero_assistance/1", "thread"), ("#/", "inbox"), ("#/new", "new")):
        go_to(page, view)
        expect(page.locator(f".shell[data-view={name}]")).to_be_visible()
        expect(page.locator("main h1, [role=main] h1").first).to_be_attached()
        small[view] = find_small(page)
    assert {view: found for view, found in small.items() if found} == {}


def test_nothing_moves_where_less_motion_is_wanted(served: Desk, person: Person) -> None:
    page = _open(served, person, 1280, 800, reduced_motion="reduce")
    assert find_moving(page) == []
