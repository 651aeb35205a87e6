"""The pages of Roundup, with the classic template's own words."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.browser.desks.desk import Words
from benchmarks.desk.roundup import PASSWORD, roundup

# One message a ticket, written as the tracker's own scripts would.
_FILL = """
import sys
import roundup.instance
from roundup import date
db = roundup.instance.open(sys.argv[1]).open("admin")
for number in range(int(sys.argv[2])):
    when, text = date.Date("."), f"Since this morning, case {number}: nothing answers."
    message = db.msg.create(content=text, author="1", date=when, summary=text)
    db.issue.create(title=f"The VPN is down, case {number}", messages=[message], priority="1")
    if number % 200 == 0:
        db.commit()
db.commit()
db.close()
"""


class RoundupPages:
    """A running tracker."""

    name = "Roundup"

    def __init__(self, address: str) -> None:
        self._address = f"http://{address}"
        self.words = Words(f"{self._address}/issue", "table.list td a", "table.messages")

    def sign_in(self, page: Page) -> None:
        """Sign in by the form in the side bar."""
        page.goto(f"{self._address}/")
        page.fill('input[name="__login_name"]', "admin")
        page.fill('input[name="__login_password"]', PASSWORD)
        page.click('form input[type="submit"][value="Login"]')
        page.get_by_text("Logout").first.wait_for()

    def write(self, page: Page, text: str) -> None:
        """Fill the note."""
        page.fill('textarea[name="@note"]', text)

    def send(self, page: Page) -> None:
        """Submit the item."""
        page.click('input[name="submit_button"], input[type="submit"][value="Submit Changes"]')


@contextmanager
def roundup_pages(tickets: int) -> Iterator[RoundupPages]:
    """A tracker of so many issues, for the time that the context is open."""
    with tempfile.TemporaryDirectory(prefix="hr", dir="/tmp") as name, roundup(Path(name)) as running:
        command = [sys.executable, "-c", _FILL, str(Path(name) / "tracker"), str(tickets)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield RoundupPages(running.address)
