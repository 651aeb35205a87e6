"""How long links, codes and sessions count, and how often a code may be wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.sign_in.model import LinkKind, SignInToken

# What a user asks for just now, and each code.
LINK_LIFE = CODE_LIFE = timedelta(minutes=15)
# What the operator hands over, in their own words.
HANDED_OVER_LIFE = timedelta(days=1)
# A letter that comes unasked.
INVITATION_LIFE = timedelta(days=7)
SESSION_LIFE = timedelta(days=30)
# One in 200,000 guesses a code; the rates bound how many codes there are.
CODE_TRIES = 5


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """What kind of link to make, how long it counts, and whether a code goes with it, for a quarter of an hour."""

    kind: LinkKind
    life: timedelta
    has_code: bool


REQUEST = LinkPlan(LinkKind.REQUESTED, LINK_LIFE, has_code=True)
HAND_OVER = LinkPlan(LinkKind.HANDED_OVER, HANDED_OVER_LIFE, has_code=True)
INVITATION = LinkPlan(LinkKind.INVITED, INVITATION_LIFE, has_code=False)


def is_valid(token: SignInToken, now: Millis) -> bool:
    """Return whether a link still signs its user in."""
    return token.user_id is not None and token.expires_at > now


def takes_codes(token: SignInToken, now: Millis) -> bool:
    """Return whether a code is compared with this one: once it was wrong too often, only the link counts."""
    return token.code_hash is not None and token.tries_left > 0 and token.code_expires_at > now


def count_wrong_code(token: SignInToken) -> SignInToken:
    """Return what is left after a wrong code."""
    return replace(token, tries_left=token.tries_left - 1)
