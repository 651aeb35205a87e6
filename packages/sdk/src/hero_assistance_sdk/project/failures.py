"""What failed requests to a project say: to which address they were sent, if to any."""

from __future__ import annotations

import httpx2

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.project.address_book import AddressBook

# Where a request says which address it was sent to.
ADDRESS = "address"


class NoAddressAnswers(httpx2.ConnectError):
    """A request was not sent, since no address of the project answers; `why` has the reason of each."""

    def __init__(self, why: HeroError, request: httpx2.Request) -> None:
        super().__init__(why.message, request=request)
        self.why = why


def address_of(error: httpx2.HTTPError) -> str | None:
    """Return the address of the project that a request was sent to when it failed."""
    try:
        request = error.request
    except RuntimeError:
        return None
    found = request.extensions.get(ADDRESS)
    return found if isinstance(found, str) else None


def note_failure(book: AddressBook, error: httpx2.HTTPError, failure: HeroError) -> None:
    """Let the address rest whose answer failed in a way that its connection does not show, such as by silence."""
    address = address_of(error)
    if address is not None and not isinstance(error, NoAddressAnswers):
        book.note_failure(address, failure)
