"""For whom a mail acts: pure decisions from what is proved of its sender."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hero_assistance_server.mail.receiving.parsing.authentication_results import Proof
from hero_assistance_server.users.model import User


class Standing(Enum):
    """For whom a mail acts."""

    # The user whom its sender is.
    USER = "user"
    # A new customer, who has nothing yet that a forger could take.
    NEWCOMER = "newcomer"
    # No user: agents read it, and decide.
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class SenderVerdict:
    """For whom a mail acts, and for `UNPROVED` the reason, as an agent reads it."""

    standing: Standing
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """What is known of a sender: the user with that address, what is proved, and whose reply address was written to."""

    user: User | None
    proof: Proof
    wrote_to_own_address: bool
    takes_newcomers: bool


def judge_sender(facts: SenderFacts) -> SenderVerdict:
    """Return for whom a mail acts.

    A reply address was sent to one customer alone, so that it proves as much as a link to sign in does. What an agent
    writes reaches customers in the team's name: for that the mail server's word is needed.
    """
    user = facts.user
    if facts.proof is Proof.FAILED:
        return _unproved("the mail server says that it is forged")
    if user is None:
        newcomer = SenderVerdict(Standing.NEWCOMER)
        return newcomer if facts.takes_newcomers else _unproved("the sender is no user of this desk")
    if not user.active:
        return _unproved(f"{user.user_id} is deactivated")
    if facts.proof is Proof.PASSED or (facts.wrote_to_own_address and not user.is_staff):
        return SenderVerdict(Standing.USER)
    if user.is_staff:
        return _unproved("an agent's mail counts only when the mail server vouches for its sender")
    return _unproved("no mail server vouches for its sender, and it does not answer a letter to them")


def _unproved(reason: str) -> SenderVerdict:
    return SenderVerdict(Standing.UNPROVED, reason)
