"""Why a mail waits in the quarantine: a sentence that its record keeps, and for programs the kind that it says.

The sentence is stored; its kind is read from it, so that the mails of earlier releases have one as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from string import Formatter

from hero_assistance_server.quotas.usage import HOURLY_LIMIT


class QuarantineKind(StrEnum):
    """Why a mail waits, for programs; a page says it in the language of its reader."""

    NO_SENDER = "no_sender"
    SENDER_RATE = "sender_rate"
    CUSTOMER_RATE = "customer_rate"
    NEWCOMER_RATE = "newcomer_rate"
    DOMAIN_RATE = "domain_rate"
    UNPROVED_RATE = "unproved_rate"
    UNPROVED_RATE_OF_TICKET = "unproved_rate_of_ticket"
    REPORT_RATE = "report_rate"
    REPORT_RATE_OF_TICKET = "report_rate_of_ticket"
    ATTEMPTS = "attempts"
    NO_BYTES = "no_bytes"
    DEFECT = "defect"


_SENTENCES: Mapping[QuarantineKind, str] = {
    QuarantineKind.NO_SENDER: "it names no sender, or more than one",
    QuarantineKind.SENDER_RATE: "its sender wrote {limit} mails within an hour",
    QuarantineKind.CUSTOMER_RATE: HOURLY_LIMIT,
    QuarantineKind.NEWCOMER_RATE: "mails of unknown senders made {limit} customers within an hour already",
    QuarantineKind.DOMAIN_RATE: "mails of unknown senders of {domain} made {limit} customers within an hour already",
    QuarantineKind.UNPROVED_RATE: "{limit} mails whose senders are not proved were filed within an hour already",
    QuarantineKind.UNPROVED_RATE_OF_TICKET: (
        "{limit} mails whose senders are not proved were filed on ticket {ticket} within an hour already"
    ),
    QuarantineKind.REPORT_RATE: "{limit} reports of mail systems were filed within an hour already",
    QuarantineKind.REPORT_RATE_OF_TICKET: (
        "{limit} reports of mail systems were filed on ticket {ticket} within an hour already"
    ),
    QuarantineKind.ATTEMPTS: "{count} attempts to file it ended without a result",
    QuarantineKind.NO_BYTES: "its bytes are not stored any more",
    QuarantineKind.DEFECT: "a defect of the server: {error}",
}

_NUMBER, _NUMBERS = r"\d+", frozenset({"limit", "ticket", "count"})


@dataclass(frozen=True, slots=True)
class QuarantineReason:
    """The kind of a reason, and what its sentence names."""

    kind: QuarantineKind
    values: Mapping[str, str] = field(default_factory=dict)


def say_reason(kind: QuarantineKind, **values: str | int) -> str:
    """Return the sentence of a kind."""
    return _SENTENCES[kind].format(**values)


def read_reason(sentence: str) -> QuarantineReason | None:
    """Return what a stored sentence says; `None` for one that is none of these, as of another release."""
    for kind, pattern in _PATTERNS.items():
        found = pattern.fullmatch(sentence)
        if found is not None:
            return QuarantineReason(kind, found.groupdict())
    return None


def _make_pattern(sentence: str) -> re.Pattern[str]:
    parts = (re.escape(text) + _group(name) for text, name, _, _ in Formatter().parse(sentence))
    return re.compile("".join(parts), re.DOTALL)


def _group(name: str | None) -> str:
    return f"(?P<{name}>{_NUMBER if name in _NUMBERS else '.+'})" if name else ""


_PATTERNS = {kind: _make_pattern(sentence) for kind, sentence in _SENTENCES.items()}
