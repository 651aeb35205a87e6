"""Why a call is refused, for the page: each refusal has a kind, whose words the page has in each language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import hero_assistance_httpd
import hero_assistance_server
import hero_assistance_ui
from hero_assistance_sdk.errors import (
    Conflict,
    DraftMoved,
    Forbidden,
    HeroError,
    NotFound,
    QuotaFull,
    ThreadMoved,
    TicketMerged,
    TooLarge,
    TooMany,
    TooOften,
)
from hero_assistance_sdk.refusals import REFUSAL_MEANINGS, RefusalKind
from hero_assistance_sdk.rpc.errors import Taken

pytestmark = pytest.mark.pure

# What answers a call of the page: the ticket server, the page's own service, and what both serve with.
PACKAGES = [
    Path(package.__file__ or "").parent
    for package in (hero_assistance_httpd, hero_assistance_server, hero_assistance_ui)
]
# What a caller is told who asked for something that is not theirs, not there, too much, or not as things are.
REFUSALS = (NotFound, Forbidden, Conflict, TooLarge, TooMany, TooOften, QuotaFull)
# The page shows what moved in place of a sentence, and what is taken at its field; a merged ticket has its own kind.
SHOWN_OTHERWISE = (ThreadMoved, DraftMoved, Taken, TicketMerged)
# What no call of the page comes to.
NOT_OF_THE_PAGE = {
    "hero_assistance_httpd/host_guard.py": "it refuses an address that no page of ours has",
    "hero_assistance_server/http/applications.py": "it refuses web pages at a listener that is not theirs",
    "hero_assistance_server/mail/receiving/filing/preparation.py": "it is the reason that the record of a mail has",
    "hero_assistance_server/mail/receiving/intake.py": "it answers the mail server that sends",
    "hero_assistance_server/offline_commands.py": "these are commands of the operator",
    "hero_assistance_server/outgoing_http/transport.py": "it is what became of a webhook's call, whose record has it",
    "hero_assistance_server/project_identity/rpc.py": "programs ask which project this is; the page does not",
    "hero_assistance_server/storage/engines.py": "it ends a start",
    "hero_assistance_server/storage/postgres/transfer/import_target.py": "this is a command of the operator",
    "hero_assistance_ui/access_list.py": "programs read and write the access list; the page shows whether there is one",
    "hero_assistance_ui/application.py": "the page asks for the projects that it was told of",
    "hero_assistance_ui/guards.py": "it refuses pages of others",
    "hero_assistance_ui/mail_frame.py": "a browser asks for the frame, and shows its text",
    "hero_assistance_ui/sign_in/sessions.py": "it is said in the words of the page already",
}


@dataclass(frozen=True)
class Refusal:
    """A place of the sources that makes one."""

    module: str
    line: int
    kind: RefusalKind | None
    values: frozenset[str]

    def __str__(self) -> str:
        return f"{self.module}:{self.line}"


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every place of the server that makes a refusal."""
    paths = [(package, path) for package in PACKAGES for path in sorted(package.rglob("*.py"))]
    return tuple(found for package, path in paths for found in refusals_of(package, path))


def refusals_of(package: Path, path: Path) -> Iterator[Refusal]:
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    if not any(call.func.id in names_of_refusals() for call in calls if isinstance(call.func, ast.Name)):
        return
    name = path.relative_to(package.parent).as_posix()
    module = import_module(name.removesuffix(".py").replace("/", "."))
    for call in calls:
        made = getattr(module, call.func.id, None) if isinstance(call.func, ast.Name) else None
        if isinstance(made, type) and issubclass(made, HeroError) and is_refusal(made, call):
            yield read_refusal(name, call, made)


def is_refusal(made: type[HeroError], call: ast.Call) -> bool:
    """Whether it is one by what it is, or by the kind that it is given, as a full disk is."""
    has_kind = any(keyword.arg == "kind" for keyword in call.keywords)
    return has_kind or (issubclass(made, REFUSALS) and not issubclass(made, SHOWN_OTHERWISE))


def names_of_refusals() -> frozenset[str]:
    return frozenset(kind.__name__ for kind in subclasses(HeroError))


def subclasses(kind: type[HeroError]) -> Iterator[type[HeroError]]:
    yield kind
    for one in kind.__subclasses__():
        yield from subclasses(one)


def read_refusal(module: str, call: ast.Call, made: type[HeroError]) -> Refusal:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    kind: Any = made.kind
    node = given.get("kind")
    if isinstance(node, ast.Attribute):
        kind = RefusalKind[node.attr]
    elif isinstance(node, ast.Name):
        # It is the caller's to say: the kinds of stored texts, which name nothing.
        kind = RefusalKind.NO_MACRO
    values = given.get("values")
    keys = values.keys if isinstance(values, ast.Dict) else []
    names = frozenset(key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
    return Refusal(module, call.lineno, kind, names)


def named_in(kind: RefusalKind) -> frozenset[str]:
    """The values that the meaning of a kind names."""
    return frozenset(re.findall(r"`(\w+)`", REFUSAL_MEANINGS[kind]))


def test_each_refusal_that_the_page_can_come_to_has_a_kind() -> None:
    found = [one for one in refusals() if one.module not in NOT_OF_THE_PAGE]
    assert len(found) > 100
    assert [str(one) for one in found if one.kind is None] == []


def test_each_module_without_kinds_has_refusals_without_one() -> None:
    assert NOT_OF_THE_PAGE.keys() == {one.module for one in refusals() if one.kind is None}


def test_each_refusal_has_the_values_that_its_kind_names() -> None:
    wrong = [str(one) for one in refusals() if one.kind is not None and one.values != named_in(one.kind)]
    assert wrong == []


def test_each_kind_is_explained_and_in_use() -> None:
    assert list(REFUSAL_MEANINGS) == list(RefusalKind)
    # A merged ticket, and what a provider or a passkey says, have errors of their own.
    own = {error.kind for error in subclasses(HeroError) if error.kind is not None}
    used = {one.kind for one in refusals()} | own | {RefusalKind.TICKET_MERGED, RefusalKind.NO_CANNED_REPLY}
    assert set(RefusalKind) - used == set()
