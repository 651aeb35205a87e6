"""What is shown of a failure to who does not run the desk: no command, method, setting or path, whatever failed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import Conflict, HeroError, Unreachable
from hero_assistance_sdk.hero_proc.settings import SecretName
from hero_assistance_sdk.rpc.errors import CODES, InternalError, RpcFailure
from hero_assistance_ui.errors import is_plain, plain_words

PACKAGES = Path(__file__).parents[2] / "packages"
WIRE = Path(__file__).parents[2] / "docs" / "wire"
# What the pages pass on to a browser comes from these.
SOURCES = ("server", "ui", "httpd", "sdk")
_METHOD = re.compile(r"^## `([a-z_]+\.[a-z_]+)`", re.MULTILINE)
NAMES = {
    *(secret.value for secret in SecretName),
    *(name for page in WIRE.glob("*.md") for name in _METHOD.findall(page.read_text())),
    *("hero_assistance", "--", "rpc.sock", "shell", "supervisor", "its log"),
}


def _texts(node: ast.expr) -> Iterator[str]:
    """The text of a literal; what is filled in stands as a word."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values)
    elif isinstance(node, (ast.IfExp, ast.BoolOp)):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _texts(child)


def hints() -> list[str]:
    """Every hint that stands in the sources."""
    found = []
    for package in SOURCES:
        for path in sorted((PACKAGES / package / "src").rglob("*.py")):
            calls = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
            for call in calls:
                given = (keyword.value for keyword in call.keywords if keyword.arg == "hint")
                found += [text for value in given for text in _texts(value)]
    return found


def test_no_hint_with_a_name_of_the_inside_is_shown() -> None:
    found = hints()
    assert len(found) > 100, "the hints are found"
    shown = [hint for hint in found if is_plain(hint)]
    assert not [hint for hint in shown if any(name in hint for name in NAMES)]
    # What is written for people is not hidden with the rest.
    assert "file a new ticket" in shown


def test_an_outage_is_said_without_the_command_that_ends_it() -> None:
    down = Unreachable("/run/rpc.sock does not answer", hint="start it with: hero_assistance --start")
    assert plain_words(down) == ("The support desk cannot be reached", "Please try again in a minute.")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Conflict("ticket 7 is closed", hint="file a new ticket"), ("ticket 7 is closed", "file a new ticket")),
        (RpcFailure(CODES[InternalError], "the server failed to answer", {"hint": "its log says why"}), None),
        (HeroError("call project.update", hint="say who calls: --as USER"), ("That did not work", "")),
    ],
)
def test_what_is_plain_stays_and_what_is_not_goes(error: HeroError, said: tuple[str, str] | None) -> None:
    assert plain_words(error) == (said or ("the server failed to answer", "Please try again in a minute."))


def test_who_signs_in_reads_which_address_is_unknown_here() -> None:
    unknown = HeroError("erin.doe+desk@mail.example.org is no user of this project", hint="an admin adds its users")
    assert plain_words(unknown) == (unknown.message, unknown.hint)
    assert not is_plain("erin@example.org: call project.update")


def test_what_is_said_instead_is_in_the_catalogue_of_the_daemon() -> None:
    """The pages that it writes are in the reader's language."""
    entries = (PACKAGES / "ui/translations/page.pot").read_text("utf-8").split("\n\n")
    said = {words for code in [*CODES.values(), 0] for words in plain_words(RpcFailure(code, "a_b", {})) if words}
    assert len(said) == 5
    for words in said:
        assert any(f'msgid "{words}"' in entry and "hero_assistance_ui/errors.py" in entry for entry in entries), words
