"""A supervisor of another shape than the embedded one: actions stand alone, and "running" means that a pid lives.

What it answers is read by the names that hero_proc's public pages use. An action that it calls running is asked
itself, on its sockets: only one that answers is called healthy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.offered_methods import CONTAINERS, OfferedMethods
from hero_assistance_sdk.hero_proc.reports import ActionReport, ServiceReport
from hero_assistance_sdk.hero_proc.states import ActionState
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.rpc.client import RpcClient

_PROBE_S = 1.0
# The words of supervisors for what does not run. Behind every other word a process may live, so it is asked itself.
_STATES = {
    **dict.fromkeys(("starting", "pending", "waiting", "queued", "created", "new"), ActionState.STARTING),
    **dict.fromkeys(("retrying", "backoff", "restarting"), ActionState.BACKOFF),
    **dict.fromkeys(("failed", "error"), ActionState.FAILED),
    **dict.fromkeys(("stopping",), ActionState.STOPPING),
    **dict.fromkeys(("inactive", "stopped", "exited", "success", "succeeded", "cancelled"), ActionState.STOPPED),
}
_NAMES = ("name", "action_name", "action", "service", "service_name")
_STATE_FIELDS = ("state", "runtime_state", "phase", "status")
_LISTS = ("actions", "processes", "jobs")


class ForeignSupervisor:
    """Reads what such a supervisor says of services; `sockets` are those of each action of the services known here."""

    def __init__(
        self,
        offered: OfferedMethods,
        send: Callable[..., Any],
        sockets: Mapping[str, Mapping[str, Sequence[str]]],
    ) -> None:
        self._offered = offered
        self._send = send
        self._sockets = sockets
        self._replaced: dict[str, int] = {}
        self._is_ending = False

    def list_names(self) -> tuple[str, ...]:
        """The names of the registered services; raises `ValueError` for an answer of an unknown shape."""
        return tuple(_list_names(self._send("service.list"), "services"))

    def list_actions(self, service: str) -> tuple[str, ...]:
        """The names of a service's actions; raises `ValueError`."""
        return list_action_names(self._send("service.get", service=service))

    def report(self, service: str) -> ServiceReport:
        """One service, as its actions themselves answer."""
        answer = self._send("service.status", service=service)
        sockets = self._sockets.get(service, {})
        entries = {_shorten(service, name): entry for name, entry in _list_entries(answer)}
        if not entries and self._offered.find("job.list"):
            entries = self._find_jobs(service)
        names = tuple(sockets) or tuple(entries) or (service,)
        own = answer if isinstance(answer, dict) else {"state": answer}
        reports = (self._report_action(name, entries.get(name, own), sockets.get(name, ())) for name in names)
        return ServiceReport(service, tuple(reports))

    def _find_jobs(self, service: str) -> dict[str, Mapping[str, Any]]:
        """The last job of each action."""
        offers_service = not self._offered.list_params("job.list").isdisjoint(("service", "service_name"))
        answer = self._send("job.list", service=service if offers_service else None)
        return _find_last_jobs(service, self._sockets.get(service, {}), answer)

    def begin_replacing(self, report: ServiceReport) -> None:
        """Call no action healthy any more while the process of this report still answers for it."""
        self._is_ending = False
        self._replaced = {action.name: action.pid for action in report.actions if action.pid}

    def begin_ending(self) -> None:
        """Take an action that has no process for stopped, however its process ended."""
        self._is_ending = True

    def _report_action(self, name: str, entry: Mapping[str, Any], sockets: Sequence[str]) -> ActionReport:
        word = _find_text(entry, _STATE_FIELDS)
        has_ended = _STATES.get(word) in (ActionState.STOPPED, ActionState.FAILED)
        # The pid of a process that has ended may be that of another one by now.
        pid = _find_listener(sockets) or (None if has_ended else _find_number(entry, ("pid",)))
        state, reason = self._judge(name, word, sockets, pid)
        uptime = entry.get("uptime_s")
        return ActionReport(
            name=name,
            state=state,
            pid=pid if state is not ActionState.STOPPED else None,
            uptime_s=uptime if isinstance(uptime, (int, float)) and not isinstance(uptime, bool) else None,
            restarts=_find_number(entry, ("restarts", "restart_count")) or 0,
            sockets=tuple(sockets),
            reason=reason or _find_text(entry, ("reason", "error", "message"), lower=False) or None,
        )

    def _judge(self, name: str, word: str, sockets: Sequence[str], pid: int | None) -> tuple[ActionState, str | None]:
        """The state behind a supervisor's word for it, and why it is not healthy."""
        state = _STATES.get(word)
        if self._is_ending:
            gone = pid is None and state not in (ActionState.STARTING, ActionState.BACKOFF, ActionState.STOPPING)
            return (ActionState.STOPPED if gone else ActionState.STOPPING), None
        return (state, None) if state else self._ask_action(name, sockets, pid)

    def _ask_action(self, name: str, sockets: Sequence[str], pid: int | None) -> tuple[ActionState, str | None]:
        if pid is not None and self._replaced.get(name) == pid:
            return ActionState.STARTING, f"process {pid} is not replaced yet"
        if not sockets:
            return ActionState.DEGRADED, "the supervisor says that it runs, and no socket of it is known to ask"
        if any(listening_pid(Path(socket)) is None for socket in sockets):
            return ActionState.STARTING, "it does not listen yet"
        silent = next((socket for socket in sockets if not _answers(Path(socket))), None)
        if silent is not None:
            return ActionState.DEGRADED, f"{silent} does not answer"
        return ActionState.HEALTHY, None


