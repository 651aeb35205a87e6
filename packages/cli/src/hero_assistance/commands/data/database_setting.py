"""The setting `DATABASE`, for the commands: whether the desk is in PostgreSQL, and a supervisor that tells it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hero_assistance.supervisor.registry.secrets import Secrets
from hero_assistance_sdk.errors import Conflict, HeroError
from hero_assistance_sdk.files.data_folder import NODE_MARK
from hero_assistance_sdk.paths import Paths

NAME = "DATABASE"
_CONTEXT = "core"


def run_on_data(paths: Paths, arguments: Sequence[str]) -> int:
    """Run the server's own program, which alone knows the database, on the data; returns its exit status."""
    from hero_assistance.sibling_programs import run_server

    with telling_database(paths):
        return run_server(paths, arguments)


@contextmanager
def telling_database(paths: Paths) -> Iterator[None]:
    """Have a supervisor that tells the setting while another program of ours runs, if it is stored at all.

    The embedded one ends with the service, and the value is to be in no argument and no environment.
    """
    if not _is_stored(paths):
        yield
        return
    from hero_assistance.supervisor.connection import hero_proc_or_embedded

    with hero_proc_or_embedded(paths):
        yield


def refuse_replica(paths: Paths) -> None:
    """Raise `Conflict` where the desk is in PostgreSQL: Litestream copies SQLite alone."""
    if (paths.data / NODE_MARK).exists() or _is_stored(paths):
        raise Conflict(
            "this desk is in PostgreSQL (DATABASE), and Litestream copies SQLite alone",
            hint="a standby of PostgreSQL is its replica; see docs/postgres.md",
        )


def _is_stored(paths: Paths) -> bool:
    """Whether the embedded supervisor has it; a store that it cannot read is told of by it."""
    try:
        return NAME in Secrets(paths.state).names(_CONTEXT)
    except HeroError:
        return True
