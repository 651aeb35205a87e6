"""The supervisor as a process: one for each root, with as little memory as possible."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from hero_assistance.supervisor.names import SUPERVISOR_LOCK
from hero_assistance_sdk.failure_report import report_failure
from hero_assistance_sdk.files.file_lock import LockHeld, lock_file
from hero_assistance_sdk.logs import configure_logs
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.program_imports import without_collections


def run(paths: Paths) -> int:
    """Supervise this root and return the exit status; a second supervisor of the root names the first and fails."""
    configure_logs()
    leave_out_openssl()
    with without_collections():
        import asyncio

        from hero_assistance.supervisor.main import supervise

    try:
        with lock_file(paths.state / SUPERVISOR_LOCK):
            asyncio.run(supervise(paths))
    except LockHeld as held:
        print(f"error: {held} supervises {paths.root} already", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001
        return report_failure("error", error)
    return 0


def leave_out_openssl() -> None:
    """Make asyncio and hashlib work without OpenSSL, as on a Python that was built without it.

    This process uses Unix sockets and plain HTTP on this machine, and hashes nothing; OpenSSL takes 5 of the 40 MB
    that it may have. A Python without digests of its own keeps OpenSSL.
    """
    if "asyncio" in sys.modules or find_spec("_md5") is None:
        return
    for name in ("ssl", "_hashlib"):
        sys.modules[name] = None  # type: ignore[assignment]
