"""The embedded supervisor."""

from __future__ import annotations

import sys

from benchmarks.supervision.contenders.contender import Contender, NotMeasured, Program, until
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.specs import ActionSpec, HealthCheck, ProbeKind, RetryPolicy, ServiceSpec
from hero_assistance_sdk.hero_proc.wire import LONGEST_QUERY, ActionState, ServiceStatus
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import Paths

SERVICE = "bench"
# What supervisord takes for a program that has started for good (`startsecs`); all else is as it comes.
_STABLE_MS = 1_000


class Ours(Contender):
    """A supervisor that probes what it runs."""

    name = "ours"

    @property
    def paths(self) -> Paths:
        """The paths of a box in the contender's folder."""
        return Paths.from_environ(self.environment())

    def client(self) -> SupervisorClient:
        """Open a client of the supervisor."""
        return SupervisorClient(self.paths.socket("supervisor"))

    def command(self) -> list[str]:
        """Run the supervisor of this tree in the foreground."""
        return [sys.executable, "-m", "hero_assistance", "supervisor", "run"]

    def begin(self) -> None:
        """Start it, and register what is not registered yet."""
        super().begin()
        socket = self.paths.socket("supervisor")
        until(lambda: self.top is not None and listening_pid(socket) == self.top.pid, "ours listens")
        with self.client() as client:
            if not client.service_list():
                client.service_set(ServiceSpec(name=SERVICE, actions=tuple(map(self._action, self.programs))))
                client.service_start(SERVICE)

    def stop(self, program: Program) -> None:
        """Stop the whole service: the comparison runs one program in it."""
        with self.client() as client:
            self._await(client, client.service_stop(SERVICE), ActionState.STOPPED)

    def restart(self) -> None:
        """Restart the service; the new process overlaps with the old one."""
        with self.client() as client:
            self._await(client, client.service_restart(SERVICE, overlap=True), ActionState.HEALTHY)

    def read_written(self, program: Program) -> bytes:
        """Ask the supervisor for the program's log."""
        with self.client() as client:
            return "\n".join(client.logs_query(program.name, lines=LONGEST_QUERY).lines).encode()

    def status(self) -> ServiceStatus:
        """What it says of its actions."""
        with self.client() as client:
            return client.service_status(SERVICE)

    def _await(self, client: SupervisorClient, known: ServiceStatus, state: ActionState) -> None:
        for _change in range(1_000):
            if known.state is state:
                return
            known = client.service_change(known, 5.0)
        raise NotMeasured(f"ours: not {state}")

    def _action(self, program: Program) -> ActionSpec:
        return ActionSpec(
            name=program.name,
            argv=program.argv,
            env={**program.env, "PATH_ROOT": str(self.folder)},
            sockets=tuple(map(str, program.sockets)),
            health_checks=tuple(HealthCheck(kind=ProbeKind.HTTP, target=str(path)) for path in program.sockets),
            retry_policy=RetryPolicy(stability_period_ms=_STABLE_MS),
        )
