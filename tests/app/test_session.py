"""Who gets in: one browser, by a link that works once, below a path that no other program learns."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.app.program import App

PATH = re.compile(r"/[\w-]{32}/")


@pytest.fixture
def app(start_app: Callable[..., App]) -> App:
    # Nothing needs to listen there: the door is before the projects.
    return start_app("--project", "127.0.0.1:9")


def cookie_of(answer: httpx2.Response) -> dict[str, str]:
    """The cookie that an answer sets, by its attributes; its own name and value are `name` and `value`."""
    first, *rest = answer.headers["set-cookie"].split("; ")
    name, _, value = first.partition("=")
    attributes = {key.lower(): text for key, _, text in (part.partition("=") for part in rest)}
    return {"name": name, "value": value, **attributes}


def test_the_link_leads_to_another_address_with_a_session(app: App) -> None:
    answer = httpx2.get(app.link)
    assert answer.status_code == 303
    token = urlsplit(app.link).query.removeprefix("token=")
    assert token not in str(answer.headers)
    cookie = cookie_of(answer)
    assert cookie["httponly"] == ""
    assert cookie["samesite"] == "strict"


def test_the_cookie_is_bound_to_a_path_that_cannot_be_guessed(start_app: Callable[..., App]) -> None:
    answers = [httpx2.get(start_app("--project", "127.0.0.1:9").link) for _ in range(2)]
    cookies = [cookie_of(answer) for answer in answers]
    for answer, cookie in zip(answers, cookies, strict=True):
        assert PATH.fullmatch(cookie["path"])
        assert answer.headers["location"].startswith(cookie["path"])
    for part in ("name", "value", "path"):
        assert cookies[0][part] != cookies[1][part]


def test_neither_the_path_nor_the_cookie_is_in_what_the_program_prints(app: App) -> None:
    cookie = cookie_of(httpx2.get(app.link))
    printed = app.link + app.daemon.log.read_text()
    assert not any(cookie[part].strip("/") in printed for part in ("name", "value", "path"))


def test_with_the_session_the_page_is_there(app: App) -> None:
    with app.browser() as browser:
        answer = browser.get("/")
        assert answer.status_code == 200
        assert '<div id="page">' in answer.text
        # Every address in the page is a relative one: it works below the path.
        assert not re.search(r'(?:href|src)="/', answer.text)


def test_the_link_works_once(app: App) -> None:
    httpx2.get(app.link)
    answer = httpx2.get(app.link)
    assert answer.status_code == 403
    assert "start it again" in answer.text


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=guess", "/health", "/projects/x/events", "/static/a/b"])
def test_without_the_session_nothing_is_answered(app: App, path: str) -> None:
    answer = httpx2.get(f"{app.url}{path}")
    assert answer.status_code == 403
    assert "hero_assistance_app" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_right_path_and_a_wrong_one_are_answered_alike_without_the_cookie(app: App) -> None:
    path = httpx2.get(app.link).headers["location"]
    known, unknown = (httpx2.get(f"{app.url}{one}") for one in (path, f"/{'x' * 32}/open"))
    assert known.status_code == unknown.status_code == 403
    assert known.text == unknown.text


def test_the_cookie_is_worth_nothing_at_another_path(app: App) -> None:
    """A thief of the one needs the other too."""
    cookie = cookie_of(httpx2.get(app.link))
    sent = {"cookie": f"{cookie['name']}={cookie['value']}"}
    for path in ("/", "/health", f"/{'x' * 32}/", f"/{'x' * 32}/health"):
        assert httpx2.get(f"{app.url}{path}", headers=sent).status_code == 403


def test_without_the_session_nothing_is_called(app: App) -> None:
    answer = httpx2.post(f"{app.url}/projects/127.0.0.1_9/rpc", json={"jsonrpc": "2.0", "id": 1, "method": "user.me"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    "host", ["rebound.example", "rebound.example:{port}", "127.0.0.1", "localhost:1", "[::1]:{port}"]
)
def test_another_name_is_refused_even_with_the_session(app: App, host: str) -> None:
    port = urlsplit(app.url).port
    with app.browser() as browser:
        answer = browser.get("/", headers={"host": host.format(port=port)})
    assert answer.status_code == 403


def test_localhost_is_a_name_of_this_machine(app: App) -> None:
    port = urlsplit(app.url).port
    with app.browser() as browser:
        assert browser.get("/", headers={"host": f"localhost:{port}"}).status_code == 200


def test_it_listens_on_the_loopback_address_alone(app: App) -> None:
    assert urlsplit(app.url).hostname == "127.0.0.1"


def test_two_apps_have_sessions_of_their_own(start_app: Callable[..., App]) -> None:
    """One browser is in both, and neither takes the other's place."""
    one, other = (start_app("--project", "127.0.0.1:9") for _ in range(2))
    with httpx2.Client(follow_redirects=True) as browser:
        opened = [browser.get(app.link).url for app in (one, other)]
        assert [browser.get(url.join(".")).status_code for url in opened] == [200, 200]
        crossed = opened[0].copy_with(port=urlsplit(other.url).port)
        assert browser.get(crossed).status_code == 403
