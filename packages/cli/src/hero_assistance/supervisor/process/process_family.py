"""All processes that an action started: finds them and ends them, and never another process.

A process belongs to an action when it descends from the leader, is in the leader's session, or was started with
the action's mark in its environment. Forks and new sessions inherit the mark, and it outlives the supervisor.
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
# Two or three rounds catch a program that forks as fast as it can; what outlasts 50 cannot be killed.
_KILL_ROUNDS = 50
_KILL_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class ProcessFamily:
    """The processes of one action, recognised by its mark (`owner`, and the number of a run) and its leader.

    With `run` only the processes of that run.
    """

    owner: str
    leader: ProcessIdentity | None = None
    run: int | None = None

    def mark(self, run: int) -> str:
        """The value of `MARK` for one run."""
        return f"{self.owner}/{run}"


def find_members(family: ProcessFamily) -> set[ProcessIdentity]:
    """Every running process of the family."""
    table = list_processes()
    table.pop(os.getpid(), None)
    at_its_pid = table.get(family.leader.pid) if family.leader else None
    found = {pid for pid, row in table.items() if _is_member(row, family, at_its_pid)}
    return {table[pid].identity for pid in add_descendants(found, table)}


def find_earlier_members(family: ProcessFamily, run: int) -> set[ProcessIdentity]:
    """Every running process of the family that belongs to an earlier run than this one."""
    table = list_processes()
    table.pop(os.getpid(), None)
    runs = {pid: _read_run(pid, family.owner) for pid in table}
    earlier = {pid for pid, number in runs.items() if number is not None and number < run}
    sessions = {table[pid].session for pid in earlier}
    earlier |= {pid for pid, row in table.items() if row.session in sessions and runs[pid] is None}
    return {table[pid].identity for pid in add_descendants(earlier, table)}


def is_member(pid: int, family: ProcessFamily) -> bool:
    """Whether the process that has this pid now belongs to the family."""
    if family.leader is not None and pid == family.leader.pid:
        return is_alive(family.leader)
    row = read_process(pid)
    if row is None or row.ended or pid == os.getpid():
        return False
    return _is_marked(pid, family) or row.identity in find_members(family)


def find_family(pid: int, family: ProcessFamily) -> ProcessFamily | None:
    """The family of the run that this process belongs to; `None` when it is no member."""
    if not is_member(pid, family):
        return None
    run = _read_run(pid, family.owner)
    return family if run is None else ProcessFamily(family.owner, run=run)


def find_running_owners() -> frozenset[str]:
    """The owners in the marks of all running processes of this user."""
    marks = (read_inherited(pid, MARK) for pid in list_processes())
    return frozenset(mark.rpartition("/")[0] for mark in marks if mark)


def find_running_leader(owner: str) -> tuple[ProcessIdentity, int] | None:
    """The leader of the newest run that still runs and the number of that run, by the mark alone."""
    marked = ((row, _read_run(row.pid, owner)) for row in list_processes().values() if row.session == row.pid)
    found = [(run, -float(row.identity.started), row.identity) for row, run in marked if run is not None]
    # A leader is older than any session that its descendants opened.
    run, _age, identity = max(found, default=(0, 0.0, None), key=lambda item: item[:2])
    return (identity, run) if identity else None


def find_strays(known: set[int]) -> set[ProcessIdentity]:
    """Orphans that re-parented to this process and are not `known` children, with their descendants."""
    table = list_processes()
    mine = {pid for pid, row in table.items() if row.parent == os.getpid() and pid not in known}
    return {table[pid].identity for pid in add_descendants(mine, table)}


async def end_all(
    find: Callable[[], set[ProcessIdentity]], *, first: signal.Signals, timeout_s: float
) -> set[ProcessIdentity]:
    """End all that `find` returns by `first`, and by SIGKILL after `timeout_s`; return what does not end."""
    known: set[ProcessIdentity] = set()

    def find_left() -> set[ProcessIdentity]:
        # A process that was recognised by its leader stays recognised after the leader has ended.
        known.update(find())
        return {identity for identity in known if is_alive(identity)}

    deadline = time.monotonic() + timeout_s
    while (remaining := find_left()) and time.monotonic() < deadline:
        _send_all(remaining, first)
        await wait_all_ended(remaining, deadline - time.monotonic())
    for _round in range(_KILL_ROUNDS):
        # Read again: a process that forked and ended while the table was read is missing from the first reading.
        if not (remaining := find_left()):
            return set()
        _send_all(remaining, signal.SIGKILL)
        await wait_all_ended(remaining, _KILL_WAIT_S)
    return find_left()


def _send_all(identities: Iterable[ProcessIdentity], number: signal.Signals) -> None:
    for identity in identities:
        send_signal(identity, number)
        if number is not signal.SIGKILL:
            # A stopped process handles its signal when it continues.
            send_signal(identity, signal.SIGCONT)


def _is_member(row: Process, family: ProcessFamily, at_its_pid: Process | None) -> bool:
    """Whether a row belongs to the family; `at_its_pid` is the process that has the pid of its leader now."""
    if _is_marked(row.pid, family):
        return True
    leader = family.leader
    if leader is None or row.session != leader.pid:
        return False
    if at_its_pid is not None:
        # The kernel reuses no pid that is the number of a session: another process there means the session is gone.
        return at_its_pid.identity == leader
    # Without the leader another session may have got its number since. An orphan that re-parented to this process
    # and has no mark is ours.
    return row.parent == os.getpid() and read_inherited(row.pid, MARK) is None


def _is_marked(pid: int, family: ProcessFamily) -> bool:
    run = _read_run(pid, family.owner)
    return run is not None and family.run in (None, run)


def _read_run(pid: int, owner: str) -> int | None:
    """The number of the run in the mark of a process, if the mark is of `owner`."""
    mark_owner, _, run = (read_inherited(pid, MARK) or "").rpartition("/")
    return int(run) if mark_owner == owner and run.isdigit() else None


def add_descendants(found: set[int], table: dict[int, Process]) -> set[int]:
    """These pids and the pids of all their descendants."""
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
