"""The page's sources, without a browser: their own tests, and what the type check holds against the protocol."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hero_assistance_server.features import event_types
from scripts.build.npm import install_locked, node_executable
from tests.server.server_methods import registered

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "ui"
TIMEOUT_S = 120


@pytest.fixture(scope="module")
def installed() -> Path:
    """The folder whose `node_modules` holds the parts from npm and the checkers."""
    return install_locked(PACKAGE, ROOT / ".buildenv" / "npm")


@pytest.fixture
def sources(installed: Path, tmp_path: Path) -> Path:
    """A copy of the page's sources."""
    (tmp_path / "node_modules").symlink_to(installed / "node_modules")
    return Path(shutil.copytree(PACKAGE / "frontend", tmp_path / "frontend"))


def _check_types(installed: Path, sources: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "check_types.py", str(installed), str(sources)]
    return subprocess.run(command, cwd=PACKAGE, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def test_the_tests_of_the_sources_pass(sources: Path, tmp_path: Path) -> None:
    """Node strips the types and runs each file in a process of its own; the first that imports a module compiles it."""
    command = [str(node_executable()), "--test", "**/*.test.ts"]
    env = {**os.environ, "NODE_COMPILE_CACHE": str(tmp_path / "compiled")}
    run = subprocess.run(command, cwd=sources, env=env, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert run.returncode == 0, run.stdout
    assert int(re.findall(r"tests (\d+)\n", run.stdout)[-1]) >= _count_tests(sources)


def _count_tests(sources: Path) -> int:
    """Tests that are made in a loop stand there once, and are run more often."""
    texts = [path.read_text() for path in sources.rglob("*.test.ts")]
    return sum(text.count("\ntest(") + text.count("\n  test(") for text in texts)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '"message.list": {\n    params: {\n      ticket_id: number;',
            '"message.list": {\n    params: {\n      id: number;',
        ),
        ("  customer_name: string;\n", "  customer_label: string;\n"),
        ('  "ticket.merged",\n', ""),
        ('  "user.me": {', '  "user.self": {'),
    ],
)
def test_a_change_of_the_protocol_breaks_the_type_check(
    installed: Path, sources: Path, before: str, after: str
) -> None:
    wire = sources / "api" / "wire.ts"
    text = wire.read_text()
    assert before in text
    wire.write_text(text.replace(before, after))
    run = _check_types(installed, sources)
    assert run.returncode != 0
    assert "error TS" in run.stdout


def test_the_page_calls_only_what_its_gateway_passes_on() -> None:
    wire = PACKAGE / "frontend" / "api" / "wire.ts"
    methods = set(re.findall(r'^  "([a-z_]+\.[a-z_]+)": \{', wire.read_text(), re.MULTILINE))
    sources = [path for path in (PACKAGE / "frontend").rglob("*.ts*") if ".test." not in path.name and path != wire]
    named = {name for path in sources for name in re.findall(r'"([a-z_]+\.[a-z_]+)"', path.read_text())}
    marked = {method.name for method in registered().table if method.extensions["x-page"]}
    # An event and a method may have one name.
    called = (named & methods) - set(event_types())
    assert {"user.me", "ticket.list", "message.reply"} <= called <= marked


def test_the_sources_as_they_are_pass_the_type_check(installed: Path, sources: Path) -> None:
    run = _check_types(installed, sources)
    assert (run.returncode, run.stdout) == (0, "")
