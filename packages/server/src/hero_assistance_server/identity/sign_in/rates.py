"""How often links are asked for and tried: by the peer that asks, in memory, and by address, in the database.

Peers are counted first. An address is counted in the database, where no flood of other addresses makes room and no
restart begins from zero; alike for addresses that are known and for those that are not.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from hero_assistance_httpd.connections.token_buckets import take_token
from hero_assistance_sdk.errors import TooOften
from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.wire import Millis
from hero_assistance_server.identity.sign_in.model import RatedUse
from hero_assistance_server.quotas.peer_buckets import PeerBuckets, count_one
from hero_assistance_server.storage.unit_of_work import UnitOfWork

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
_QUARTER_S = 900.0
# Strangers who try codes of an address make its user wait so long at most; the link of the mail counts all the time.
# With 1,000,000 codes, a day of this is one chance in 6,000.
CODE_PACE_S = 600.0


@dataclass(frozen=True, slots=True)
class AddressRate:
    """So many uses of one address at once, and then one in each `pace_s` seconds."""

    use: RatedUse
    most: float
    pace_s: float

    def take(self, work: UnitOfWork, address_hash: bytes) -> float:
        """Count a use; returns 0, or the seconds until it may be made."""
        if math.isinf(self.most):
            return 0.0
        now_s = work.now.timestamp()
        known = work.sign_in_rates.find(address_hash, self.use)
        refill_s = self.most * self.pace_s
        known_s = 0.0 if known is None else known / 1000
        if known_s > now_s + refill_s:
            # No bucket takes so long: the clock was ahead. Else it locked the address until then; one token is left.
            known_s = now_s + refill_s - self.pace_s
        full_at, wait_s = take_token(known_s, now_s, pace_s=self.pace_s, refill_s=refill_s)
        if not wait_s:
            work.sign_in_rates.delete_full(Millis(int(now_s * 1000)))
            work.sign_in_rates.save(address_hash, self.use, Millis(int(full_at * 1000)))
        return wait_s


class SignInRates:
    """The rates of signing in; every method raises `TooOften`. Each of `nodes` allows a peer its share."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic, nodes: Callable[[], int] = count_one
    ) -> None:
        def hourly(most: float) -> PeerBuckets:
            return PeerBuckets(most, _HOUR_S, clock, nodes)

        self._links_of_peer = hourly(limits.links_per_hour_per_peer)
        self._tries_of_peer = hourly(limits.sign_ins_per_hour_per_peer)
        self._begun_by_peer = hourly(limits.sign_ins_per_hour_per_peer)
        self._codes_of_peer = PeerBuckets(limits.codes_per_quarter_hour_per_peer, _QUARTER_S, clock, nodes)
        self._links = AddressRate(RatedUse.LINK, limits.links_per_hour, _HOUR_S / limits.links_per_hour)
        self._codes = AddressRate(RatedUse.CODE, limits.codes_per_day, min(CODE_PACE_S, _DAY_S / limits.codes_per_day))

    def count_link_of_peer(self, origin: str) -> None:
        """Count a link that a peer asks for."""
        _count(self._links_of_peer, origin, "asks for at most {} links an hour")

    def count_link(self, work: UnitOfWork, address_hash: bytes) -> None:
        """Count a link that is asked for, for its address."""
        wait_s = self._links.take(work, address_hash)
        if wait_s:
            raise TooOften(
                f"at most {self._links.most:.0f} links an hour are made for one address; the last one still counts",
                retry_after_s=wait_s,
                kind=RefusalKind.LINKS_LIMIT,
                values={"limit": int(self._links.most)},
            )

    def count_begun(self, origin: str) -> None:
        """Count a sign-in by passkey or provider that a peer begins."""
        _count(self._begun_by_peer, origin, "begins at most {} sign-ins an hour")

    def count_try(self, origin: str) -> None:
        """Count a link or a code that a peer redeems."""
        _count(self._tries_of_peer, origin, "tries at most {} links and codes an hour")

    def count_code_of_peer(self, origin: str, email: str) -> None:
        """Count a code that a peer tries for an address: less than a code is compared, so that the user has a try."""
        wait_s = self._codes_of_peer.take(origin, email)
        if wait_s:
            raise TooOften(
                f"one address tries at most {self._codes_of_peer.most:.0f} codes in a quarter of an hour",
                retry_after_s=wait_s,
                hint="use the link of the mail",
                kind=RefusalKind.CODES_LIMIT,
            )

    def count_code(self, work: UnitOfWork, address_hash: bytes) -> None:
        """Count a code that is tried for an address."""
        wait_s = self._codes.take(work, address_hash)
        if wait_s:
            raise TooOften(
                "many codes were tried for this address, so that it takes one in ten minutes now",
                retry_after_s=wait_s,
                hint="use the link of the mail",
                kind=RefusalKind.CODES_LIMIT,
            )


def _count(buckets: PeerBuckets, origin: str, rule: str) -> None:
    wait_s = buckets.take(origin)
    if wait_s:
        raise TooOften(
            f"one address {rule.format(f'{buckets.most:.0f}')}",
            retry_after_s=wait_s,
            kind=RefusalKind.SIGN_INS_LIMIT,
            values={"limit": int(buckets.most)},
        )
