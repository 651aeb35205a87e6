"""A connection to a supervisor for the common calls; `client` has all of them, and takes longer to load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from hero_assistance_sdk.errors import Conflict, HeroError, NotFound, ProtocolViolation
from hero_assistance_sdk.hero_proc.offered_methods import OfferedMethods, parse_methods
from hero_assistance_sdk.hero_proc.reports import LogPage, ServiceReport, parse_log_page, parse_service, parse_services
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import CODES, MethodNotFound, RpcFailure

if TYPE_CHECKING:
    from hero_assistance_sdk.hero_proc.foreign_supervisor import ForeignSupervisor

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

    Where the supervisor is of another shape than the embedded one, what is sent and read is translated; `sockets`
    are then those on which the actions of each service are asked how they are.
    """

    def __init__(
        self,
        socket: Path,
        *,
        timeout_s: float = ANSWER_TIMEOUT_S,
        sockets: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    ) -> None:
        self.socket = socket
        self._rpc = RpcClient(socket, timeout_s=timeout_s)
        try:
            self._offered = self._discover()
        except HeroError:
            self.close()
            raise
        self.missing = tuple(name for name in METHODS if self._offered.find(name) is None)
        self._foreign = None if self._offered.takes_our_specs else self._make_foreign(sockets or {})

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
        lacking = [name for name in methods if self._offered.find(name) is None]
        if lacking:
            raise MissingMethod(
                f"the supervisor at {self.socket} does not offer {', '.join(lacking)}",
                hint="it may be older than this program; rpc.discover lists what it offers",
            )

    def service_reports(self) -> tuple[ServiceReport, ...]:
        """Every registered service, as a status shows it; of a foreign supervisor without the actions."""
        if self._foreign is not None:
            return tuple(ServiceReport(name, ()) for name in self._read("service.list", self._foreign.list_names))
        return self._ask(parse_services, "service.list")

    def service_report(self, service: str) -> ServiceReport:
        """One registered service."""
        if self._foreign is not None:
            return self._foreign.report(service)
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
        known = self._offered.list_params("logs.query") if self._offered.find("logs.query") else chosen.keys()
        lacking = chosen.keys() - known
        if lacking:
            raise MissingMethod(f"logs.query of the supervisor at {self.socket} has no {', '.join(sorted(lacking))}")
        return self._ask(parse_log_page, "logs.query", action=action, lines=lines, cursor=cursor, **chosen)

    def _discover(self) -> OfferedMethods:
        """What the supervisor offers, by the method for it or by the document with the same content."""
        try:
            document = self._rpc.call("rpc.discover")
        except RpcFailure as failure:
            if failure.code != CODES[MethodNotFound]:
                raise
            document = self._rpc.get("/openrpc.json")
        return parse_methods(self.socket, document)

    def _make_foreign(self, sockets: Mapping[str, Mapping[str, Sequence[str]]]) -> ForeignSupervisor:
        from hero_assistance_sdk.hero_proc.foreign_supervisor import ForeignSupervisor

        return ForeignSupervisor(self._offered, self._send, sockets)

    def _ask(self, parse: Callable[[Any], V], method: str, **params: object) -> V:
        answer = self._send(method, **params)
        return self._read(method, lambda: parse(answer))

    def _read(self, method: str, read: Callable[[], V]) -> V:
        try:
            return read()
        except ValueError as error:
            raise make_undocumented(self.socket, method, str(error)) from None

    def _send(self, method: str, **params: object) -> Any:
        """The answer to a call, as plain JSON; method and params get the names that this supervisor has for them."""
        self.require(method)
        name = self._offered.find(method) or method
        return self._exchange(name, self._offered.fit_params(name, params))

    def _exchange(self, method: str, params: Mapping[str, Any]) -> Any:
        try:
            return self._rpc.call(method, **params)
        except RpcFailure as failure:
            raise self._translate(failure) from None

    def _translate(self, failure: RpcFailure) -> HeroError:
        """The error that a supervisor meant, where this program knows it."""
        kind = _RAISED.get(failure.code)
        return kind(failure.message, hint=failure.hint) if kind else failure


def make_undocumented(socket: Path, method: str, detail: str) -> ProtocolViolation:
    """The error for an answer of another shape than documented."""
    return ProtocolViolation(f"{socket} answered {method} with something else than documented", hint=detail)


def connect_as(
    kind: type[S],
    socket: Path,
    *,
    timeout_s: float = ANSWER_TIMEOUT_S,
    sockets: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
) -> S | None:
    """A client of that class for the supervisor at `socket`; `None` when none listens, and an error when it hangs."""
    if listening_pid(socket) is None:
        return None
    return kind(socket, timeout_s=timeout_s, sockets=sockets)
