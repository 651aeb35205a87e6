"""Tells in the health of a daemon that its supervisor cannot tell the settings."""

from __future__ import annotations

from collections.abc import Callable

from hero_assistance_httpd.health import Health
from hero_assistance_sdk.hero_proc.settings import DaemonSettings

CONDITION = "settings-unread"
_HINT = "hero_assistance doctor says what is wrong with them and how to mend it"


def settings_reporter(health: Health, closed: str, mended: str = "") -> Callable[[DaemonSettings], None]:
    """Return what a `SettingsReader` reports to; `closed` is what is closed meanwhile, `mended` what to do then."""

    def report(settings: DaemonSettings) -> None:
        if settings.fault is None:
            health.clear(CONDITION)
            return
        follows = closed if settings.is_closed else "what was read last holds on"
        health.report(CONDITION, f"the supervisor's secrets cannot be read: {follows}", hint=_HINT + mended)

    return report
