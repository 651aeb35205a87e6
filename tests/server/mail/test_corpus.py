"""Mails of others that are installed with Python: all are filed, ignored or quarantined; none is lost, none crashes."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from hero_assistance_server.mail.receiving.arrival_signal import ArrivalSignal
from hero_assistance_server.mail.receiving.filer import Filer
from hero_assistance_server.mail.receiving.filing import Filing
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.model import Arrival, MailState
from hero_assistance_server.mail.receiving.parsing.parser import parse_mail
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.users.directory import Directory
from tests.server.store_fixtures import opened

pytestmark = pytest.mark.anyio

# The folders of Python's own tests, and of the libraries that are installed here and come with mails.
_FOLDERS = (("test.test_email", "data"), ("aioimaplib", "tests/data"))


def find_mails() -> list[Path]:
    found: list[Path] = []
    for package, folder in _FOLDERS:
        try:
            spec = importlib.util.find_spec(package)
        except ModuleNotFoundError:
            continue
        if spec is not None and spec.origin is not None:
            data = Path(spec.origin).parent / folder
            found += sorted(one for one in data.glob("*") if one.suffix in {".txt", ".eml"})
    return found


MAILS = find_mails()


@pytest.mark.skipif(not MAILS, reason="the tests of Python are not installed with it")
async def test_every_mail_of_the_corpus_ends_in_a_state(hero_root: Path) -> None:
    async with opened(hero_root / "data") as store:
        arrivals = ArrivalSignal()
        intake = Intake(store, Admission(), arrivals)
        filer = Filer(store, Filing(Directory([]), Admission()), arrivals)
        kept = [await intake.receive(Arrival("file", path.read_bytes())) for path in MAILS]
        for _ in MAILS:
            await filer.file_batch()

        def read(snapshot: Any) -> Any:
            return snapshot.incoming_mails.list_before(10**9, 1000)

        records = await store.read(read)
    assert len(records) == sum(one is not None for one in kept)
    states = Counter(one.state for one in records)
    assert states[MailState.RECEIVED] == 0
    assert states[MailState.FILED] > len(records) // 2
    assert [one.reason for one in records if "defect" in one.reason] == []


@pytest.mark.skipif(not MAILS, reason="the tests of Python are not installed with it")
@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_every_field_of_the_corpus_is_read(path: Path) -> None:
    raw = path.read_bytes()
    for cut in (raw, raw[: len(raw) // 2], raw[len(raw) // 3 :], raw.replace(b"\n", b"\r\n")):
        assert parse_mail(cut).unread == ()
