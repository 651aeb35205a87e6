"""Who sees a note: the rule, and that no module but its own decides it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hero_assistance_server
from hero_assistance_sdk.wire import MessageKind, Role, UserId
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.messages.visibility import sees_message, sees_notes
from hero_assistance_server.users.model import User

pytestmark = pytest.mark.pure

ROOT = Path(hero_assistance_server.__file__).parent
# What these decide is who writes a note, and who may say that they do.
WRITING = {"drafts/service.py", "presence/rpc.py"}


@pytest.mark.parametrize(("role", "sees"), [(Role.CUSTOMER, False), (Role.AGENT, True), (Role.ADMIN, True)])
def test_staff_alone_see_notes(role: Role, sees: bool) -> None:
    user = User(UserId("a"), "A", role)
    for reader in (user, Caller(user)):
        assert sees_notes(reader) is sees
        assert sees_message(reader, MessageKind.NOTE) is sees
        assert sees_message(reader, MessageKind.REPLY) is True


def test_a_caller_who_is_no_user_sees_no_note() -> None:
    assert not sees_notes(Caller(None))


def decides_notes(source: str) -> bool:
    """Whether a module asks for somebody's role where it is about notes."""
    for node in ast.walk(ast.parse(source)):
        text = ast.unparse(node) if isinstance(node, ast.BoolOp | ast.keyword) else ""
        if "is_staff" in text and ("MessageKind.NOTE" in text or text.startswith("notes=")):
            return True
    return False


def test_no_other_module_decides_it() -> None:
    found = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py") if decides_notes(path.read_text())}
    assert found == WRITING


@pytest.mark.parametrize(
    ("source", "decides"),
    [
        ("f(notes=reader.is_staff)", True),
        ("kind is MessageKind.NOTE and not caller.is_staff", True),
        ("f(notes=sees_notes(reader))", False),
        ("caller.is_staff and kind is MessageKind.REPLY", False),
    ],
)
def test_a_decision_about_notes_is_recognised(source: str, decides: bool) -> None:
    assert decides_notes(source) is decides
