"""Delivery reports (RFC 3464): which letter of ours did not arrive, at whom, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hero_assistance_server.mail.receiving.parsing.header import HEADER_LIMIT, parse_header
from hero_assistance_server.mail.receiving.parsing.parts import Part
from hero_assistance_server.mail.receiving.parsing.plain_text import clean_mail_line

_BLOCK_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_BLOCKS_LIMIT = 50
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_REASON_LIMIT = 500


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a report says of one letter; `letter_ids` are the message-ids of what it returns."""

    recipient: str
    action: str
    status: str
    reason: str
    letter_ids: tuple[str, ...]

    @property
    def is_final(self) -> bool:
        """Whether the mail system has given up; a delay is no news yet."""
        return self.action == "failed" or (not self.action and self.status.startswith("5"))


def read_delivery_report(mail: Part) -> DeliveryReport | None:
    """Return what a delivery report says; `None` for every other mail."""
    status = next((part for part in mail.walk() if part.media_type.endswith("/delivery-status")), None)
    if status is None or mail.media_type != "multipart/report":
        return None
    fields: dict[str, str] = {}
    for block in _BLOCK_END.split(status.decode(HEADER_LIMIT))[:_BLOCKS_LIMIT]:
        for name, value in parse_header(block.strip()).fields:
            fields.setdefault(name, clean_mail_line(value))
    return DeliveryReport(
        recipient=_after_type(fields.get("original-recipient") or fields.get("final-recipient", "")),
        action=fields.get("action", "").lower(),
        status=fields.get("status", ""),
        reason=_after_type(fields.get("diagnostic-code", ""))[:_REASON_LIMIT],
        letter_ids=tuple(_letter_ids(mail)),
    )


def _after_type(value: str) -> str:
    """Return what stands behind the type of a value, such as `rfc822; carol@example.org`."""
    return value.partition(";")[2].strip() if ";" in value else value.strip()


def _letter_ids(mail: Part) -> list[str]:
    """Return the message-ids of the letter that is returned, and those that the report answers."""
    found = mail.header.ids("in-reply-to", "references")
    for part in mail.walk():
        if part.media_type in _RETURNED:
            raw = part.decode(HEADER_LIMIT).lstrip(b"\r\n")
            end = _BLOCK_END.search(raw)
            found += parse_header(raw[: end.start()] if end else raw).ids("message-id")
    return list(dict.fromkeys(found))
