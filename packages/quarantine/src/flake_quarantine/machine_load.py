"""What used the processors while a run was made: the run itself, or other programs."""

from __future__ import annotations

from typing import NamedTuple

# Half of a core of two: with less, a test that runs alone still has a core of its own.
MAX_FOREIGN_LOAD = 0.25


class MachineLoad(NamedTuple):
    """The load of the machine while a run was made; the last three are shares, 0 to 1, of the time of all cores."""

    average: float  # of the last minute, as the system counts it
    steal: float  # what the host of a virtual machine gave to others
    own: float  # what the run and the processes that it started used
    others: float  # what all other programs used

    @property
    def foreign(self) -> float:
        """The share of the processors that was not there for the run."""
        return self.steal + self.others

    def describe(self) -> str:
        """Say in words how much of the machine others used."""
        return f"while other programs used {100 * self.foreign:.0f} % of the processors"


def is_foreign(load: MachineLoad | None, most: float = MAX_FOREIGN_LOAD) -> bool:
    """Tell whether others used more than this share; false if it is not known."""
    return load is not None and load.foreign > most
