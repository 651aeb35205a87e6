"""Placeholders in the texts of canned replies and macros, such as `{{customer.first_name|there}}`.

What follows the bar is written where there is nothing to fill in. A backslash before braces leaves them as they are, so
that `{{ .Values.x }}` can be written; two backslashes are one, before a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hero_assistance_sdk.errors import Conflict
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


@dataclass(frozen=True, slots=True)
class Values:
    """What placeholders are filled in from; without the address of the pages there are no links."""

    ticket: Ticket
    agent: User
    link: str | None = None


def _link(values: Values) -> str:
    return values.link or ""


KNOWN: dict[str, Callable[[Values], str]] = {
    "agent.first_name": lambda values: first_name(values.agent.name, values.agent.user_id),
    "agent.name": lambda values: values.agent.name,
    "agent.signature": lambda values: values.agent.signature,
    "customer.first_name": lambda values: first_name(values.ticket.customer_name, values.ticket.customer),
    "customer.name": lambda values: values.ticket.customer_name,
    "ticket.id": lambda values: str(values.ticket.ticket_id),
    "ticket.link": _link,
    "ticket.number": lambda values: str(values.ticket.ticket_id),
    "ticket.title": lambda values: values.ticket.title,
}
# Braces that open before others that open are read with those: `{{{a}}}` is a placeholder between braces.
_BRACES = re.compile(r"\{\{(?!\{)(?:([^{}]*)\}\})?")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name, and what to write where it is empty; `None` is nothing."""

    name: str
    fallback: str | None = None

    def fill_in(self, values: Values) -> str:
        """Return what stands here; raises `Conflict` for a link that cannot be made."""
        text = KNOWN[self.name](values)
        if text.strip() or self.fallback is not None:
            return text if text.strip() else self.fallback or ""
        if self.name == "ticket.link":
            raise Conflict(
                "the address of the pages is not known",
                hint="an admin sets it: project.update page_address; or write {{ticket.link|...}}",
                kind=RefusalKind.PAGE_ADDRESS_UNSET,
            )
        return ""


def unknown(text: str) -> list[str]:
    """Return the names of the unknown placeholders in a text, in order."""
    names = [piece.name for piece in _split(text) if isinstance(piece, Placeholder)]
    return [name for name in dict.fromkeys(names) if name not in KNOWN]


def render(text: str, values: Values) -> str:
    """Return the text with its placeholders filled in; what is filled in is not read again. Raises `Conflict`."""
    return "".join(piece.fill_in(values) if isinstance(piece, Placeholder) else piece for piece in _split(text))


def first_name(name: str, user_id: str) -> str:
    """Return the first word of a name; nothing where there is no name but an id or an address."""
    if name == user_id or "@" in name:
        return ""
    return name.split()[0] if name.split() else ""


def _split(text: str) -> Iterator[str | Placeholder]:
    """Yield a text in pieces, with the backslashes before braces read."""
    end = 0
    for found in _BRACES.finditer(text):
        before = text[end : found.start()]
        plain = before.rstrip("\\")
        slashes = len(before) - len(plain)
        yield plain + "\\" * (slashes // 2)
        yield found[0] if slashes % 2 or found[1] is None else _parse(found[1])
        end = found.end()
    yield text[end:]


def _parse(inside: str) -> Placeholder:
    name, bar, fallback = inside.partition("|")
    return Placeholder(name.strip(), fallback.strip() if bar else None)
