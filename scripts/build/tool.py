"""Running the tools that build and check, and what is said when one of them is missing or fails."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class ToolError(Exception):
    """A tool that the build or the checks need is missing or failed; shown as a line and a hint."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


def run(
    command: Sequence[str], folder: Path, *, timeout_s: float, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool in the folder without input and return how it ended; it is killed when it takes longer."""
    return subprocess.run(
        command,
        cwd=folder,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout_s,
        check=False,
    )


def must_run(
    what: str,
    command: Sequence[str],
    folder: Path,
    *,
    timeout_s: float,
    hint: str,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run a tool that has to succeed; raises `ToolError` that says `what` failed, with what the tool printed."""
    try:
        done = run(command, folder, timeout_s=timeout_s, env=env)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{what} took more than {timeout_s:g} s", hint=hint) from error
    if done.returncode:
        raise ToolError(f"{what} failed:\n{(done.stdout + done.stderr).strip()}", hint=hint)
