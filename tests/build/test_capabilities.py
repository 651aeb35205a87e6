"""What tests say that they need: in one place, known for each platform, and never skipped in silence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import capabilities
from tests.builds import ROOT
from tests.capabilities import CAPABILITIES, EXPECTED_LACKS, Capability, is_expected, list_postgres_folders

MODULES = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.name != "capabilities.py")
# What a module touches that not every platform has, and the capabilities one of which it then names.
TOUCHED = {
    r"\"/proc/": ("PROC", "NAMESPACES"),
    r"\"unshare\"|\bunshare --": ("NAMESPACES",),
}
# Run inside a namespace by a test that needs one; and this module.
EXEMPT = {"faults/recycling.py", "build/test_capabilities.py", "supervisor/harness.py"}
SAMPLE = "tests/sdk/test_peer_credentials.py::test_both_ends_of_a_pair_are_this_process"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT / "tests").as_posix()


@pytest.mark.parametrize("path", [path for path in MODULES if name_of(path) not in EXEMPT], ids=name_of)
def test_a_module_says_what_it_needs(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"mark\.skip|importorskip|skipif", text), "use needs() or require() of tests/capabilities.py"
    assert not re.search(r"pytest\.skip\((?!\w+\.reason\))", text), "skip with the reason of a capability"
    for touched, named in TOUCHED.items():
        if re.search(touched, text):
            assert any(re.search(rf"\b{name}\b", text) for name in named), (
                f"it touches {touched}: say needs({named[0]})"
            )


def test_every_capability_is_listed_once() -> None:
    defined = [value for value in vars(capabilities).values() if isinstance(value, Capability)]
    assert list(CAPABILITIES) == defined
    assert len({one.name for one in CAPABILITIES}) == len(CAPABILITIES)


def test_the_platforms_of_the_workflows_have_an_expectation() -> None:
    assert set(EXPECTED_LACKS) == {"linux", "darwin"}
    assert all(lacks <= set(CAPABILITIES) for lacks in EXPECTED_LACKS.values())


@pytest.mark.parametrize(
    ("reason", "platform", "expected"),
    [
        ("Skipped: needs proc: there is no /proc", "darwin", True),
        ("Skipped: needs proc: there is no /proc", "linux", False),
        ("needs root: only root may do that", "linux", True),
        ("Skipped: needs curl: curl is not installed", "darwin", False),
        ("Skipped: other systems have none", "darwin", False),
        ("needs proc: there is no /proc", "freebsd14", False),
    ],
)
def test_a_skip_is_expected_by_platform_and_capability(reason: str, platform: str, expected: bool) -> None:
    assert is_expected(reason, platform) is expected


@pytest.mark.parametrize(("environ", "status", "said"), [({}, 0, "1 skipped"), ({"CI": "true"}, 1, "is not expected")])
def test_in_ci_an_unexpected_skip_fails(environ: dict[str, str], status: int, said: str) -> None:
    inherited = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", SAMPLE],
        cwd=ROOT,
        env={**inherited, capabilities.PRETENDED: "peer-credentials", **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == status, done.stdout
    assert said in done.stdout


def test_the_newest_postgresql_is_found_next_to_old_ones(tmp_path: Path) -> None:
    for version in ("9.6", "17", "10"):
        (tmp_path / version / "bin").mkdir(parents=True)
    assert [folder.parent.name for folder in list_postgres_folders(tmp_path)] == ["17", "10", "9.6"]
