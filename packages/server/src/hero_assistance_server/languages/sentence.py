"""A sentence with words of people in it, as plain text and as HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

from hero_assistance_server.languages.language import fill


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text in the reader's language with the placeholders of `values`, which people wrote, and of a `{link}`.

    In HTML the direction of a name does not reach the words around it.
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    link: str | None = None

    def as_text(self) -> str:
        """Return the sentence as plain text."""
        return fill(self.text, {**self.values, "link": self.link or ""})

    def as_html(self) -> str:
        """Return the sentence as HTML."""
        values = {name: f"<bdi>{html.escape(str(value))}</bdi>" for name, value in self.values.items()}
        return fill(html.escape(self.text), {**values, "link": make_link(self.link) if self.link else ""})


def make_link(address: str) -> str:
    """Return a web address as a link of HTML."""
    escaped = html.escape(address)
    return f'<a href="{escaped}">{escaped}</a>'
