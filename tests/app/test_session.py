"""Who gets in: one browser, by a link that works once."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.app.program import App


@pytest.fixture
def app(start_app: Callable[..., App]) -> App:
    # Nothing needs to listen there: the door is before the projects.
    return start_app("--project", "127.0.0.1:9")


def test_the_link_leads_to_a_clean_address_with_a_session(app: App) -> None:
    answer = httpx2.get(app.link)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert urlsplit(app.link).query.removeprefix("token=") not in cookie


def test_with_the_session_the_page_is_there(app: App) -> None:
    with app.browser() as browser:
        answer = browser.get("/")
        assert answer.status_code == 200
        assert '<div id="page">' in answer.text


def test_the_link_works_once(app: App) -> None:
    httpx2.get(app.link)
    answer = httpx2.get(app.link)
    assert answer.status_code == 403
    assert "start it again" in answer.text


def test_whoever_is_in_may_follow_the_link_again(app: App) -> None:
    with app.browser() as browser:
        assert browser.get(app.link).status_code == 200


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=guess", "/health", "/projects/x/events", "/static/a/b"])
def test_without_the_session_nothing_is_answered(app: App, path: str) -> None:
    answer = httpx2.get(f"{app.url}{path}")
    assert answer.status_code == 403
    assert "hero_assistance_app" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


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


def test_two_apps_have_cookies_of_their_own(start_app: Callable[..., App]) -> None:
    """Cookies do not know ports, and a browser sends both to both."""
    one, other = (start_app("--project", "127.0.0.1:9") for _ in range(2))
    with httpx2.Client(follow_redirects=True) as browser:
        assert browser.get(one.link).status_code == 200
        assert browser.get(other.link).status_code == 200
        assert browser.get(one.url).status_code == 200
