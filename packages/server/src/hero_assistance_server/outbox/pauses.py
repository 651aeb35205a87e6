"""Pauses of a channel: while the other side takes nothing, one delivery after the other finds out whether it does.

A mail server that is down says nothing about a letter. So the channel pauses, the letters stay as they are, and one of
them is tried now and then, each time another one: a letter that breaks the server must not keep the others back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hero_assistance_server.outbox.model import ChannelDown
from hero_assistance_server.outbox.rules import clean_note

# The pause after each fault in a row. A connection that is refused costs nothing; a login that is refused too often
# locks an account.
PAUSES = (
    timedelta(seconds=5),
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
)
# Faults in a row after which somebody who waits for a delivery is told to find another way.
LASTING = 3
# Answers after which one more connection is tried, where too many were the fault.
GROW_AFTER = 20


@dataclass
class ChannelPause:
    """What is known of the other side of one channel; `fault` says why nothing can be sent, and `hint` what helps."""

    fault: str | None = None
    hint: str = ""
    until: datetime | None = None
    # How many pauses there were.
    number: int = 0
    _faults: int = 0
    _at_most: int | None = None
    _answers: int = 0
    _since_limited: int = 0
    # The deliveries that failed with the channel, and how many answers there had been then.
    _held: dict[int, int] = field(default_factory=dict)

    @property
    def is_down(self) -> bool:
        """Whether nothing could be sent at last."""
        return self.until is not None

    @property
    def is_lasting(self) -> bool:
        """Whether that was so at several attempts in a row: a server that restarts is back sooner."""
        return self._faults >= LASTING

    def room(self, at_once: int, now: datetime) -> int:
        """Return how many attempts there may be at the same time: none in a pause, one after it."""
        if self.until is not None:
            return 0 if self._lasts(now) else 1
        return at_once if self._at_most is None else min(at_once, self._at_most)

    def note_fault(self, fault: ChannelDown, now: datetime, at_once: int) -> None:
        """Pause; what fails within the pause was under way before it, and makes it no longer."""
        self.fault, self.hint = clean_note(fault.error), fault.hint
        if self._lasts(now):
            return
        self.until = now + PAUSES[min(self._faults, len(PAUSES) - 1)]
        self.number += 1
        self._faults += 1
        self._at_most = max(1, (self._at_most or at_once) // 2)
        self._since_limited = 0

    def note_answer(self, delivery_id: int, number: int) -> bool:
        """Note that the other side answered to an attempt; returns whether a pause ends by it.

        `number` is that of the last pause when the attempt began: an answer to what was begun before this pause says
        nothing about it.
        """
        self._answers += 1
        self._held.pop(delivery_id, None)
        self._grow()
        if self.until is None or number != self.number:
            return False
        self._end()
        return True

    def is_to_blame(self, delivery_id: int) -> bool:
        """Whether others were answered since this delivery failed with the channel the last time; notes that it did."""
        before = self._held.get(delivery_id)
        self._held[delivery_id] = self._answers
        return before is not None and before < self._answers

    def lift(self) -> None:
        """End a pause: somebody wants to know now."""
        if self.until is not None:
            self.until = datetime.min.replace(tzinfo=self.until.tzinfo)
            self._faults = 0

    def _lasts(self, now: datetime) -> bool:
        # A clock that was set back makes no pause longer.
        return self.until is not None and now < self.until <= now + PAUSES[-1]

    def _end(self) -> None:
        self.fault, self.hint, self.until, self._faults = None, "", None, 0

    def _grow(self) -> None:
        self._since_limited += 1
        if self._at_most is not None and self._since_limited % GROW_AFTER == 0:
            self._at_most += 1


@dataclass
class Pauses:
    """The pause of each channel, by its name; what sends and what shows it share them."""

    _of: dict[str, ChannelPause] = field(default_factory=dict)

    def of(self, channel: str) -> ChannelPause:
        """Return what is known of a channel."""
        return self._of.setdefault(channel, ChannelPause())

    def lift(self, channel: str | None = None) -> None:
        """End the pause of a channel, or of each."""
        for name, pause in self._of.items():
            if channel in (None, name):
                pause.lift()
