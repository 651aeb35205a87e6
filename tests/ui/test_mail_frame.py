"""A mail in a frame of the page: what its document may do, whatever a ticket server sends."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hero_assistance_ui.mail_frame import make_policy
from tests.ui.daemons import Desk, desk, http, picked, plain_environment
from tests.ui.stand_in import standing_in

MAILS = "/projects/hero_assistance/mails"
BOB = picked("bob")
MAIL = (
    "From: Erin <erin@example.org>\r\nSubject: Sale\r\nContent-Type: text/html\r\n\r\n"
    "<p onclick='x()'>Now</p><img src='https://shop.example/a.png'>"
)


@pytest.fixture
def mailed(dev_desk: Desk) -> int:
    """The id of a mail, which the same desk takes once."""
    text = MAIL.replace("Sale", f"Sale {time.time_ns()}")
    return int(dev_desk.call("alice", "mail.deliver", text=text)["mail_id"])


def directives(policy: str) -> dict[str, str]:
    named = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: values for name, _blank, values in named}


@pytest.mark.parametrize("loads_pictures", [False, True])
def test_the_policy_lets_nothing_run_or_be_sent(loads_pictures: bool) -> None:
    policy = directives(make_policy(loads_pictures=loads_pictures))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    allowed = set(policy["sandbox"].split())
    assert not allowed & {"allow-scripts", "allow-same-origin", "allow-forms", "allow-top-navigation", "allow-modals"}
    assert policy["img-src"] == ("data: https: http:" if loads_pictures else "data:")
    assert not {"script-src", "connect-src", "frame-src", "style-src"} & set(policy)


def test_pictures_of_the_web_are_loaded_only_when_asked_for(dev_desk: Desk, mailed: int) -> None:
    alice = picked("alice")
    with http(dev_desk.paths.socket("ui")) as client:
        quiet = client.get(f"{MAILS}/{mailed}", headers=alice)
        loud = client.get(f"{MAILS}/{mailed}?pictures=1", headers=alice)
    assert (quiet.status_code, quiet.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<p>Now</p>" in quiet.text
    assert "shop.example" not in quiet.text
    assert quiet.headers["content-security-policy"] == make_policy(loads_pictures=False)
    assert quiet.headers["cache-control"] == "no-store"
    assert quiet.headers["referrer-policy"] == "no-referrer"
    assert "https://shop.example/a.png" in loud.text
    assert loud.headers["content-security-policy"] == make_policy(loads_pictures=True)


@pytest.mark.parametrize("name", ["999", "x", "1" * 30, "-1", "%2e%2e"])
def test_what_cannot_be_shown_is_said_in_the_frame(dev_desk: Desk, name: str) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.get(f"{MAILS}/{name}", headers=BOB)
    assert answer.status_code == 404
    assert "there is no" in answer.text
    assert answer.headers["content-security-policy"] == make_policy(loads_pictures=False)


def test_a_customer_is_refused(dev_desk: Desk, mailed: int) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.get(f"{MAILS}/{mailed}", headers=picked("carol"))
    assert answer.status_code != 200
    assert "Now" not in answer.text


@pytest.mark.parametrize(
    "answer",
    [
        {"result": {"html": "<script>alert(1)</script>"}},
        {"result": {"html": 5}},
        {"result": None},
        {"error": {"message": "<script>alert(1)</script>"}},
        {"error": 7},
    ],
)
def test_whatever_a_server_answers_has_the_policy(hero_root: Path, answer: dict[str, object]) -> None:
    with desk(hero_root, plain_environment(hero_root)) as made, standing_in(made.paths) as server:
        made.start_ui()
        server.answer = lambda *_: {"jsonrpc": "2.0", "id": 0, **answer}  # type: ignore[method-assign]
        with http(made.paths.socket("ui")) as client:
            shown = client.get(f"{MAILS}/1", headers=BOB)
    assert shown.headers["content-security-policy"] == make_policy(loads_pictures=False)
    assert shown.headers["content-type"].startswith("text/html")
    if "result" not in answer or answer["result"] != {"html": "<script>alert(1)</script>"}:
        assert "<script>" not in shown.text
