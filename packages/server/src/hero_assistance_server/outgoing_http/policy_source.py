"""The networks that the operator allows: the secret `WEBHOOK_NETWORKS`, as it was read last."""

from __future__ import annotations

from collections.abc import Callable

from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SecretName
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, parse_policy

_log = get_log("outgoing")


class PolicySource:
    """Makes the policy of the settings of now; while they are not known, the internet alone is permitted."""

    def __init__(self, settings: Callable[[], DaemonSettings | None]) -> None:
        self._settings = settings
        self._text = ""
        self._policy = NetworkPolicy()

    def __call__(self) -> NetworkPolicy:
        """Return the policy of now."""
        settings = self._settings()
        text = "" if settings is None else settings.webhook_networks
        if text != self._text:
            self._text, self._policy = text, parse_policy(text)
            self._log_invalid()
        return self._policy

    def _log_invalid(self) -> None:
        """Log which entries are none; the value of a secret is in no log."""
        for number, _entry in enumerate(self._policy.invalid, 1):
            hint = "an entry is a network such as 10.0.0.0/8, or one of the names in docs/webhooks.md"
            _log.warning(
                "outgoing.network-skipped", secret=SecretName.WEBHOOK_NETWORKS.value, invalid=number, hint=hint
            )
