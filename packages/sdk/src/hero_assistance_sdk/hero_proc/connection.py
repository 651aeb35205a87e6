"""A connection to a supervisor for the common calls; `client` has all of them, and takes longer to load."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from hero_assistance_sdk.errors import Conflict, HeroError, NotFound, ProtocolViolation
from hero_assistance_sdk.hero_proc.reports import LogPage, ServiceReport, parse_log_page, parse_service, parse_services
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import CODES, RpcFailure

METHODS = (
    *("service.set", "service.get", "service.list", "service.delete"),
    *("service.start", "service.stop", "service.restart", "service.status"),
    *("action.set", "action.get", "action.list", "action.delete", "job.list"),
    *("logs.insert", "logs.query", "secret.set", "secret.get", "secret.list", "secret.delete"),
    *("system.health", "system.shutdown", "rpc.discover"),
)
# The longest wait for one answer.
ANSWER_TIMEOUT_S = 10.0
_RAISED = {CODES[kind]: kind for kind in (NotFound, Conflict)}

S = TypeVar("S", bound="SupervisorConnection")
V = TypeVar("V")


class MissingMethod(ProtocolViolation):
    """The supervisor does not offer a method that is needed."""

    reason = "missing-method"


class SupervisorConnection:
    """Asks one supervisor; use it as a context manager.

    On connect it reads the method list; `missing` names what this supervisor lacks, and such a method is
    refused here, before anything is sent. Raises `Unreachable`, `ProtocolViolation`, `NotFound`, `Conflict`,
    `BadSpec` or `RpcFailure`, and never waits longer than `timeout_s` for one answer.
    """

    def __init__(self, socket: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        self.socket = socket
        self._rpc = RpcClient(socket, timeout_s=timeout_s)
        try:
            self._params = _parse_methods(socket, self._rpc.call("rpc.discover"))
        except HeroError:
            self.close()
            raise
        self.missing = tuple(name for name in METHODS if name not in self._params)

    def __enter__(self: S) -> S:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._rpc.__exit__(None, None, None)

    def require(self, *methods: str) -> None:
        """Raise `MissingMethod`, naming every one that this supervisor lacks."""
        lacking = [name for name in methods if name not in self._params]
        if lacking:
            raise MissingMethod(
                f"the supervisor at {self.socket} does not offer {', '.join(lacking)}",
                hint="it may be older than this program; rpc.discover lists what it offers",
            )

    def service_reports(self) -> tuple[ServiceReport, ...]:
        """Every registered service, as a status shows it."""
        return self._ask(parse_services, "service.list")

    def service_report(self, service: str) -> ServiceReport:
        """One registered service."""
        return self._ask(parse_service, "service.status", service=service)

    def logs_query(
        self,
        action: str,
        *,
        lines: int = 100,
        cursor: str | None = None,
        since_ms: int | None = None,
        run: int | None = None,
    ) -> LogPage:
        """A page of an action's log; raises `MissingMethod` when this supervisor cannot choose by time or run."""
        chosen = {name: value for name, value in (("since_ms", since_ms), ("run", run)) if value is not None}
        lacking = chosen.keys() - self._params.get("logs.query", chosen.keys())
        if lacking:
            raise MissingMethod(f"logs.query of the supervisor at {self.socket} has no {', '.join(sorted(lacking))}")
        return self._ask(parse_log_page, "logs.query", action=action, lines=lines, cursor=cursor, **chosen)

    def _ask(self, parse: Callable[[Any], V], method: str, **params: object) -> V:
        answer = self._send(method, **params)
        try:
            return parse(answer)
        except ValueError as error:
            raise undocumented(self.socket, method, str(error)) from None

    def _send(self, method: str, **params: object) -> Any:
        """The answer to a call, as plain JSON."""
        self.require(method)
        try:
            return self._rpc.call(method, **params)
        except RpcFailure as failure:
            raise self._translate(failure) from None

    def _translate(self, failure: RpcFailure) -> HeroError:
        """The error that a supervisor meant, where this program knows it."""
        kind = _RAISED.get(failure.code)
        return kind(failure.message, hint=failure.hint) if kind else failure


def undocumented(socket: Path, method: str, detail: str) -> ProtocolViolation:
    """The error for an answer of another shape than documented."""
    return ProtocolViolation(f"{socket} answered {method} with something else than documented", hint=detail)


def connect_as(kind: type[S], socket: Path, *, timeout_s: float = ANSWER_TIMEOUT_S) -> S | None:
    """A client of that class for the supervisor at `socket`; `None` when none listens, and an error when it hangs."""
    if listening_pid(socket) is None:
        return None
    return kind(socket, timeout_s=timeout_s)


def _parse_methods(socket: Path, document: Any) -> dict[str, frozenset[str]]:
    """The params of each method, from an OpenRPC document."""
    listed = document.get("methods") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ProtocolViolation(
            f"{socket} answered rpc.discover without a list of methods",
            hint="is it a supervisor that listens there?",
        )
    return {
        str(method["name"]): frozenset(str(param["name"]) for param in method.get("params", ()))
        for method in listed
        if isinstance(method, dict) and "name" in method
    }
