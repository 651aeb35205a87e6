"""Errors whose messages say what is wrong, where, and what to do about it."""

from __future__ import annotations


class QuarantineError(Exception):
    """A caller's mistake; the message names the place and the remedy."""


class BrokenRegister(QuarantineError):
    """The register cannot be used; the message names file, line and key."""


class TrialFailed(QuarantineError):
    """A measuring pytest process gave no result, for instance because it collected nothing."""
