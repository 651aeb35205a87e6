"""Everything that an action started, and ending all of it; never a process that it did not start.

A process belongs to an action when it descends from its leader, is in its leader's session, or was started
with its mark in the environment. The mark is read_inherited through forks and new sessions, and outlives us.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hero_assistance.supervisor.process.process_exit import send_signal, wait_all_ended
from hero_assistance.supervisor.process.process_table import (
    Process,
    is_alive,
    list_processes,
    read_inherited,
    read_process,
)
from hero_assistance.supervisor.process_identity import ProcessIdentity

MARK = "HERO_ASSISTANCE_RUN"
# What forks as fast as it can is caught in two or three rounds; what outlasts these cannot be killed.
_KILL_ROUNDS = 50
_KILL_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class ProcessFamily:
    """What was started for one action: its mark (the same for each run but the number) and its leader.

    With `run` it is only what was started by that run.
    """

    owner: str
    leader: ProcessIdentity | None = None
    run: int | None = None

    def mark(self, run: int) -> str:
        """The value of `MARK` for one run."""
        return f"{self.owner}/{run}"


def find_members(instance: ProcessFamily) -> set[ProcessIdentity]:
    """Every running process of the instance."""
    table = list_processes()
    table.pop(os.getpid(), None)
    at_its_pid = table.get(instance.leader.pid) if instance.leader else None
    found = {pid for pid, row in table.items() if _is_member(row, instance, at_its_pid)}
    return {table[pid].identity for pid in add_descendants(found, table)}


def find_earlier_members(instance: ProcessFamily, run: int) -> set[ProcessIdentity]:
    """Every running process of the instance that belongs to an earlier run than this one."""
    table = list_processes()
    table.pop(os.getpid(), None)
    runs = {pid: _run_of(pid, instance.owner) for pid in table}
    earlier = {pid for pid, number in runs.items() if number is not None and number < run}
    sessions = {table[pid].session for pid in earlier}
    earlier |= {pid for pid, row in table.items() if row.session in sessions and runs[pid] is None}
    return {table[pid].identity for pid in add_descendants(earlier, table)}


def is_member(pid: int, instance: ProcessFamily) -> bool:
    """Whether the process that has this pid now belongs to the instance."""
    if instance.leader is not None and pid == instance.leader.pid:
        return is_alive(instance.leader)
    row = read_process(pid)
    if row is None or row.ended or pid == os.getpid():
        return False
    return _is_marked(pid, instance) or row.identity in find_members(instance)


def find_family(pid: int, instance: ProcessFamily) -> ProcessFamily | None:
    """What is left of the run that this process belongs to; `None` when it does not belong to the instance."""
    if not is_member(pid, instance):
        return None
    run = _run_of(pid, instance.owner)
    return instance if run is None else ProcessFamily(instance.owner, run=run)


def find_running_owners() -> frozenset[str]:
    """The owners of every mark that a running process of this user carries."""
    marks = (read_inherited(pid, MARK) for pid in list_processes())
    return frozenset(mark.rpartition("/")[0] for mark in marks if mark)


def find_running_leader(owner: str) -> tuple[ProcessIdentity, int] | None:
    """The leader of the newest run that still runs, and its number, found by the mark alone."""
    marked = ((row, _run_of(row.pid, owner)) for row in list_processes().values() if row.session == row.pid)
    found = [(run, -int(row.identity.started), row.identity) for row, run in marked if run is not None]
    # A leader is older than any session that its own descendants opened.
    run, _age, identity = max(found, default=(0, 0, None), key=lambda item: item[:2])
    return (identity, run) if identity else None


def find_strays(known: set[int]) -> set[ProcessIdentity]:
    """Orphans that re-parented to this process and that no mark or session ties to an action."""
    table = list_processes()
    mine = {pid for pid, row in table.items() if row.parent == os.getpid() and pid not in known}
    return {table[pid].identity for pid in add_descendants(mine, table)}


async def end_all(
    find: Callable[[], set[ProcessIdentity]], *, first: signal.Signals, timeout_s: float
) -> set[ProcessIdentity]:
    """End all that `find` finds: `first`, and SIGKILL after `timeout_s`. What cannot be ended is returned."""
    known: set[ProcessIdentity] = set()

    def left() -> set[ProcessIdentity]:
        # What was recognised once stays recognised when the leader that it was recognised by has ended.
        known.update(find())
        return {identity for identity in known if is_alive(identity)}

    deadline = time.monotonic() + timeout_s
    while (remaining := left()) and time.monotonic() < deadline:
        _send_all(remaining, first)
        await wait_all_ended(remaining, deadline - time.monotonic())
    for _round in range(_KILL_ROUNDS):
        # Looked twice: what forked and ended while the table was read is not in the first reading.
        if not (remaining := left()):
            return set()
        _send_all(remaining, signal.SIGKILL)
        await wait_all_ended(remaining, _KILL_WAIT_S)
    return left()


def _send_all(identities: Iterable[ProcessIdentity], number: signal.Signals) -> None:
    for identity in identities:
        send_signal(identity, number)
        if number is not signal.SIGKILL:
            # A stopped process takes its signal when it goes on.
            send_signal(identity, signal.SIGCONT)


def _is_member(row: Process, instance: ProcessFamily, at_its_pid: Process | None) -> bool:
    """Whether a row belongs to the instance; `at_its_pid` is who has the pid of its leader now."""
    if _is_marked(row.pid, instance):
        return True
    leader = instance.leader
    if leader is None or row.session != leader.pid:
        return False
    if at_its_pid is not None:
        # A pid is not given anew while a session has its number: then nothing of the leader's session is left.
        return at_its_pid.identity == leader
    # Without the leader its number may have meant another session since; an orphan that re-parented to this very
    # process and carries the mark of nobody else is ours.
    return row.parent == os.getpid() and read_inherited(row.pid, MARK) is None


def _is_marked(pid: int, instance: ProcessFamily) -> bool:
    run = _run_of(pid, instance.owner)
    return run is not None and instance.run in (None, run)


def _run_of(pid: int, owner: str) -> int | None:
    """The number of the run whose mark the process carries, if it is one of `owner`."""
    mark_owner, _, run = (read_inherited(pid, MARK) or "").rpartition("/")
    return int(run) if mark_owner == owner and run.isdigit() else None


def add_descendants(found: set[int], table: dict[int, Process]) -> set[int]:
    """These pids and all that descend from them."""
    children: dict[int, list[int]] = {}
    for row in table.values():
        children.setdefault(row.parent, []).append(row.pid)
    reached: set[int] = set()
    waiting = list(found)
    while waiting:
        pid = waiting.pop()
        if pid not in reached:
            reached.add(pid)
            waiting.extend(children.get(pid, ()))
    return reached
