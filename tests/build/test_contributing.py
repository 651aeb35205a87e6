"""What greets a contributor: hooks that call our own checks, forms that can be read, one width for all tools."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builds import ROOT

GITHUB = ROOT / ".github"
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def sessions() -> set[str]:
    command = [sys.executable, "-m", "nox", "-l"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^[*-] (\w+)", listed, re.MULTILINE))


def test_every_tool_keeps_lines_to_one_width() -> None:
    width = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["line-length"]
    widths = re.findall(r"^max_line_length = (\d+)$", (ROOT / ".editorconfig").read_text(), re.MULTILINE)
    assert [int(found) for found in widths] == [width] == [120]


def test_the_hooks_are_local_and_call_parts_of_sessions() -> None:
    repositories = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    known = sessions()
    parts = set()
    for hook in repositories[0]["hooks"]:
        program, nox, flag, session, *rest = hook["entry"].split()
        assert (program, nox, flag) == ("./buildenv.sh", "nox", "-s")
        assert session in known
        assert hook["language"] == "system"
        parts |= set(rest[1:])
    lint = re.search(r"^LINT = \{\n(.*?)^\}", (ROOT / "noxfile.py").read_text(), re.MULTILINE | re.DOTALL)
    assert lint is not None
    assert parts == {*re.findall(r'^    "(\w+)":', lint[1], re.MULTILINE), "locks"}


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.name)
def test_an_issue_form_has_what_the_forge_asks_for(form: Path) -> None:
    content = read(form)
    assert {"name", "description", "body"} <= content.keys()
    inputs = [field for field in content["body"] if field["type"] != "markdown"]
    assert inputs
    assert all(field["attributes"]["label"] for field in inputs)
    names = [field["id"] for field in inputs]
    assert len(names) == len(set(names))


def test_every_file_has_an_owner() -> None:
    rules = [line.split() for line in (GITHUB / "CODEOWNERS").read_text().splitlines() if line and line[0] != "#"]
    assert rules[0][0] == "*"
    assert all(len(rule) > 1 for rule in rules)
    owners = [owner for rule in rules for owner in rule[1:]]
    # An account, a team, or an address that the forge knows an account by; none that still has to be filled in.
    assert all(re.fullmatch(r"@[\w-]+(/[\w-]+)?|[^@\s]+@[\w.-]+", owner) for owner in owners)
    assert not any("OWNER" in owner for owner in owners)


def test_the_update_bot_looks_where_something_is() -> None:
    updates = read(GITHUB / "dependabot.yml")["updates"]
    folders = {update["package-ecosystem"]: update.get("directories", [update.get("directory")]) for update in updates}
    assert folders["github-actions"] == ["/"]
    locks = {f"/{path.parent.relative_to(ROOT)}" for path in [*ROOT.glob("packages/*/package.json"), ROOT / "tools/x"]}
    assert set(folders["npm"]) == locks
