"""`/admin/whitelist`: admins read and change who may open the page, and do not lock themselves out by mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.paths import Paths
from hero_assistance_ui.access_list import BODY_LIMIT, LONGEST_LIST, PATH
from tests.trust.harness import Supervised, get
from tests.ui.daemons import Desk, desk, http, picked

ADMINS = "ADMIN_SECRETS"


@pytest.fixture
def supervisor(embedded: Supervised) -> Supervised:
    embedded.start()
    return embedded


def _started(paths: Paths, env: dict[str, str], auth_mode: str) -> Iterator[Desk]:
    with desk(paths.root, env, auth_mode) as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        yield made


@pytest.fixture
def page(supervisor: Supervised, paths: Paths, hero_env: dict[str, str]) -> Iterator[Desk]:
    """Server and page in dev mode, with a supervisor."""
    yield from _started(paths, hero_env, "dev")


@pytest.fixture
def hero_page(supervisor: Supervised, paths: Paths, hero_env: dict[str, str]) -> Iterator[Desk]:
    """Server and page in hero mode, with a supervisor."""
    yield from _started(paths, hero_env, "hero")


@pytest.fixture
def tcp(page: Desk) -> Iterator[httpx2.Client]:
    """A client whose peer address is 127.0.0.1; in dev mode, who picked nobody is the admin."""
    with httpx2.Client(base_url=f"http://{page.tcp_of_ui()}", trust_env=False, timeout=10.0) as client:
        yield client


def _reason(answer: httpx2.Response) -> Any:
    return answer.json()["error"]["data"]["reason"]


def test_a_list_is_written_through_and_holds_at_once(page: Desk, tcp: httpx2.Client, supervisor: Supervised) -> None:
    answer = tcp.put(PATH, json={"entries": [" 127.0.0.1", "10.1.2.3/8"]})
    assert answer.status_code == 200
    shown = {
        "entries": ["127.0.0.1", "10.0.0.0/8"],
        "invalid": [],
        "enforced": True,
        "source": "embedded",
        "current": True,
        "you": "127.0.0.1",
    }
    assert answer.json() == tcp.get(PATH).json() == shown
    assert supervisor.get(ADMINS) == "127.0.0.1,10.0.0.0/8"
    assert get(page.tcp_of_ui(), "127.0.0.2") == 403


def test_an_empty_list_is_no_secret_and_admits_everybody(
    page: Desk, tcp: httpx2.Client, supervisor: Supervised
) -> None:
    assert tcp.put(PATH, json={"entries": ["127.0.0.1"]}).status_code == 200
    opened = tcp.put(PATH, json={"entries": []}).json()
    assert (opened["enforced"], opened["source"]) == (False, "default")
    with pytest.raises(NotFound):
        supervisor.get(ADMINS)
    assert get(page.tcp_of_ui(), "127.0.0.2") == 200


def test_locking_oneself_out_needs_force(page: Desk, tcp: httpx2.Client, supervisor: Supervised) -> None:
    refused = tcp.put(PATH, json={"entries": ["127.0.0.2"]})
    assert (refused.status_code, _reason(refused)) == (409, "conflict")
    assert "force" in refused.json()["error"]["data"]["hint"]
    with pytest.raises(NotFound):
        supervisor.get(ADMINS)
    assert tcp.put(PATH, json={"entries": ["127.0.0.2"], "force": True}).status_code == 200
    assert get(page.tcp_of_ui(), "127.0.0.1") == 403
    assert get(page.tcp_of_ui(), "127.0.0.2") == 200


def test_on_the_unix_socket_nobody_can_lock_himself_out(page: Desk, supervisor: Supervised) -> None:
    with http(page.paths.socket("ui")) as client:
        answer = client.put(PATH, json={"entries": ["192.0.2.1"]})
    assert (answer.status_code, answer.json()["you"]) == (200, None)


def test_who_is_not_on_the_list_does_not_reach_it(page: Desk, tcp: httpx2.Client, supervisor: Supervised) -> None:
    assert tcp.put(PATH, json={"entries": ["127.0.0.1"]}).status_code == 200
    assert get(page.tcp_of_ui(), "127.0.0.2", PATH) == 403
    assert get(page.tcp_of_ui(), "127.0.0.1", PATH) == 200


@pytest.mark.parametrize(("user", "status"), [("alice", 200), ("bob", 403), ("carol", 403), ("mallory", 401)])
def test_only_admins_by_the_picker(page: Desk, tcp: httpx2.Client, user: str, status: int) -> None:
    tcp.headers.update(picked(user))
    assert tcp.get(PATH).status_code == status
    assert tcp.put(PATH, json={"entries": ["127.0.0.1"]}).status_code == status


@pytest.mark.parametrize(("user", "status"), [("alice", 200), ("bob", 403), ("carol", 403), (None, 401)])
def test_only_admins_by_the_edge(hero_page: Desk, user: str | None, status: int) -> None:
    headers = {} if user is None else {"x-hero-user": user}
    with http(hero_page.paths.socket("ui"), headers=headers) as client:
        assert client.get(PATH).status_code == status
        assert client.put(PATH, json={"entries": ["127.0.0.1"]}).status_code == status


def test_over_tcp_the_header_of_the_edge_is_not_believed(hero_page: Desk) -> None:
    address = f"http://{hero_page.tcp_of_ui()}{PATH}"
    answer = httpx2.put(address, json={"entries": []}, headers={"x-hero-user": "alice"}, trust_env=False)
    assert (answer.status_code, _reason(answer)) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"entries": "127.0.0.1"}', 400),
        (b'{"entries": [1]}', 400),
        (b'{"entries": ["junk"]}', 400),
        (b'{"entries": ["127.0.0.1,10.0.0.1"]}', 400),
        (b'{"entries": [], "force": "yes"}', 400),
        (b'{"entries": [], "surplus": 1}', 400),
        (b'{"entries": [%s""]}' % (b'"",' * LONGEST_LIST), 400),
        (b" " * (BODY_LIMIT + 1), 413),
    ],
)
def test_what_is_no_list_changes_nothing(tcp: httpx2.Client, supervisor: Supervised, body: bytes, status: int) -> None:
    answer = tcp.put(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    with pytest.raises(NotFound):
        supervisor.get(ADMINS)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/json", "origin": "http://evil.example"},
        {"content-type": "application/json", "sec-fetch-site": "cross-site"},
        {"content-type": "application/json", "host": "evil.example"},
    ],
)
def test_another_sites_page_cannot_change_it(tcp: httpx2.Client, headers: dict[str, str]) -> None:
    assert tcp.put(PATH, content=b'{"entries": []}', headers=headers).status_code == 403


def test_without_a_supervisor_it_cannot_be_changed(page: Desk, tcp: httpx2.Client, supervisor: Supervised) -> None:
    supervisor.kill()
    answer = tcp.put(PATH, json={"entries": ["127.0.0.1"]})
    assert (answer.status_code, _reason(answer)) == (502, "unreachable")
    assert tcp.get(PATH).json()["entries"] == []
