"""Runs the programs of OpenSSH's client."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from hero_assistance.replication.errors import ReplicaFailed


def run_openssh(
    command: Sequence[str], timeout_s: float, *, text: str | None = None, folder: Path = Path("/")
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with a text to read; what it prints may hold any bytes.

    Raises `ReplicaFailed` where it is not installed, `TimeoutExpired` where it does not end.
    """
    try:
        return subprocess.run(
            command,
            input=text,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except FileNotFoundError:
        raise ReplicaFailed(f"`{command[0]}` is not installed", hint="install OpenSSH's client") from None
