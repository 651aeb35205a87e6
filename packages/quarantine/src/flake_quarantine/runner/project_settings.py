"""What a project's pytest says of itself: its root folder and its register."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from flake_quarantine.constants import SETTINGS_VARIABLE
from flake_quarantine.errors import TrialFailed
from flake_quarantine.runner.pytest_runner import PytestRunner

SETTINGS_SECONDS = 120.0


@dataclass(frozen=True)
class ProjectSettings:
    """Where pytest's root folder is, and the register that its setting names."""

    root: Path
    register: Path


def read_project_settings(runner: PytestRunner, remedy: str = "") -> ProjectSettings:
    """Start a pytest that only says where it is; raises TrialFailed, with `remedy` and the end of its output."""
    with tempfile.TemporaryDirectory(prefix="fq") as folder:
        answer = Path(folder) / "settings"
        # Should the plugin be switched off, nothing is run.
        result = runner.run_pytest(["--collect-only", "-q"], {SETTINGS_VARIABLE: str(answer)}, SETTINGS_SECONDS)
        if not answer.exists():
            raise TrialFailed(f"pytest does not start here ({result.describe()}){remedy}:\n{result.output[-2000:]}")
        root, register = answer.read_text(encoding="utf-8").splitlines()
        return ProjectSettings(Path(root), Path(register))
