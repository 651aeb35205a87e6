"""Attempts that are counted, or taken back, by a write whose caller was told that it failed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from hero_assistance_server.mail.receiving.filing.attempts import Attempts
from hero_assistance_server.mail.receiving.model import MailId
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.mail.mails import write
from tests.server.mail.test_attempts import records, take_in
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

T = TypeVar("T")
ONE = MailId(1)


class LateStore:
    """A store that commits, and says while it `is_late` that it did not."""

    def __init__(self, store: FileStorage) -> None:
        self._store = store
        self.is_late = True

    async def write(self, command: Callable[[UnitOfWork], T]) -> T:
        result = await self._store.write(command)
        if self.is_late:
            raise StoreUnavailable("the disk is too slow")
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@pytest.fixture
async def store(hero_root: Path) -> AsyncIterator[FileStorage]:
    async with opened(hero_root / "data") as store:
        await take_in(store, write())
        yield store


async def attempts_of(store: FileStorage) -> int:
    return (await records(store))[0].attempts


async def test_an_attempt_that_is_counted_late_is_counted_once(store: FileStorage) -> None:
    late: Any = LateStore(store)
    attempts = Attempts(late)
    for _ in range(6):
        with pytest.raises(StoreUnavailable):
            await attempts.begin([ONE])
    assert await attempts_of(store) == 1
    late.is_late = False
    await attempts.begin([ONE])
    assert await attempts_of(store) == 1
    await attempts.undo([ONE])
    assert await attempts_of(store) == 0


async def test_an_attempt_that_is_counted_late_and_never_begun_is_taken_back(store: FileStorage) -> None:
    late: Any = LateStore(store)
    attempts = Attempts(late)
    with pytest.raises(StoreUnavailable):
        await attempts.begin([ONE])
    late.is_late = False
    await attempts.undo_all()
    assert await attempts_of(store) == 0


async def test_an_attempt_that_is_taken_back_late_is_taken_back_once_and_counted_again(store: FileStorage) -> None:
    """A mail that ends the process is known by its number of attempts: each counts."""
    for _ in range(3):
        await Attempts(store).begin([ONE])
    late: Any = LateStore(store)
    late.is_late = False
    attempts = Attempts(late)
    await attempts.begin([ONE])
    late.is_late = True
    for _ in range(3):
        await attempts.undo([ONE])
    assert await attempts_of(store) == 3
    late.is_late = False
    await attempts.begin([ONE])
    assert await attempts_of(store) == 4
    attempts.end([ONE])
    await attempts.begin([ONE])
    assert await attempts_of(store) == 5
