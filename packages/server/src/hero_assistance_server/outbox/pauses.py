"""Pauses of a channel: while the other side takes nothing, one delivery after the other finds out whether it does.

A mail server that is down says nothing about a letter. So the channel pauses, the letters stay as they are, and one of
them is tried now and then, each time another one: a letter that breaks the server must not keep the others back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from hero_assistance_server.outbox.model import ChannelDown
from hero_assistance_server.outbox.pause_exchange import OwnPauses, PauseExchange, PauseState
from hero_assistance_server.outbox.rules import clean_note
from hero_assistance_server.timestamps import maybe_millis, maybe_time

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


def _tell_no_one() -> None:
    """Do nothing, where there is no one to tell."""


@dataclass
class ChannelPause:
    """What is known of the other side of one channel; `fault` says why nothing can be sent, and `hint` what helps.

    `changed` is called when a pause begins, goes on or ends here.
    """

    fault: str | None = None
    hint: str = ""
    until: datetime | None = None
    # How many pauses there were.
    number: int = 0
    changed: Callable[[], None] = _tell_no_one
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
            self.changed()
            return
        self.until = now + PAUSES[min(self._faults, len(PAUSES) - 1)]
        self.number += 1
        self._faults += 1
        self._at_most = max(1, (self._at_most or at_once) // 2)
        self._since_limited = 0
        self.changed()

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
            self.changed()

    @property
    def state(self) -> PauseState:
        """What every node knows of it."""
        return PauseState(self.fault, self.hint, maybe_millis(self.until), self._faults)

    def adopt(self, state: PauseState) -> None:
        """Have what another node has found out, or wants; how much goes at once is this node's own."""
        self.fault, self.hint, self._faults = state.fault, state.hint, state.faults
        self.until = maybe_time(state.until)

    def _lasts(self, now: datetime) -> bool:
        # A clock that was set back makes no pause longer.
        return self.until is not None and now < self.until <= now + PAUSES[-1]

    def _end(self) -> None:
        self.fault, self.hint, self.until, self._faults = None, "", None, 0
        self.changed()

    def _grow(self) -> None:
        self._since_limited += 1
        if self._at_most is not None and self._since_limited % GROW_AFTER == 0:
            self._at_most += 1


@dataclass
class Pauses:
    """The pause of each channel, by its name; what sends and what shows it share them."""

    _of: dict[str, ChannelPause] = field(default_factory=dict)
    _exchange: PauseExchange = field(default_factory=OwnPauses)
    _wake: Callable[[], None] = _tell_no_one

    def join(self, exchange: PauseExchange, wake: Callable[[], None]) -> None:
        """Share the pauses with the other nodes; `wake` is called when another one has changed one."""
        self._exchange, self._wake = exchange, wake
        exchange.follow(self._show)

    def of(self, channel: str) -> ChannelPause:
        """Return what is known of a channel."""
        if channel not in self._of:
            self._of[channel] = ChannelPause(changed=partial(self._share, channel))
        return self._of[channel]

    def lift(self, channel: str | None = None) -> None:
        """End the pause of a channel, or of each."""
        for name, pause in self._of.items():
            if channel in (None, name):
                pause.lift()

    def _share(self, channel: str) -> None:
        self._exchange.share(channel, self._of[channel].state)

    def _show(self, channel: str, state: PauseState) -> None:
        pause = self.of(channel)
        if pause.state != state:
            pause.adopt(state)
            self._wake()
