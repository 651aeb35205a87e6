"""The services of one supervisor: what is registered, whether it is wanted up, and a runner for each action."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hero_assistance.supervisor.handover.adoption import find_last_start
from hero_assistance.supervisor.logs.log_manager import LogManager
from hero_assistance.supervisor.process.action_process import ProcessContext
from hero_assistance.supervisor.process.child_processes import ChildProcesses
from hero_assistance.supervisor.process.process_family import find_running_owners
from hero_assistance.supervisor.registry.registry import Registered, Registry
from hero_assistance.supervisor.state.action_runner import ActionRunner
from hero_assistance.supervisor.state.revision import Revision
from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_sdk.hero_proc.specs import ActionSpec, ServiceSpec, check_service, start_order
from hero_assistance_sdk.hero_proc.wire import ServiceStatus, Wanted, worst
from hero_assistance_sdk.logs import get_log

_log = get_log("supervisor.services")


class Services:
    """Registers, starts, stops and describes services; the runners live in `group`."""

    def __init__(
        self, registry: Registry, processes: ChildProcesses, logs: LogManager, group: asyncio.TaskGroup
    ) -> None:
        self.revision = Revision()
        self._registry = registry
        self._group = group
        self._context = ProcessContext(processes, registry.runs, logs, registry.instance, find_running_owners())
        self._runners: dict[str, dict[str, ActionRunner]] = {}

    def __len__(self) -> int:
        return len(self._registry.services)

    def resume(self) -> None:
        """Adopt what an earlier supervisor left running, and start what is wanted and does not run."""
        for name, registered in self._registry.services.items():
            self._sync_runners(registered.spec)
            for runner in self._runners[name].values():
                self._resume(runner, wanted=registered.wanted is Wanted.UP)

    def names(self) -> tuple[str, ...]:
        """The names of the registered services, sorted."""
        return tuple(sorted(self._registry.services))

    def get(self, name: str) -> Registered:
        """The registration; raises `NotFound`."""
        registered = self._registry.services.get(name)
        if registered is None:
            raise NotFound(f"there is no service {name!r}", hint=f"registered: {', '.join(self.names()) or 'none'}")
        return registered

    def action(self, service: str, name: str) -> ActionSpec:
        """The specification of one action; raises `NotFound`."""
        found = self.get(service).spec.action(name)
        if found is None:
            raise NotFound(f"the service {service!r} has no action {name!r}")
        return found

    def set(self, spec: ServiceSpec) -> Registered:
        """Register a service; what runs stays as it is until the next start. Raises `BadSpec` or `Conflict`."""
        check_service(spec)
        self._require_free_names(spec)
        known = self._registry.services.get(spec.name)
        registered = Registered(spec=spec, wanted=known.wanted if known else Wanted.DOWN)
        if known is None or known.spec != spec:
            self._registry.set(spec.name, registered)
            self._sync_runners(spec)
            _log.info("service.registered", service=spec.name, actions=len(spec.actions))
        return registered

    def delete(self, name: str) -> None:
        """Forget a service that does not run; raises `NotFound` or `Conflict`."""
        self.get(name)
        if not all(runner.at_rest for runner in self._runners[name].values()):
            raise Conflict(f"the service {name!r} is not stopped", hint="stop it first")
        self._registry.delete(name)
        for runner in list(self._runners[name].values()):
            runner.retire()
        _log.info("service.deleted", service=name)

    def start(self, name: str) -> ServiceStatus:
        """Start what does not run, and restart what was started with an older specification."""
        spec = self.get(name).spec
        self._registry.save_wanted(name, Wanted.UP)
        for action, runner in list(self._runners[name].items()):
            if spec.action(action) is None:
                runner.retire()
            elif runner.outdated:
                runner.restart()
            else:
                runner.start()
        return self.describe(name)

    def stop(self, name: str) -> ServiceStatus:
        """End every action, dependents before the actions they depend on."""
        self.get(name)
        self._registry.save_wanted(name, Wanted.DOWN)
        for runner in self._runners[name].values():
            runner.stop()
        return self.describe(name)

    def restart(self, name: str, *, overlap: bool = False) -> ServiceStatus:
        """End every action and start it again; with `overlap`, the successor serves before the old process is ended."""
        self.get(name)
        self._registry.save_wanted(name, Wanted.UP)
        for runner in self._runners[name].values():
            if overlap:
                runner.replace()
            else:
                runner.restart()
        return self.describe(name)

    def describe(self, name: str) -> ServiceStatus:
        """Describe a service and its actions, in the order they start; raises `NotFound`."""
        registered = self.get(name)
        runners = self._runners[name]
        order = [action.name for action in start_order(registered.spec)]
        retired = [action for action in runners if action not in order]
        actions = tuple(runners[action].describe() for action in (*order, *retired))
        return ServiceStatus(
            service=name,
            wanted=registered.wanted,
            state=worst(tuple(action.state for action in actions)),
            revision=self.revision.number,
            actions=actions,
        )

    def find_outdated(self, name: str) -> tuple[str, ...]:
        """The actions that run with an older specification, and those that are not registered any more."""
        spec = self.get(name).spec
        runners = self._runners[name].items()
        return tuple(action for action, runner in runners if runner.outdated or spec.action(action) is None)

    def action_names(self) -> frozenset[str]:
        """Every action that is registered."""
        return frozenset(runner.name for runner in self._all_runners())

    def runners(self, service: str | None) -> Iterator[ActionRunner]:
        """The runners of one service, or of all."""
        yield from self._all_runners() if service is None else self._runners[self.get(service).spec.name].values()

    def _all_runners(self) -> Iterator[ActionRunner]:
        for runners in self._runners.values():
            yield from runners.values()

    def _require_free_names(self, spec: ServiceSpec) -> None:
        """Raise `Conflict` for an action name of another service: the name is that of its log file."""
        taken = {runner.name: runner.service for runner in self._all_runners() if runner.service != spec.name}
        for action in spec.actions:
            if action.name in taken:
                raise Conflict(f"the action {action.name!r} belongs to the service {taken[action.name]!r}")

    def _sync_runners(self, spec: ServiceSpec) -> None:
        """Make a runner for each action of `spec`; the runner of a removed action stays until the next start."""
        runners = self._runners.setdefault(spec.name, {})
        for action in start_order(spec):
            runner = runners.get(action.name)
            if runner is None or runner.retired:
                runners[action.name] = runner = self._make_runner(spec.name, action, runners)
                self._group.create_task(self._run(runner))
            else:
                runner.set_spec(action)

    def _make_runner(self, service: str, action: ActionSpec, peers: dict[str, ActionRunner]) -> ActionRunner:
        return ActionRunner(service, action, self._context, self.revision, peers, self._is_last_active)

    async def _run(self, runner: ActionRunner) -> None:
        await runner.run()
        runners = self._runners.get(runner.service, {})
        if runners.get(runner.name) is runner:
            del runners[runner.name]
        if not runners:
            self._runners.pop(runner.service, None)
        self.revision.announce()

    def _resume(self, runner: ActionRunner, *, wanted: bool) -> None:
        record, leader = find_last_start(self._context, runner.service, runner.spec, runner.process.owner)
        if record is not None and (leader is not None or not wanted):
            # Without a leader it was being ended, and what remains of it still is.
            runner.adopt(record, leader)
        elif wanted and not (record and record.done):
            runner.process.record = record
            runner.start()
        if not wanted:
            runner.stop()

    def _is_last_active(self, runner: ActionRunner) -> bool:
        return all(other is runner or other.at_rest for other in self._all_runners())
