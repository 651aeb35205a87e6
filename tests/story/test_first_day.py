"""The first day of a desk, played whole: the built programs, real mail servers, people at addresses of the overlay."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.capabilities import DOVECOT, NAMESPACES, needs
from tests.story.namespace_story import PLAY_S
from tests.trust.namespace import inside
from tests.ui.daemons import plain_environment

# What it takes to stop the desk when the play is stopped in the middle.
END_S = 60.0

pytestmark = needs(NAMESPACES, DOVECOT)


@pytest.fixture(scope="module")
def found(dist: Path) -> Any:
    """What everybody saw, which takes one play of the story."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        return inside(
            "tests.story.namespace_story", plain_environment(Path(folder)), str(dist), timeout_s=PLAY_S + END_S
        )


def test_the_operator_sets_the_desk_up_and_the_admin_is_in(found: Any) -> None:
    done = found["setup"]
    assert done["admin"] == ["ann@desk.example", "admin", "smtp"]
    assert done["mailed"] is True
    assert done["signed in"] == ["!unauthenticated", 303, "ann@desk.example", 404]


def test_the_admin_invites_and_each_signs_in_on_an_own_device(found: Any) -> None:
    invited = found["invited"]
    assert invited["kept from the admin"] == [None] * 3
    assert invited["strangers"] == ["!unauthenticated"] * 3
    assert invited["by link"] == ["bob@desk.example", None]
    assert invited["by code"] == ["dave@desk.example", "agent"]
    assert invited["names"] == ["bob", "dave", "carol"]
    assert invited["used link"] == "!not-found"


def test_a_mail_to_the_support_address_is_a_ticket_with_a_receipt(found: Any) -> None:
    support = found["support"]
    assert support["ticket"] == ["The VPN is down", "Since this morning.", "Erin Example"]
    assert support["receipt"] is True
    assert support["not for customers"] == "!not-found"


def test_the_answer_arrives_by_mail_and_is_answered_by_mail(found: Any) -> None:
    talk = found["talk"]
    assert talk["reply address"] is True
    assert talk["live"] == ["reply", "It says 10.0.0.7.", "erin-example"]
    assert talk["thread"] == [
        ["bob", "Which address do you see?", "reply"],
        ["erin-example", "It says 10.0.0.7.", "reply"],
        ["bob", "That is the old gateway; use the new one.", "reply"],
    ]
    assert talk["one thread"] is True
    # The receipt and two answers; none tells her what she wrote herself.
    assert talk["letters"] == 3


def test_a_mailbox_is_read_like_the_listener(found: Any) -> None:
    mailbox = found["mailbox"]
    assert mailbox["receipt"] is True
    assert mailbox["answer"] == "It is the one in the hall."
    assert mailbox["unseen"] is True
    assert mailbox["inbox"] == {"received": 0, "filed": 5, "ignored": 0, "quarantined": 0}


def test_who_signs_out_or_is_revoked_is_out_at_once(found: Any) -> None:
    left = found["left"]
    assert left["signed out"] == [True, None]
    assert left["ended"] is True
    assert left["revoked"] == [None, "!unauthenticated", "carol"]
    assert left["browser"] == [200, "!unauthenticated"]
    assert left["doctor"] == []


def test_nothing_is_left_after_the_stop(found: Any) -> None:
    assert found["sockets"] == []
