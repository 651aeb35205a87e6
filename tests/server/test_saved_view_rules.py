"""Who may keep which saved view, and what a save changes for whom: pure decisions."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_sdk.wire import Role, SavedView, UserId
from hero_assistance_server.saved_views.rules import delete, save, sees
from hero_assistance_server.users.model import User
from tests.server.text_read_cases import VIEW

pytestmark = pytest.mark.pure

ALICE = User(UserId("alice"), "Alice", Role.ADMIN)
BOB = User(UserId("bob"), "Bob", Role.AGENT)
ERIN = User(UserId("erin"), "Erin", Role.AGENT)


def view(owner: User, *, shared: bool = False, name: str = "n") -> SavedView:
    return VIEW.model_copy(update={"owner": owner.user_id, "shared": shared, "name": name})


@pytest.mark.parametrize("by", [ALICE, ERIN])
def test_a_view_of_another_agent_is_neither_changed_nor_deleted(by: User) -> None:
    """Not by an admin either: it is seen by its owner alone."""
    assert not sees(by, view(BOB))
    with pytest.raises(Forbidden, match="of bob"):
        save(before=view(BOB), after=view(by), by=by)
    with pytest.raises(Forbidden, match="of bob"):
        delete(view=view(BOB), by=by)


def test_a_shared_view_is_kept_by_admins() -> None:
    assert sees(ERIN, view(BOB, shared=True))
    with pytest.raises(Forbidden, match="admins"):
        save(before=None, after=view(BOB, shared=True), by=BOB)
    with pytest.raises(Forbidden, match="admins"):
        save(before=view(BOB, shared=True), after=view(BOB), by=BOB)
    assert len(save(before=None, after=view(ALICE, shared=True), by=ALICE)) == 1


def test_a_save_that_changes_nothing_is_no_event() -> None:
    assert save(before=view(BOB), after=view(BOB), by=BOB) == []
    assert len(save(before=view(BOB), after=view(BOB, name="other"), by=BOB)) == 1


def test_a_view_that_is_shared_no_more_is_taken_from_the_others_first() -> None:
    kinds = [one.kind.name for one in save(before=view(ALICE, shared=True), after=view(ALICE), by=ALICE)]
    assert kinds == ["view.deleted", "view.saved"]
