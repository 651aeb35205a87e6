"""Why a mail waits: the sentence that is stored, and the kind that is read from it."""

from __future__ import annotations

import re

import pytest

from hero_assistance_server.mail.receiving.quarantine_reasons import QuarantineKind, read_reason, say_reason

pytestmark = pytest.mark.pure

VALUES: dict[str, str] = {
    "limit": "100",
    "use": "new tickets",
    "domain": "made-of.mails.example",
    "ticket": "7",
    "count": "5",
    "error": "ValueError('{limit} mails\\nof {domain}')",
}


@pytest.mark.parametrize("kind", QuarantineKind)
def test_what_is_said_is_read_again(kind: QuarantineKind) -> None:
    sentence = say_reason(kind, **VALUES)
    found = read_reason(sentence)
    assert found is not None
    assert found.kind is kind
    assert dict(found.values) == {name: value for name, value in VALUES.items() if value in sentence}


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("its sender wrote 100 mails within an hour", QuarantineKind.SENDER_RATE),
        ("5 attempts to file it ended without a result", QuarantineKind.ATTEMPTS),
        ("one customer makes at most 20 new tickets an hour; nothing was stored", QuarantineKind.CUSTOMER_RATE),
        ("a defect of the server: KeyError('x')", QuarantineKind.DEFECT),
    ],
)
def test_the_sentences_of_earlier_releases_have_their_kinds(sentence: str, kind: QuarantineKind) -> None:
    found = read_reason(sentence)
    assert found is not None
    assert found.kind is kind


@pytest.mark.parametrize("sentence", ["", "of another release", "discarded: it names no sender, or more than one"])
def test_other_sentences_have_none(sentence: str) -> None:
    assert read_reason(sentence) is None


def test_no_kind_has_a_value_without_a_name() -> None:
    assert all(re.fullmatch(r"[a-z]+", name) for name in VALUES)
