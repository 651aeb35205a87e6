"""Errors that more than one module of the command line raises."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError


class NotInstalled(HeroError):
    """A program of the release is not where it is started from."""

    reason = "not-installed"
