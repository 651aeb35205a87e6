"""What a browser does on each desk that is measured, in the words of that desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import Page


@dataclass(frozen=True)
class Words:
    """Where a browser finds what it needs: addresses, and selectors of the first ticket's link and of its text."""

    list_address: str
    row: str
    message: str


class OtherDesk(Protocol):
    """A desk that shows another document for each step."""

    name: str
    words: Words

    def sign_in(self, page: Page) -> None:
        """Sign in as an agent."""

    def write(self, page: Page, text: str) -> None:
        """Write an answer on the open ticket, up to where one key or click sends it."""

    def send(self, page: Page) -> None:
        """Send what is written: another document comes."""
