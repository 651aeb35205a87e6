"""The pauses that make a test that does not wait fail."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from hero_assistance_ui.application import Gateway
from tests.ui.late_answers import AFTER_S, BEFORE_S, delay_answers


@pytest.mark.parametrize(("kind", "pauses"), [("http", [BEFORE_S, AFTER_S]), ("lifespan", [])])
def test_a_pause_comes_before_a_request_and_before_its_answer(
    monkeypatch: pytest.MonkeyPatch, kind: str, pauses: list[tuple[float, ...]]
) -> None:
    done: list[Any] = []

    async def answer(_gateway: Gateway, _scope: Scope, _receive: Receive, send: Send) -> None:
        done.append("handled")
        await send({"type": "http.response.start"})
        await send({"type": "http.response.body"})

    async def pause(duration_s: float) -> None:
        done.append(duration_s)

    async def send(message: Any) -> None:
        done.append(message["type"])

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    monkeypatch.setattr(Gateway, "__call__", answer)
    monkeypatch.setattr(asyncio, "sleep", pause)
    delay_answers()
    asyncio.run(Gateway.__call__(object.__new__(Gateway), {"type": kind}, receive, send))
    taken = [entry for entry in done if isinstance(entry, float)]
    assert all(duration_s in choices for duration_s, choices in zip(taken, pauses, strict=True))
    steps = [entry for entry in done if isinstance(entry, str)]
    assert steps == ["handled", "http.response.start", "http.response.body"]
    assert [isinstance(entry, float) for entry in done[:3:2]] == [bool(pauses), bool(pauses)]
