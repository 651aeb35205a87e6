"""How often links are asked for and tried: by address, and by the peer that asks."""

from __future__ import annotations

import time
from collections.abc import Callable

from hero_assistance_httpd.connections.token_buckets import TokenBuckets
from hero_assistance_sdk.errors import TooOften
from hero_assistance_sdk.limits import Limits
from hero_assistance_server.quotas.rates import network_of_origin

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S


class SignInRates:
    """Token buckets in memory, alike for addresses that are known and for those that are not."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._links = TokenBuckets(limits.links_per_hour, _HOUR_S, clock=clock)
        self._links_of_peer = TokenBuckets(limits.links_per_hour_per_peer, _HOUR_S, clock=clock)
        self._tries_of_peer = TokenBuckets(limits.sign_ins_per_hour_per_peer, _HOUR_S, clock=clock)
        self._codes = TokenBuckets(limits.codes_per_day, _DAY_S, clock=clock)

    def count_link(self, email: str, origin: str) -> None:
        """Count a link that is asked for; raises `TooOften`."""
        self._count_peer(self._links_of_peer, origin, "asks for at most {} links an hour")
        wait_s = self._links.take(email)
        if wait_s:
            raise TooOften(
                f"at most {self._links.burst:.0f} links an hour are made for one address; the last one still counts",
                retry_after_s=wait_s,
            )

    def count_try(self, origin: str) -> None:
        """Count a link or a code that is redeemed; raises `TooOften`."""
        self._count_peer(self._tries_of_peer, origin, "tries at most {} links and codes an hour")

    def count_code(self, email: str) -> None:
        """Count a code that is tried for an address; raises `TooOften`."""
        wait_s = self._codes.take(email)
        if wait_s:
            raise TooOften(
                f"at most {self._codes.burst:.0f} codes a day are tried for one address",
                retry_after_s=wait_s,
                hint="use the link of the mail",
            )

    @staticmethod
    def _count_peer(buckets: TokenBuckets, origin: str, rule: str) -> None:
        # The sockets of this machine are no address: a proxy that does not say for whom it calls calls for many.
        network = network_of_origin(origin)
        wait_s = buckets.take(network) if network is not None else 0.0
        if wait_s:
            raise TooOften(f"one address {rule.format(f'{buckets.burst:.0f}')}", retry_after_s=wait_s)
