"""Challenges, and the page that they are for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_server.identity.passkeys.challenges import LIFE, SKEW, Challenges
from hero_assistance_server.identity.passkeys.relying_party import RelyingParty, relying_party
from hero_assistance_server.identity.shared_secrets import OwnSecrets

pytestmark = pytest.mark.pure


class Clock:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def take(challenges: Challenges, challenge: bytes, purpose: str) -> None:
    """Take a challenge where there is one node, which waits for nothing."""
    with pytest.raises(StopIteration):
        challenges.take(challenge, purpose).send(None)


def test_a_challenge_counts_once() -> None:
    challenges = Challenges(Clock())
    challenge = challenges.make("p")
    take(challenges, challenge, "p")
    with pytest.raises(Forbidden, match="used, or too old"):
        take(challenges, challenge, "p")


def test_a_challenge_counts_for_its_time() -> None:
    clock = Clock()
    challenges = Challenges(clock)
    challenge = challenges.make("p")
    clock.now += LIFE
    with pytest.raises(Forbidden, match="used, or too old"):
        take(challenges, challenge, "p")
    clock.now -= timedelta(milliseconds=1)
    take(challenges, challenge, "p")


def test_what_was_taken_is_forgotten_when_it_is_too_old_anyway() -> None:
    clock = Clock()
    shared = OwnSecrets()
    challenges = Challenges(clock, shared)
    for _ in range(3):
        take(challenges, challenges.make("p"), "p")
        clock.now += LIFE + SKEW
    assert len(shared._used) == 1


@pytest.mark.parametrize("change", [b"", b"x", b"x" * 56])
def test_what_was_not_made_here(change: bytes) -> None:
    with pytest.raises(Forbidden, match="not made here"):
        take(Challenges(Clock()), change, "p")


def test_a_challenge_of_another_purpose_or_server_or_time() -> None:
    challenges = Challenges(Clock())
    challenge = challenges.make("p")
    other_time = bytes([challenge[0] ^ 1]) + challenge[1:]
    for server, value, purpose in (
        (challenges, challenge, "q"),
        (Challenges(Clock()), challenge, "p"),
        (challenges, other_time, "p"),
    ):
        with pytest.raises(Forbidden, match="not made here"):
            take(server, value, purpose)


@pytest.mark.parametrize(
    ("page", "party"),
    [
        ("https://desk.example.org/", RelyingParty("desk.example.org", "https://desk.example.org")),
        ("https://Desk.Example.org:443/a/", RelyingParty("desk.example.org", "https://desk.example.org")),
        ("https://desk.example.org:8443", RelyingParty("desk.example.org", "https://desk.example.org:8443")),
        ("https://b\u00fccher.example/", RelyingParty("xn--bcher-kva.example", "https://xn--bcher-kva.example")),
        ("http://localhost:9771/", RelyingParty("localhost", "http://localhost:9771")),
        ("http://desk.localhost/", RelyingParty("desk.localhost", "http://desk.localhost")),
        ("http://desk.example.org/", None),
        ("https://127.0.0.1/", None),
        ("http://127.0.0.1:9771/", None),
        ("https://[400::1]/", None),
        ("", None),
        ("ftp://desk.example.org/", None),
    ],
)
def test_the_page_for_which_browsers_make_passkeys(page: str, party: RelyingParty | None) -> None:
    assert relying_party(page) == party
