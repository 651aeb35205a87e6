"""The addresses of one project: which one is asked next, which one answered last, and why the others do not.

An address that failed rests: it is not asked while another one answers. Each failure after a short time of work makes
the rest longer, so that an address which answers every other time is asked more and more rarely.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hero_assistance_sdk.errors import HeroError, Unreachable, UsageError
from hero_assistance_sdk.project.identity import AnotherProject, ProjectId

FIRST_REST_S = 30.0
LAST_REST_S = 600.0
# After so long without a failure the next one is the first again.
STEADY_S = 600.0
# The most that one address may take to be connected to, and proved, where there are others.
CONNECT_TIMEOUT_S = 2.0
MOST_ADDRESSES = 16


@dataclass(slots=True)
class _Address:
    failures: int = 0
    rests_until: float = float("-inf")
    why: HeroError | None = None


class AddressBook:
    """The addresses of one project, in the order in which its user prefers them; the clock is passed in.

    `project_id` is known, or it is that of the first project that proves to be one: `on_identified` hears of it. A
    single address without an id is asked for no proof, unless the book `always_proves`.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        project_id: ProjectId | None = None,
        *,
        always_proves: bool = False,
        on_identified: Callable[[ProjectId], None] = lambda _project_id: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raise `UsageError` for no address, or too many."""
        self.addresses = tuple(dict.fromkeys(addresses))
        if not 0 < len(self.addresses) <= MOST_ADDRESSES:
            raise UsageError(f"a project has 1 to {MOST_ADDRESSES} addresses, not {len(self.addresses)}")
        self.project_id = project_id
        self.current: str | None = None
        self._always_proves = always_proves
        self._on_identified = on_identified
        self._clock = clock
        self._states = {address: _Address() for address in self.addresses}

    def __str__(self) -> str:
        return ", ".join(self.addresses)

    @property
    def has_several(self) -> bool:
        """Whether there is another address to go on at."""
        return len(self.addresses) > 1

    @property
    def needs_proof(self) -> bool:
        """Whether a connection is proved before the first request goes over it."""
        return self._always_proves or self.has_several or self.project_id is not None

    def order(self) -> list[str]:
        """Return all addresses: first those that do not rest, each part in the order of preference."""
        now = self._clock()
        return sorted(self.addresses, key=lambda address: self._states[address].rests_until > now)

    def note_answer(self, address: str) -> None:
        """Note that an address answers; one that rested is asked again."""
        self.current = address
        state = self._states[address]
        state.rests_until = min(state.rests_until, self._clock())
        state.why = None

    def note_failure(self, address: str, error: HeroError) -> None:
        """Let an address rest; what fails while it rests already is of the same failure."""
        state, now = self._states[address], self._clock()
        state.why = error
        if now < state.rests_until:
            return
        state.failures = state.failures + 1 if now - state.rests_until < STEADY_S else 1
        state.rests_until = now + min(LAST_REST_S, FIRST_REST_S * 2 ** min(state.failures - 1, 16))

    def release(self) -> None:
        """Ask every address again, because the user asked for it."""
        for state in self._states.values():
            state.rests_until = min(state.rests_until, self._clock())

    def identify(self, address: str, project_id: ProjectId) -> None:
        """Note which project has proved to answer; raises `AnotherProject` for another one than before."""
        if self.project_id is None:
            self.project_id = project_id
            self._on_identified(project_id)
        elif self.project_id != project_id:
            raise AnotherProject(f"another project answers at {address}")

    def why_resting(self, address: str) -> HeroError | None:
        """Return why an address is not asked, `None` for one that is."""
        state = self._states[address]
        return state.why if state.rests_until > self._clock() else None


def none_answers(failures: Sequence[HeroError]) -> HeroError:
    """Return the error that says of each address that was asked why it does not answer; of a single one, its own."""
    if len(failures) == 1:
        return failures[0]
    kind = AnotherProject if all(isinstance(error, AnotherProject) for error in failures) else Unreachable
    reasons = [f"{error.message} ({error.hint})" if error.hint else error.message for error in failures]
    return kind(f"no address of the project answers: {'; '.join(reasons)}")
