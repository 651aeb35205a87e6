"""`MailKeyRepository`, and the key that is made at first use."""

from __future__ import annotations

import pytest

from hero_assistance_server.mail.keys import find_reply_key, obtain_reply_key
from hero_assistance_server.storage.unit_of_work import Storage

pytestmark = pytest.mark.anyio


async def test_no_key_is_there_before_its_first_use(storage: Storage) -> None:
    assert await storage.read(find_reply_key) is None


async def test_the_first_use_makes_a_key_that_stays(storage: Storage) -> None:
    made = await storage.write(obtain_reply_key)
    assert len(made) == 32
    assert await storage.write(obtain_reply_key) == made
    assert await storage.read(find_reply_key) == made
