"""Receipts: the letter that tells a customer the number of the ticket that their mail made."""

from __future__ import annotations

from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.users.model import User


def queue_receipt(work: UnitOfWork, ticket: Ticket, user: User, mail: ParsedMail) -> None:
    """Queue the receipt."""
