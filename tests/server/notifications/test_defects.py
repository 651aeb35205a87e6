"""One bad value costs its own letter alone, and never ends the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_server.notifications import decisions, notifier
from tests.server.desk import until
from tests.server.notifications.letter_desk import ALICE, BOB, CAROL, DAVE, LetterDesk, letter_desk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(hero_root: Path) -> AsyncIterator[LetterDesk]:
    async with letter_desk(hero_root) as desk:
        yield desk


def failing(function: Any, user_id: str) -> Any:
    """The function, which cannot take one user."""

    def call(*args: Any) -> Any:
        if any(user_id in (one, getattr(one, "user_id", None)) for one in args):
            raise ValueError("there is no such thing")
        return function(*args)

    return call


async def test_a_user_with_a_zone_that_there_is_not_gets_letters(desk: LetterDesk) -> None:
    ticket_id = await desk.file()
    await desk.write(lambda work: work.session.direct.execute("UPDATE users SET time_zone = 'No/Where'"))  # type: ignore[attr-defined]
    await desk.reply(ticket_id, BOB)
    (letter,) = await desk.letters()
    assert letter.to == CAROL.email
    assert "UTC" in letter.text


@pytest.mark.parametrize(
    ("module", "name"), [(notifier, "send_due_letter"), (decisions, "_to_pending")], ids=["letter", "decision"]
)
async def test_a_letter_that_meets_a_defect_is_left_out(
    desk: LetterDesk, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    monkeypatch.setattr(module, name, failing(getattr(module, name), "carol"))
    for customer in (CAROL, DAVE):
        await desk.reply(await desk.file(customer), ALICE)
    assert [one.to for one in await desk.letters()] == [DAVE.email]
    assert await desk.store.read(lambda snapshot: snapshot.notifications.next_due()) is None


async def test_the_job_goes_on_after_a_defect(desk: LetterDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def fail(*_args: Any) -> Any:
        nonlocal asked
        asked += 1
        raise ValueError("a defect")

    monkeypatch.setattr(notifier, "decide", fail)
    desk.notifier.pause_s = 0
    async with notifier.notifying(desk.notifier):
        await until(lambda: asked > 0)
        desk.notifier._woken.set()
        await until(lambda: asked > 1)
        await asyncio.sleep(0)
