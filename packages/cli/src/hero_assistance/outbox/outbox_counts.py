"""What the outbox has forgotten, as the commands say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_STATES = {"done": "sent", "dropped": "dropped", "dead": "given up"}


def describe_pruned(pruned: Sequence[Mapping[str, Any]], channel: str, noun: str) -> Iterator[str]:
    """Yield a line for each state of a channel of which older or too many deliveries were deleted."""
    for one in pruned:
        if one["channel"] == channel:
            at = datetime.fromtimestamp(one["last_at"] / 1000, UTC)
            state = _STATES.get(one["state"], one["state"])
            yield f"not listed any more: {one['count']} {noun} that were {state}; the last deleted {at:%Y-%m-%d}"
