"""What can go wrong, as errors that say what to do about it."""

from __future__ import annotations


class QuarantineError(Exception):
    """A caller's mistake; the message names the place and the remedy."""


class BrokenRegister(QuarantineError):
    """The register cannot be used; the message names file, line and key."""


class TrialFailed(QuarantineError):
    """A measuring run of pytest could not be used, for instance because nothing could be collected."""
