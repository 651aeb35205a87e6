"""The networks that the operator allows, read again now and then: the secret `WEBHOOK_NETWORKS`."""

from __future__ import annotations

import asyncio

from hero_assistance_sdk.hero_proc.settings import SecretName, SettingsReader
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, parse_policy

# How old an answer of the supervisor may be: what an operator changes holds soon.
FRESH_FOR_S = 10.0

_log = get_log("outgoing")


async def internet_alone() -> NetworkPolicy:
    """The policy where no operator is asked."""
    return NetworkPolicy()


class PolicySource:
    """Asks the supervisor before a request, at most every ten seconds; without an answer what was read last holds."""

    def __init__(self, reader: SettingsReader, *, fresh_for_s: float = FRESH_FOR_S) -> None:
        self._reader = reader
        self._fresh_for_s = fresh_for_s
        self._read_at: float | None = None
        self._text = ""
        self._policy = NetworkPolicy()

    async def __call__(self) -> NetworkPolicy:
        """Return the policy of now."""
        now = asyncio.get_running_loop().time()
        if self._read_at is None or now - self._read_at > self._fresh_for_s:
            self._read_at = now
            self._take((await self._reader.refresh()).webhook_networks)
        return self._policy

    def _take(self, text: str) -> None:
        if text == self._text:
            return
        self._text, self._policy = text, parse_policy(text)
        # A secret's value is in no log.
        for number, _entry in enumerate(self._policy.invalid, 1):
            hint = "each entry is a network such as 10.0.0.0/8, or one of the names in docs/webhooks.md"
            _log.warning("outgoing.network-skipped", secret=SecretName.WEBHOOK_NETWORKS.value, invalid=number, hint=hint)
