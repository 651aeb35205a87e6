"""Whether users are offered a letter to sign in: only where one can reach them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.paths import Paths
from hero_assistance_server.desk import Desk
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.mail.model import CHANNEL
from hero_assistance_server.outbox.model import ChannelDown
from hero_assistance_server.outbox.pauses import LASTING, PAUSES
from hero_assistance_server.project.feature import sends_letters
from tests.server.desk import OPERATOR, running
from tests.server.mail.settings_socket import telling
from tests.server.signing_in import ask, hand_over, set_up, token_of

SERVER = DaemonSettings(smtp_url="smtp://mail.example.org", mail_from="desk@example.org")
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def desk_with(settings: DaemonSettings | None) -> Desk:
    """A desk of which nothing is asked but its settings and its pauses."""
    nothing = cast(Any, None)
    return Desk(nothing, nothing, nothing, AuthMode.HERO, settings=lambda: settings)


@pytest.mark.parametrize(
    ("settings", "reaches"),
    [
        (SERVER, True),
        (DaemonSettings(), False),
        (DaemonSettings(smtp_url="smtp://mail.example.org"), False),
        (DaemonSettings(smtp_url="nonsense", mail_from="desk@example.org"), False),
        (DaemonSettings(mail_from="desk@example.org"), False),
        (None, False),
    ],
    ids=["server", "folder", "no sender", "wrong server", "sender alone", "not read yet"],
)
def test_a_letter_reaches_users_over_a_mail_server_alone(settings: DaemonSettings | None, *, reaches: bool) -> None:
    assert sends_letters(desk_with(settings)) is reaches


def test_no_letter_reaches_users_while_the_server_is_away_for_long() -> None:
    desk = desk_with(SERVER)
    pause = desk.pauses.of(CHANNEL)
    for number in range(LASTING):
        assert sends_letters(desk)
        pause.note_fault(ChannelDown("away"), NOON + number * PAUSES[-1], 4)
    assert not sends_letters(desk)
    pause.note_answer(1, pause.number)
    assert sends_letters(desk)


@pytest.mark.anyio
async def test_known_and_unknown_addresses_get_one_answer_with_and_without_a_server(paths: Paths) -> None:
    async with (
        telling(paths, {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "desk@example.org"}),
        running(paths, mode=AuthMode.HERO, seed=False) as desk,
    ):
        await desk.call("user.add", OPERATOR, email="alice@example.org", role="admin")
        answers = [
            await desk.call("auth.request_link", OPERATOR, email=address)
            for address in ("alice@example.org", "stranger@example.org")
        ]
        assert answers[0] == answers[1]
        status = await desk.call("mail.status", OPERATOR)
        info = await desk.call("project.info", OPERATOR)
    assert (status["way"], info["sign_in"]["link"]) == ("smtp", True)


@pytest.mark.anyio
async def test_no_admin_sees_a_link_that_a_letter_brings(paths: Paths) -> None:
    async with (
        telling(paths, {"SMTP_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "desk@example.org"}),
        running(paths, mode=AuthMode.HERO, seed=False) as desk,
    ):
        await set_up(desk)
        handed_over = await hand_over(desk, "alice@example.org")
        alice = await ask(desk, "auth.redeem", {}, token=token_of(handed_over["link"]))
        added = await ask(desk, "user.add", {"x-hero-session": alice["session"]}, email="bob@example.org")
    assert (added["mailed"], added["link"]) == (True, None)
