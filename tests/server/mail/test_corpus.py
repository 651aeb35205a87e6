"""Mails of others that are installed with Python: all are filed, ignored or quarantined; none is lost, none crashes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filing.filer import Filer
from hero_assistance_server.mail.receiving.filing.filing import Filing
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.model import Arrival, MailState
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.users.directory import Directory
from tests.capabilities import MAIL_CORPUS, needs
from tests.server.mail.corpus import find_mails
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

MAILS = find_mails()


@needs(MAIL_CORPUS)
async def test_every_mail_of_the_corpus_ends_in_a_state(hero_root: Path) -> None:
    async with opened(hero_root / "data") as store:
        arrivals = ArrivalSignal()
        intake = Intake(store, Admission(), arrivals)
        filer = Filer(store, Filing(Directory([]), Admission()), arrivals)
        kept = [await intake.receive(Arrival("file", path.read_bytes())) for path in MAILS]
        await filer.file_waiting()

        def read(snapshot: Any) -> Any:
            return snapshot.incoming_mails.list_before(10**9, 1000)

        records = await store.read(read)
    assert len(records) == sum(one is not None for one in kept)
    states = Counter(one.state for one in records)
    assert states[MailState.RECEIVED] == 0
    assert states[MailState.FILED] > len(records) // 2
    assert [one.reason for one in records if "defect" in one.reason] == []


@needs(MAIL_CORPUS)
@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_every_field_of_the_corpus_is_read(path: Path) -> None:
    raw = path.read_bytes()
    for cut in (raw, raw[: len(raw) // 2], raw[len(raw) // 3 :], raw.replace(b"\n", b"\r\n")):
        assert parse_mail(cut).unread == ()
