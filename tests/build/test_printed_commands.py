"""Commands in messages: what a person pastes into a shell has its words quoted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.shell_words import quote_command

pytestmark = pytest.mark.pure

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(ROOT.glob("packages/*/src/**/*.py"))
# A program that is given a path or a name, with nothing but options and modes between it and the value.
COMMAND = re.compile(
    r"\b(chmod|ls|rm|mv|cp|cd|mkdir|cat|(hero_assistance\w*|flake-quarantine) [a-z-]+)"
    r"( -{1,2}[\w-]+| [ugoa]*[+=-][rwxXst]+| [0-7]{3,4})* $"
)
QUOTING = {"quote", "quote_command", "quoted"}


def find_unquoted(text: str) -> Iterator[str]:
    """The values that f-strings put behind a command as they are."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            for before, value in zip(node.values, node.values[1:], strict=False):
                text_before = str(before.value) if isinstance(before, ast.Constant) else ""
                if not isinstance(value, ast.FormattedValue) or not COMMAND.search(text_before):
                    continue
                if not _is_quoted(value.value):
                    yield f"{text_before.split()[-1]} {ast.unparse(value.value)}"


def _is_quoted(value: ast.expr) -> bool:
    called = value.func if isinstance(value, ast.Call) else value
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in QUOTING


@pytest.mark.parametrize(
    "text",
    [
        'f"see: ls -ld {path}"',
        'f"sudo chmod u+rwX {path}"',
        'f"{x}: chmod 755 {path}"',
        'f"hero_assistance restore {newest} now"',
    ],
)
def test_what_is_not_quoted_is_found(text: str) -> None:
    assert len(list(find_unquoted(text))) == 1


@pytest.mark.parametrize("text", ['f"ls {quote_command(path)}"', 'f"{rm} {path}"', 'f"a release that made {path}"'])
def test_what_is_quoted_or_no_command_is_not(text: str) -> None:
    assert list(find_unquoted(text)) == []


def test_no_message_has_a_command_with_a_bare_path() -> None:
    found = [f"{path.relative_to(ROOT)}: {one}" for path in SOURCES for one in find_unquoted(path.read_text())]
    assert found == []


def test_words_are_quoted_where_they_have_to_be() -> None:
    assert quote_command("ls", "-ld", Path("/a b/$c")) == "ls -ld '/a b/$c'"
    assert quote_command("kill", 5) == "kill 5"
