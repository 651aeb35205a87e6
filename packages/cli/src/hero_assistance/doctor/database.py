"""Whether the PostgreSQL of `DATABASE` can be reached, takes writes, and how many servers work on it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from typing import Any

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.paths import Paths

# The server's program starts, and gives a database up after 5 s for each host.
_TIMEOUT_S = 30.0
_CHECK = "database"
_SEE = "hero_assistance secret get DATABASE shows the address; docs/postgres.md says what each error means"


def check_database(paths: Paths) -> Iterator[Finding]:
    """Have the server's program ask, which alone knows PostgreSQL; nothing is said of a desk in SQLite."""
    from hero_assistance.sibling_programs import find_server
    from hero_assistance_sdk.hero_proc.settings import SecretName, SettingsReader

    settings = asyncio.run(SettingsReader(paths, names=frozenset({SecretName.DATABASE})).refresh())
    if settings.database is None:
        return
    try:
        done = subprocess.run(
            [*find_server(paths), "database"], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        yield Finding(_CHECK, Verdict.FAULT, f"PostgreSQL does not answer within {_TIMEOUT_S:.0f} s", _SEE)
        return
    if done.returncode == 0:
        yield from _judge(json.loads(done.stdout))
        return
    # The last lines are the error and its hint; logs of settings come before them.
    said = [line for line in done.stderr.splitlines() if line.startswith(("hero_assistance_server: ", "  hint: "))]
    message = said[0].partition(": ")[2] if said else "it cannot be asked"
    hint = said[1].partition(": ")[2] if len(said) > 1 else _SEE
    yield Finding(_CHECK, Verdict.FAULT, message, hint)


def _judge(found: dict[str, Any]) -> Iterator[Finding]:
    where = f"{found['database']} at {found['host']}"
    nodes = "1 server works" if found["nodes"] == 1 else f"{found['nodes']} servers work"
    detail = (
        f"PostgreSQL {found['version']}, {where}, {found['size'] / 1024**2:,.1f} MiB; {nodes} on it, "
        f"{_describe_standbys(found)}; the connection is {'encrypted' if found['is_encrypted'] else 'not encrypted'}"
    )
    if not found["is_primary"]:
        standby = f"{where} is a standby, which takes no writes"
        yield Finding(_CHECK, Verdict.FAULT, standby, "name all hosts in DATABASE, or let it be promoted")
    elif found["schema"] is None:
        yield Finding(_CHECK, Verdict.OK, f"{detail}; no server has been started on it yet")
    else:
        yield Finding(_CHECK, Verdict.OK, detail)


def _describe_standbys(found: dict[str, Any]) -> str:
    count = found["standbys"]
    follow = "1 standby follows it" if count == 1 else f"{count} standbys follow it"
    if not count:
        return follow
    # Where they wait for none, what the primary acknowledged last is lost with it.
    return f"{follow}, and commits {'wait' if found['is_synchronous'] else 'do not wait'} for one"
