"""Figures over a span of time, each with the tickets that it counts.

A ticket that was merged into another one counts in no figure: that other ticket counts for both.

created          tickets created in the span
first_response   tickets first answered in the span; it took from creation to the answer
solved           tickets solved or closed in the span, once each, by their last time; it took from creation to then
backlog          tickets that were neither solved nor closed at a moment
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from hero_assistance_sdk.wire import Millis, UserId


class Figure(StrEnum):
    """What can be counted, and listed."""

    CREATED = "created"
    FIRST_RESPONSE = "first_response"
    SOLVED = "solved"
    BACKLOG = "backlog"


class Key(StrEnum):
    """By what figures are told apart."""

    AGENT = "agent"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until before `end`; days begin at midnight in `zone`."""

    start: Millis
    end: Millis
    zone: tzinfo = UTC


@dataclass(frozen=True, slots=True)
class Measure:
    """How many, and how long it took: half of them not longer than `median`, nine of ten not than `p90`."""

    count: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a span, or several together: what happened, how long it took, and the backlog at the end."""

    start: Millis
    created: int
    first_response: int
    solved: int
    backlog: int
    first_response_median_ms: int | None = None
    solved_median_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Only:
    """Which tickets of a figure are wanted; `None` does not matter."""

    agent: UserId | None = None
    tag: str | None = None
