"""What can be wrong with a replica."""

from __future__ import annotations

from hero_assistance_sdk.errors import HeroError


class ReplicaFailed(HeroError):
    """The target does not take, or give, what is asked of it."""

    reason = "replica-failed"


class TargetBusy(ReplicaFailed):
    """The target does not answer, or asks for patience: the same may work a moment later."""


class NoReplica(HeroError):
    """No replica is set up, or there is none at the target."""

    reason = "no-replica"


class TargetTaken(HeroError):
    """Another desk copies to the target."""

    reason = "target-taken"


class LitestreamMissing(HeroError):
    """Litestream is not on this machine, or too old."""

    reason = "litestream-missing"