def unwrap(answer: Any) -> Mapping[str, Any]:
    """The fields of an answer, those inside an object such as `spec` too."""
    if not isinstance(answer, dict):
        return {}
    inner = {name: value for name, value in answer.items() if name in CONTAINERS and isinstance(value, dict)}
    found = {name: value for name, value in answer.items() if name not in inner}
    for value in inner.values():
        found = {**unwrap(value), **found}
    return found


def list_action_names(answer: Any) -> tuple[str, ...]:
    """The names of the actions in an answer to `service.get`."""
    fields = unwrap(answer)
    listed = fields.get("actions", fields.get("action_names"))
    return tuple(_list_names(listed, "actions"))


def _answers(socket: Path) -> bool:
    """Whether `GET /health` is answered there."""
    try:
        with RpcClient(socket, timeout_s=_PROBE_S) as rpc:
            rpc.get("/health")
    except HeroError:
        return False
    return True


def _find_listener(sockets: Sequence[str]) -> int | None:
    """The process that listens on the first socket, where the system tells it."""
    return (listening_pid(Path(sockets[0])) or None) if sockets else None


def _list_names(answer: Any, inside: str) -> Iterator[str]:
    """The names in a list of names or of objects, in an object by name, or in either of them one level deeper."""
    if isinstance(answer, dict):
        if isinstance(answer.get(inside), (list, dict)):
            yield from _list_names(answer[inside], inside)
        else:
            yield from map(str, answer)
    elif isinstance(answer, list):
        for item in answer:
            name = item if isinstance(item, str) else _find_name(item)
            if not name:
                raise ValueError(f"{inside}: an entry has no name")
            yield name
    else:
        raise ValueError(f"{inside}: Input should be a list")


def _list_entries(answer: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What an answer says of each action."""
    for inside in _LISTS:
        listed = answer.get(inside) if isinstance(answer, dict) else None
        if isinstance(listed, dict):
            yield from ((name, _to_entry(entry)) for name, entry in listed.items())
        elif isinstance(listed, list):
            found = [(_find_name(entry), entry) for entry in listed if isinstance(entry, dict)]
            yield from ((name, entry) for name, entry in found if name and _find_text(entry, _STATE_FIELDS))


def _find_last_jobs(service: str, actions: Collection[str], answer: Any) -> dict[str, Mapping[str, Any]]:
    """The last job of each action, in a list of all jobs."""
    listed = answer.get("jobs") if isinstance(answer, dict) else answer
    jobs = [job for job in listed if isinstance(job, dict)] if isinstance(listed, list) else []
    last: dict[str, Mapping[str, Any]] = {}
    for job in sorted(jobs, key=lambda job: _find_number(job, ("id", "job_id")) or 0):
        # The name of a job may be that of the service and of the action, with a dot between.
        name = _find_text(job, ("action", "action_name", "name"), lower=False)
        if name in actions or name.startswith(f"{service}."):
            last[_shorten(service, name)] = job
    return last


def _shorten(service: str, name: str) -> str:
    return name.removeprefix(f"{service}.")


def _to_entry(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"state": value}


def _find_name(entry: Any) -> str:
    """The name in an entry of a list, or in the specification that it holds."""
    fields = unwrap(entry)
    return _find_text(fields, _NAMES, lower=False)


def _find_text(entry: Mapping[str, Any], names: Sequence[str], *, lower: bool = True) -> str:
    found = next((entry[name] for name in names if isinstance(entry.get(name), str)), "")
    return found.lower() if lower else found


def _find_number(entry: Mapping[str, Any], names: Sequence[str]) -> int | None:
    found = (entry.get(name) for name in names)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)
