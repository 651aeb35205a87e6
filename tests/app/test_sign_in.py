"""The app and a project that does not know its device: signing in over the overlay, and what a liar gains by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hero_assistance_app.targets import make_projects
from tests.app.lying_project import LyingProject, result
from tests.app.program import App
from tests.capabilities import NAMESPACES, needs
from tests.trust.namespace import NODE, inside

CAROL = {"noun": "user", "user_id": "u1", "name": "Carol", "role": "customer"}


@needs(NAMESPACES)
def test_a_device_is_bound_by_a_code_and_unbound_by_signing_out(hero_env: dict[str, str]) -> None:
    assert inside("tests.app.namespace_sign_in", hero_env) == {
        "unknown": "unauthenticated",
        "name": "Support",
        "wrong": 400,
        "redeemed": ["user"],
        "cookies": [],
        "me": "Erin",
        "device": NODE,
        "is_current": True,
        "called": "hero_assistance_app",
        "out": True,
        "after": "unauthenticated",
    }


@pytest.fixture
def liar() -> Iterator[LyingProject]:
    project = LyingProject()
    yield project
    project.close()


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"user": CAROL, "session": "s" * 43, "expires_at": 10**13}, 200),
        ({"user": {**CAROL, "name": 1}}, 502),
        ({"user": [CAROL]}, 502),
        ("signed in", 502),
        (None, 502),
    ],
)
def test_what_a_foreign_project_says_becomes_no_cookie(
    start_app: Callable[..., App], liar: LyingProject, told: Any, status: int
) -> None:
    liar.rpc = lambda request: [result(request, told)]
    (project,) = make_projects([liar.address])
    app = start_app("--project", liar.address, "--user", "erin")
    with app.browser() as browser:
        before = dict(browser.cookies)
        answer = browser.post(f"/projects/{project.id}/sign-in/redeem", json={"email": "a@b", "code": "123456"})
        assert (answer.status_code, dict(browser.cookies)) == (status, before)
        assert answer.json().get("result") == ({"user": CAROL} if status == 200 else None)
    (asked,) = [request for request in liar.requests if b"auth.redeem" in request]
    head = asked.partition(b"\r\n\r\n")[0].lower()
    assert not any(name in head for name in (b"x-hero-", b"x-dev-user", b"x-picked-user", b"cookie"))


def test_each_project_is_asked_for_itself_alone(start_app: Callable[..., App], liar: LyingProject) -> None:
    other = LyingProject()
    try:
        liar.rpc = other.rpc = lambda request: [result(request, True)]
        (project, _) = make_projects([liar.address, other.address])
        app = start_app("--project", liar.address, "--project", other.address)
        with app.browser() as browser:
            answer = browser.post(f"/projects/{project.id}/sign-in/request", json={"email": "carol@example.org"})
            assert answer.json()["result"] is True
            # What leads to one desk alone is not there: the app has many.
            for path in ("sign-in/redeem", "sign-in/link", "sign-out", "unsubscribe"):
                assert browser.post(f"/{path}", json={}).status_code == 404
        assert any(b"carol@example.org" in request for request in liar.requests)
        assert other.requests == []
    finally:
        other.close()
