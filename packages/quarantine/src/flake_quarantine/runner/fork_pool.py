"""Keeps pytest processes that have collected: one for each file whose tests run alone, one for runs under load."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.runner.forking_pytest import ForkingPytest, can_fork

MAX_SERVERS = 8
MAX_REFUSALS = 3  # of larger sets of files, before all of them are run in fresh processes

Files = frozenset[str]
Start = Callable[[Collection[str]], ForkingPytest]


@dataclass
class ForkPool:
    """The servers by the files that they have collected, the one that was used last at the end."""

    servers: dict[Files, ForkingPytest] = field(default_factory=dict)
    refusals: dict[Files, str] = field(default_factory=dict)  # why forks would not be like fresh processes

    def find(self, files: Collection[str], start: Start) -> ForkingPytest | None:
        """Return a server that has collected these files and no others; None if forks would differ."""
        wanted = frozenset(files)
        return self._use(wanted) or self._start(wanted, start)

    def find_larger(self, files: Collection[str], start: Start) -> ForkingPytest | None:
        """Return a server that has collected these files, and may have collected others; None as above."""
        wanted = frozenset(files)
        held = next((held for held in reversed(self.servers) if wanted <= held and self.servers[held].is_alive), None)
        if held is not None:
            return self._use(held)
        # Batches choose other neighbours each time: one server grows until it has the files of all.
        together = frozenset().union(wanted, *(held for held in self.servers if len(held) > 1))
        return self._start(together, start) or self._start(wanted, start)

    def explain_refusal(self, file: str) -> str:
        """Say which runs of the tests in a file are made in fresh processes, and why; empty if none are."""
        own = self.refusals.get(frozenset([file]))
        if own:
            return f"it was run in fresh processes, not in forks: while its file was collected, {own}"
        others = next((reason for held, reason in self.refusals.items() if file in held), "")
        if others:
            return f"some batches were run by fresh workers, not by forks: while their files were collected, {others}"
        alone = [(Path(*held).name, reason) for held, reason in self.refusals.items() if len(held) == 1]
        return "; ".join(
            f"in forks, no test of {name} was a neighbour: while it was collected, {reason}" for name, reason in alone
        )

    def is_refused(self, file: str) -> bool:
        """Tell whether the tests of a file are run in fresh processes alone."""
        return frozenset([file]) in self.refusals

    def close(self) -> None:
        """End all servers."""
        while self.servers:
            self.servers.popitem()[1].close()

    def _use(self, held: Files) -> ForkingPytest | None:
        server = self.servers.pop(held, None)
        if server is None:
            return None
        if not server.is_alive:
            server.close()
            return None
        self.servers[held] = server
        return server

    def _start(self, wanted: Files, start: Start) -> ForkingPytest | None:
        if not can_fork() or self._is_refused(wanted):
            return None
        server = start(sorted(wanted))
        if server.hazards:
            server.close()
            for place, reason in server.hazards.items():
                self._refuse(wanted, place, reason)
            return None
        self._make_room(wanted)  # not before: one that is refused replaces none
        self.servers[wanted] = server
        return server

    def _refuse(self, wanted: Files, place: str, reason: str) -> None:
        """Remember the files of a place that speak against forks; all of them, if it is not known which do."""
        blamed = [file for file in wanted if place and Path(file).is_relative_to(place)]
        for files in [frozenset([file]) for file in blamed] or [wanted]:
            self.refusals[files] = reason

    def _is_refused(self, wanted: Files) -> bool:
        larger = [held for held in self.refusals if len(held) > 1]
        return any(held <= wanted for held in self.refusals) or (len(wanted) > 1 and len(larger) >= MAX_REFUSALS)

    def _make_room(self, wanted: Files) -> None:
        """Close the servers that this one replaces, and those that were not used for longest."""
        replaced = [held for held in self.servers if held == wanted or (len(held) > 1 and held < wanted)]
        for held in replaced:
            self.servers.pop(held).close()
        while len(self.servers) >= MAX_SERVERS:
            self.servers.pop(next(iter(self.servers))).close()
