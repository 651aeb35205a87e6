"""Which tests a change reaches: from changed files to packages, to what depends on them, to test folders."""

from __future__ import annotations

import subprocess
from pathlib import Path, PurePosixPath

from scripts.build.workspace import Workspace

_FLAG = "--changed-since"

# A folder of tests that covers more than one package, and the packages it covers.
SHARED_TESTS = {
    "app": {"app"},
    "browser": {"app", "server", "ui"},
    "build": {"sdk"},
    "cli": {"cli", "server"},
    "e2e": {"app", "cli", "httpd", "sdk", "server", "ui"},
    "fleet": {"app", "cli", "sdk", "server"},
    "faults": {"cli", "server"},
    "httpd": {"httpd"},
    "nu": {"cli"},
    "packaging": {"cli", "sdk"},
    "replication": {"cli", "server"},
    "sdk": {"sdk"},
    "server": {"server"},
    "story": {"cli", "sdk", "server", "ui"},
    "supervisor": {"cli"},
    "trust": {"cli", "server", "ui"},
    "ui": {"server", "ui"},
}
# As `testpaths` in pyproject.toml.
EVERY_TEST = ("packages/quarantine/tests", "tests")
# Changes that reach nothing which is tested by running it.
_PROSE = frozenset({".md", ".png"})


def pytest_arguments(workspace: Workspace, arguments: list[str]) -> list[str] | None:
    """Replace `--changed-since REF` by the tests it reaches; `None` when there are none."""
    if _FLAG not in arguments:
        return list(arguments)
    index = arguments.index(_FLAG)
    if index + 1 == len(arguments):
        raise SystemExit(f"{_FLAG} needs a commit, such as origin/main")
    others = [*arguments[:index], *arguments[index + 2 :]]
    reached = reached_tests(workspace, changed_files(workspace.root, arguments[index + 1]))
    return [*others, *reached] if reached else None


def changed_files(root: Path, reference: str) -> list[str]:
    """Every file that differs from `reference`, committed or not, and every new one that is not ignored."""
    commands = (
        ["git", "diff", "--name-only", "--merge-base", reference, "--"],
        ["git", "ls-files", "--others", "--exclude-standard"],
    )
    found: set[str] = set()
    for command in commands:
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
        found |= set(done.stdout.splitlines())
    return sorted(found)


def reached_tests(workspace: Workspace, files: list[str]) -> list[str]:
    """The test files and folders to run; a change outside packages and tests reaches all of them."""
    packages: set[str] = set()
    tests: set[str] = set()
    for file in map(PurePosixPath, files):
        if file.parts[0] == "packages":
            packages.add(file.parts[1])
        elif file.parts[0] == "tests" and len(file.parts) > 2:
            tests.add(_test_target(file))
        elif file.suffix not in _PROSE:
            return list(EVERY_TEST)
    reached = workspace.dependents(packages)
    tests |= {f"tests/{folder}" for folder, covered in SHARED_TESTS.items() if covered & reached}
    tests |= {f"packages/{name}/tests" for name in reached}
    return sorted(test for test in tests if (workspace.root / test).exists())


def _test_target(file: PurePosixPath) -> str:
    """The file itself when it holds tests, else its folder: a fixture reaches its neighbours."""
    return str(file) if file.name.startswith("test_") and file.suffix == ".py" else str(file.parent)
