"""Gunicorn, with which the peers that are WSGI applications are served."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.daemon_process import await_port, running

# One a core of the machine that the figures were made on.
WORKERS = 2


@contextmanager
def serve(application: str, address: str, folder: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Serve an application of modules in `folder`, from when it listens to the end of the block."""
    options = ("--bind", address, "--workers", str(WORKERS), "--timeout", "60")
    with running([sys.executable, "-m", "gunicorn", *options, application], env, folder):
        await_port(address)
        yield
