"""The benchmark of incoming mail in short: what is killed in between loses nothing, and files nothing twice."""

from __future__ import annotations

import pytest

from benchmarks.mail.incoming_mail import Killed, file_through_kills

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]


async def test_no_mail_is_lost_or_filed_twice_through_kills() -> None:
    assert await file_through_kills(100, 4) == Killed(lost=0, twice=0)
