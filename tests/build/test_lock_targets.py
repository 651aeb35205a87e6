"""Locks that some target of a release could not install are refused."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.build.locks import lock_targets
from scripts.build.locks.interpreters import SUPPORTED
from scripts.build.locks.lock_targets import PLATFORMS, TESTED, LockTarget, find_faults, list_targets
from tests.builds import ROOT


def test_the_targets_are_those_of_a_release() -> None:
    text = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    platforms = re.search(r"platform: \[(.*)\]", text)
    assert platforms is not None
    assert platforms[1].split(", ") == list(PLATFORMS)
    assert set(TESTED) < set(PLATFORMS)
    assert list(list_targets()) == [LockTarget(platform, python) for platform in PLATFORMS for python in SUPPORTED]


def test_each_target_is_tried_with_every_lock_and_what_it_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def refuse_one(command: Sequence[str], folder: Path, **_options: Any) -> subprocess.CompletedProcess[str]:
        platform = command[command.index("--python-platform") + 1]
        python = command[command.index("--python-version") + 1]
        tried.append((platform, python, tuple(command[command.index("-r") :])))
        status = int((platform, python) == ("aarch64-apple-darwin", "3.14"))
        return subprocess.CompletedProcess(command, status, "", "x==1 has no wheels\n  with a matching tag\n" * status)

    monkeypatch.setattr(lock_targets, "run", refuse_one)
    assert find_faults([Path("a.txt")], [Path("b.txt")]) == [
        "macos-arm64, Python 3.14: x==1 has no wheels with a matching tag"
    ]
    assert {platform: locks for platform, _python, locks in tried} == {
        "x86_64-manylinux_2_28": ("-r", "a.txt", "-r", "b.txt"),
        "aarch64-manylinux_2_28": ("-r", "a.txt"),
        "aarch64-apple-darwin": ("-r", "a.txt", "-r", "b.txt"),
    }
    assert len(tried) == len(PLATFORMS) * len(SUPPORTED)
