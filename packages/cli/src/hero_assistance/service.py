"""THE service definition: what runs, on which sockets, how it is probed, restarted and ended, and in which order.

Everything that starts or stops the service reads it here and copies nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hero_assistance.action_names import ACTION_SOCKETS, REPLICA, SERVER, UI
from hero_assistance_sdk.hero_proc.specs import (
    ActionSpec,
    Dependency,
    DependencyCondition,
    HealthCheck,
    ProbeKind,
    RetryPolicy,
    ServiceSpec,
    StopSpec,
)
from hero_assistance_sdk.limits import SETTING as LIMITS_SETTING
from hero_assistance_sdk.net.host_names import HOSTS_SETTING
from hero_assistance_sdk.net.socket_group import SETTING as SOCKET_GROUP_SETTING
from hero_assistance_sdk.paths import SERVICE, Paths, forwarded_environ

# The address of the server's TCP listener; where it is not set the server has its own default.
TCP_SETTING = "HERO_ASSISTANCE_TCP"
# Passed on from the environment of `--start` to each action.
FORWARDED_SETTINGS = (TCP_SETTING, HOSTS_SETTING, LIMITS_SETTING, SOCKET_GROUP_SETTING)

# 50 ms before the first restart, then doubled up to 30 s: about six minutes of trying before it is given up.
_RETRY = RetryPolicy(max_attempts=20, delay_ms=50, factor=2.0, max_delay_ms=30_000, jitter=0.2)
# A hung handler is certain after 2 + 1 + 0.5 + 1 + 0.5 + 1 seconds at most: an interval and three time-outs.
_PROBE_INTERVAL_MS = 2_000
_PROBE_TIMEOUT_MS = 1_000
_PROBE_FAILURES = 3
# A cold start from a slow disk, with a database to recover.
_START_PERIOD_MS = 20_000
# The program of the command line, which runs the replica's action too.
_COMMAND_LINE = "hero_assistance"
# It waits for the end of the server, and sends what that has written last.
_REPLICA_STOP = StopSpec(signal="SIGTERM", timeout_ms=20_000)
# Both end within their 2 s of grace for open streams; the rest is for a slow disk.
_STOP = StopSpec(signal="SIGTERM", timeout_ms=8_000)


@dataclass(frozen=True, slots=True)
class StartSettings:
    """What an operator chose at `--start`; the registered specification holds it."""

    auth_mode: str
    seed_dev_users: bool
    ui_tcp: tuple[str, ...]


def build_service_spec(
    paths: Paths,
    *,
    auth_mode: str,
    seed_dev_users: bool,
    ui_tcp: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
) -> ServiceSpec:
    """The service with these flags; where a replica is set up, an action writes it, and the server leaves room for it.

    The server's TCP port need not be free: where another process holds it, the server says so and still serves its
    Unix sockets.
    """
    env = _choose_environment(environ)
    is_replicated = paths.replica_configuration.exists()
    server_flags = ["--auth-mode", auth_mode, *(["--seed-dev-users"] if seed_dev_users else [])]
    server_flags += ["--replicated"] if is_replicated else []
    ui_flags = ["--auth-mode", auth_mode, *(flag for address in ui_tcp for flag in ("--tcp", address))]
    server = _build_action(paths, SERVER, "tickets and their events", server_flags, env)
    ui = _build_action(paths, UI, "the page and its socket", ui_flags, env)
    waits = (Dependency(action=SERVER, condition=DependencyCondition.HEALTHY),)
    return ServiceSpec(
        name=SERVICE,
        description="a peer-to-peer support desk",
        actions=(
            server,
            ui.model_copy(update={"depends_on": waits}),
            *([_build_replica_action(paths, env)] if is_replicated else []),
        ),
    )


def read_settings(spec: ServiceSpec) -> StartSettings | None:
    """The settings that a specification of ours was made with; `None` for another one."""
    server, ui = spec.action(SERVER), spec.action(UI)
    if server is None or ui is None or server.argv[1:2] != ("--auth-mode",) or len(server.argv) < 3:
        return None
    flags = ui.argv[3:]
    return StartSettings(
        auth_mode=server.argv[2],
        seed_dev_users="--seed-dev-users" in server.argv[3:],
        ui_tcp=tuple(value for flag, value in zip(flags[::2], flags[1::2], strict=False) if flag == "--tcp"),
    )


def _build_action(
    paths: Paths,
    name: str,
    description: str,
    flags: Sequence[str],
    env: dict[str, str],
) -> ActionSpec:
    listens = tuple(str(paths.socket(socket)) for socket in ACTION_SOCKETS[name])
    return ActionSpec(
        name=name,
        description=description,
        argv=(str(paths.bin / name), *flags),
        env=env,
        sockets=listens,
        kill_other=True,
        hands_over=True,
        retry_policy=_RETRY,
        health_checks=tuple(map(_build_probe, listens)),
        stop=_STOP,
    )


def _build_replica_action(paths: Paths, env: dict[str, str]) -> ActionSpec:
    """Depends on no action, so that it can end last, and needs no probe: a desk starts without its target as well."""
    return ActionSpec(
        name=REPLICA,
        description="the replica elsewhere",
        argv=(str(paths.bin / _COMMAND_LINE), "replicate", "run"),
        env=env,
        retry_policy=_RETRY,
        stop=_REPLICA_STOP,
    )


def _build_probe(socket: str) -> HealthCheck:
    return HealthCheck(
        kind=ProbeKind.HTTP,
        target=socket,
        interval_ms=_PROBE_INTERVAL_MS,
        timeout_ms=_PROBE_TIMEOUT_MS,
        failures=_PROBE_FAILURES,
        start_period_ms=_START_PERIOD_MS,
    )


def _choose_environment(environ: Mapping[str, str] | None) -> dict[str, str]:
    env = os.environ if environ is None else environ
    return {**forwarded_environ(env), **{name: env[name] for name in FORWARDED_SETTINGS if env.get(name)}}
