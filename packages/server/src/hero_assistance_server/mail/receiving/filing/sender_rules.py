"""For whom a mail acts: pure decisions from what is proved of its sender."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum

from hero_assistance_server.mail.receiving.parsing.authentication_results import SenderProof
from hero_assistance_server.users.model import User


class Standing(Enum):
    """For whom a mail acts."""

    # The user whom its sender is.
    USER = "user"
    # A new customer, who has nothing yet that a forger could take.
    NEWCOMER = "newcomer"
    # No user: agents read it, and decide.
    UNPROVED = "unproved"


class UnprovedKind(StrEnum):
    """Why a mail acts for no user, for programs."""

    FORGED = "forged"
    UNKNOWN_SENDER = "unknown_sender"
    DEACTIVATED = "deactivated"
    AGENT_UNPROVED = "agent_unproved"
    CUSTOMER_UNPROVED = "customer_unproved"


_REASONS = {
    UnprovedKind.FORGED: "the mail server says that it is forged",
    UnprovedKind.UNKNOWN_SENDER: "the sender is no user of this desk",
    UnprovedKind.DEACTIVATED: "its sender is deactivated",
    UnprovedKind.AGENT_UNPROVED: "an agent's mail counts only when the mail server vouches for its sender",
    UnprovedKind.CUSTOMER_UNPROVED: "no mail server vouches for its sender, and it does not answer a letter to them",
}
_KINDS = {reason: kind for kind, reason in _REASONS.items()}


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """For whom a mail acts, and for `UNPROVED` the reason, as an agent reads it."""

    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What is known of a sender: the user with that address, what is proved, and whose reply address was written to."""

    user: User | None
    proof: SenderProof
    wrote_to_own_address: bool
    takes_newcomers: bool


def judge_sender(facts: SenderFacts) -> SenderVerdict:
    """Return for whom a mail acts.

    A reply address was sent to one customer alone, so that it proves as much as a link to sign in does. What an agent
    writes reaches customers in the team's name: for that the mail server's word is needed.
    """
    user = facts.user
    if facts.proof is SenderProof.FAILED:
        return _judge_unproved(UnprovedKind.FORGED)
    if user is None:
        newcomer = SenderVerdict(Standing.NEWCOMER)
        return newcomer if facts.takes_newcomers else _judge_unproved(UnprovedKind.UNKNOWN_SENDER)
    if not user.active:
        return _judge_unproved(UnprovedKind.DEACTIVATED)
    if facts.proof is SenderProof.PASSED or (facts.wrote_to_own_address and not user.is_staff):
        return SenderVerdict(Standing.USER)
    if user.is_staff:
        return _judge_unproved(UnprovedKind.AGENT_UNPROVED)
    return _judge_unproved(UnprovedKind.CUSTOMER_UNPROVED)


def find_unproved_kind(reason: str) -> UnprovedKind | None:
    """Return the kind of a stored reason; `None` for the words of another release."""
    return _KINDS.get(reason)


def _judge_unproved(kind: UnprovedKind) -> SenderVerdict:
    return SenderVerdict(Standing.UNPROVED, _REASONS[kind])
