"""The guard of pure tests stops what is not pure, and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.builds import ROOT
from tests.pure import ImpureTest, declares_pure, guarded

README = ROOT / "README.md"


@pytest.mark.parametrize(
    "act",
    [
        socket.socket,
        socket.socketpair,
        lambda: subprocess.run([sys.executable, "-c", ""], check=True),
        lambda: os.system("true"),  # noqa: S605
        README.read_text,
        lambda: README.open("a"),
        lambda: os.open("/etc/hostname", os.O_RDONLY),
    ],
)
def test_what_is_not_pure_ends_the_test(act: Callable[[], object]) -> None:
    with pytest.raises(ImpureTest, match="a pure test must not call"), guarded():
        act()


def test_an_attempt_that_was_caught_fails_the_test_at_its_end() -> None:
    with pytest.raises(ImpureTest), guarded(), suppress(BaseException):
        socket.socket()


def test_temporary_files_and_imports_are_allowed(tmp_path: Path) -> None:
    sys.modules.pop("colorsys", None)
    with guarded():
        (tmp_path / "a").write_text("a")
        assert (tmp_path / "a").read_text() == "a"
        __import__("colorsys")


def test_after_the_guard_everything_is_allowed() -> None:
    with guarded():
        pass
    socket.socket().close()
    assert README.read_text()


def test_the_option_collects_pure_modules_only() -> None:
    command = [sys.executable, "-m", "pytest", "--pure", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/sdk"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = {line.split("::")[0] for line in done.stdout.splitlines() if "::" in line}
    assert files == {
        str(path.relative_to(ROOT)) for path in (ROOT / "tests/sdk").glob("test_*.py") if declares_pure(path)
    }
    assert files
