"""How often mails may do in an hour what strangers could make them do without end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hero_assistance_sdk.limits import DEFAULTS, Limits
from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, say_reason
from hero_assistance_server.storage.unit_of_work import UnitOfWork

SPAN = timedelta(hours=1)
# Of one address: two programs that answer each other without saying so are stopped by it.
SENDER_LIMIT = 100


@dataclass(frozen=True, slots=True)
class MailRates:
    """Counts in the database: a restart forgets nothing, and a command that is run again counts once.

    Each method counts one use and returns the empty text, or why there is none.
    """

    limits: Limits = DEFAULTS

    def admit_newcomer(self, work: UnitOfWork, domain: str) -> str:
        """Count a new customer, for the desk and for the domain of the address."""
        limits = {
            "newcomers": self.limits.mail_newcomers_per_hour,
            f"newcomers/{domain}": self.limits.mail_newcomers_per_hour_per_domain,
        }
        full = _take(work, limits)
        if not full:
            return ""
        limit = int(limits[full])
        if "/" in full:
            return say_reason(QuarantineKind.DOMAIN_RATE, domain=domain, limit=limit)
        return say_reason(QuarantineKind.NEWCOMER_RATE, limit=limit)

    def admit_unproved(self, work: UnitOfWork, ticket_id: TicketId | None) -> str:
        """Count a mail that acts for no user."""
        kinds = (QuarantineKind.UNPROVED_RATE, QuarantineKind.UNPROVED_RATE_OF_TICKET)
        return self._admit(work, "unproved", kinds, ticket_id)

    def admit_report(self, work: UnitOfWork, ticket_id: TicketId) -> str:
        """Count the report of a mail system."""
        kinds = (QuarantineKind.REPORT_RATE, QuarantineKind.REPORT_RATE_OF_TICKET)
        return self._admit(work, "reports", kinds, ticket_id)

    def admit_sender(self, work: UnitOfWork, sender: str, *, is_proved: bool) -> str:
        """Count a mail of an address, those that are proved apart: a forger takes nothing from the one who has it.

        What is refused counts, too: a program that goes on and on stays out.
        """
        used = count_use(work, "sender", sender, SPAN, is_proved=is_proved)
        return say_reason(QuarantineKind.SENDER_RATE, limit=SENDER_LIMIT) if used >= SENDER_LIMIT else ""

    def _admit(
        self, work: UnitOfWork, usage: str, kinds: tuple[QuarantineKind, QuarantineKind], ticket_id: TicketId | None
    ) -> str:
        """Count one use of the desk's rate, and of the ticket's; `kinds` are what is said of either."""
        limits = {usage: self.limits.mail_unproved_per_hour}
        if ticket_id is not None:
            limits[f"{usage}/{ticket_id}"] = self.limits.mail_unproved_per_hour_per_ticket
        full = _take(work, limits)
        if not full:
            return ""
        of_desk, of_ticket = kinds
        if ticket_id is not None and "/" in full:
            return say_reason(of_ticket, limit=int(limits[full]), ticket=ticket_id)
        return say_reason(of_desk, limit=int(limits[full]))


def count_use(work: UnitOfWork, usage: str, address: str, span: timedelta, *, is_proved: bool) -> int:
    """Count one use of an address, and return how many there were within a span before."""
    of_address = f"{usage if is_proved else f'unproved-{usage}'}/{address.lower()}"
    used = work.mail_uses.count([of_address], work.now - span).get(of_address, 0)
    work.mail_uses.add([of_address], work.now)
    return used


def _take(work: UnitOfWork, limits: dict[str, float]) -> str:
    """Count one use of each, and return the empty text; or the first that is used up, and count nothing."""
    used = work.mail_uses.count(list(limits), work.now - SPAN)
    full = next((usage for usage, limit in limits.items() if used.get(usage, 0) >= limit), "")
    if not full:
        work.mail_uses.add(list(limits), work.now)
    return full
