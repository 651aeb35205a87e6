"""Owners of tests, from CODEOWNERS."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake_quarantine.codeowners import CodeOwners, find_code_owners, parse

SECONDS = 30  # far more than any match takes
GITHUB = """
# Comments, and a default for everything.
*               @all
*.js            @js  # who else
/build/logs/    @logs
docs/*          docs@example.org
apps/           @apps
/scripts        @scripts @more
**/deep         @deep
/a/**/z.py      @z
/with\\ space/  @space
/apps/unowned
"""
GITLAB = """
* @all
[Database][2] @dba
/db/
/db/special.sql @special
^[Docs] @writers
/db/*.md
sub/*.py @sub
"""


def test_a_path_that_begins_with_a_bracket_is_no_section() -> None:
    lines = ["* @all", "[slug]/page.tsx @page", "app/[id]/ @id", "[id] @named"]
    owners = CodeOwners(Path("/repo"), tuple(parse(lines[:3])))
    assert owners.find(Path("/repo/[slug]/page.tsx")) == "@page"
    assert owners.find(Path("/repo/app/[id]/x.py")) == "@id"
    assert owners.find(Path("/repo/more/app/[id]/x.py")) == "@all"  # anchored, as GitHub has it
    assert [rule.section for rule in parse([*lines, "x"])] == ["", "", "", "id"]  # what GitLab takes for a section


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("README", "@all"),
        ("other/in/x.js", "@js"),
        ("build/logs/a/b.log", "@logs"),
        ("more/build/logs/a.log", "@all"),
        ("docs/start.md", "docs@example.org"),
        ("docs/inner/start.md", "@all"),
        ("x/apps/a.py", "@apps"),
        ("scripts/run/a.py", "@scripts @more"),
        ("x/deep/y/a.py", "@deep"),
        ("a/z.py", "@z"),
        ("a/b/c/z.py", "@z"),
        ("with space/a.py", "@space"),
        ("apps/unowned/a.py", ""),
    ],
)
def test_the_last_rule_that_matches_names_the_owner(name: str, owners: str) -> None:
    assert CodeOwners(Path("/repo"), tuple(parse(GITHUB.splitlines()))).find(Path("/repo") / name) == owners


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("/a/**/b/**/c.py", "a/x/b/b/y/c.py", True),
        ("/a/**/b/**/c.py", "a/x/bb/c.py", False),
        ("**/**/a*b*c*.py", "x/a-b-b-c-c.py", True),
        ("a*b*b.py", "ab.py", False),
        ("/a**b", "a/b", False),  # as in .gitignore: not a whole name
        ("/a/**", "a/b/c", True),
        ("a?c", "x/abc/d", True),
    ],
)
def test_wildcards_mean_what_they_mean_in_gitignore(pattern: str, name: str, matches: bool) -> None:
    (rule,) = parse([f"{pattern} @one"])
    assert bool(rule.files.match(name)) == matches


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("a*" * 40 + "b", "a" * 250), ("**/a/" * 40 + "b", "a/" * 250), ("**/" * 40 + "b", "a/" * 250)],
)
def test_many_wildcards_take_no_time(pattern: str, name: str) -> None:
    source = f"from flake_quarantine.codeowners import parse\n(rule,) = parse(['{pattern} @one'])\n"
    source += f"assert not rule.files.match('{name}')"
    # Another process can be ended: a match that never ends lets no other thread run.
    assert subprocess.run([sys.executable, "-c", source], timeout=SECONDS, check=False).returncode == 0


def test_a_line_that_holds_no_pattern_is_passed_over() -> None:
    assert len(list(parse(["\\", "* @all"]))) == 1


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("a.py", "@all"),
        ("db/a.sql", "@all @dba"),
        ("deep/sub/x.py", "@all @sub"),
        ("db/special.sql", "@all @special"),
        ("db/a.md", "@all @dba @writers"),
    ],
)
def test_each_section_adds_its_owners(name: str, owners: str) -> None:
    assert CodeOwners(Path("/repo"), tuple(parse(GITLAB.splitlines()))).find(Path("/repo") / name) == owners


def test_the_file_of_the_repository_around_the_tests_is_read(tmp_path: Path) -> None:
    inner = tmp_path / "packages" / "one"
    inner.mkdir(parents=True)
    (tmp_path / "CODEOWNERS").write_text("/packages/one/ @one\n")
    owners = find_code_owners(inner)
    assert owners is not None
    assert owners.find(inner / "tests" / "test_a.py") == "@one"
    assert owners.find(Path("/elsewhere/test_a.py")) == ""
    (inner / ".git").mkdir()
    assert find_code_owners(inner) is None


def test_an_entry_without_an_owner_has_that_of_its_file(project: Any) -> None:
    project.write("CODEOWNERS", "/tests/ @team\n")
    project.write("tests/test_a.py", "def test_x(): pass\n")
    counts = ("--alone", "0/30", "--load", "3/100")
    assert project.command("add", "tests/test_a.py", "--issue", "LINK", "--reason", "r", *counts).returncode == 0
    assert "owner" not in (project.folder / "tests/quarantine.toml").read_text()
    (entry,) = project.json("list")
    assert entry["owner"] == "@team"
    project.quarantine("tests/test_a.py", owner="", expires=1)
    assert "(@team, https://example.org/1)" in project.pytest().stdout


def test_where_nobody_owns_the_file_an_owner_must_be_named(project: Any) -> None:
    project.write("tests/test_a.py", "def test_x(): pass\n")
    done = project.command("add", "tests/test_a.py", "--issue", "LINK", "--reason", "r")
    assert done.returncode == 4
    assert "CODEOWNERS names nobody for this file" in done.stderr
