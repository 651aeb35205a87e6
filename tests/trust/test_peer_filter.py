"""The `ADMIN_SECRETS` gate of the page's daemon: real peers of many addresses, and a supervisor that comes and goes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection, HTTPException

import pytest

from hero_assistance_httpd.peer_filter import REFUSAL
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.trust.harness import Supervised, connection, get, head, received
from tests.ui.daemons import Desk, answers, desk, eventually, http

# What an operator is promised: 30 s to read the list, and a sweep of what is open.
REMOVED_S = 60.0
DOCTOR = [sys.executable, "-m", "hero_assistance", "doctor", "--json"]


@pytest.fixture
def page(paths: Paths, hero_env: dict[str, str]) -> Iterator[Desk]:
    """A desk whose daemons the test starts."""
    with desk(paths.root, hero_env) as made:
        yield made


def _address(page: Desk, *arguments: str) -> str:
    page.start_ui(*(arguments or ("--tcp", "127.0.0.1:0")))
    return page.tcp_of_ui()


def _statuses(address: str, *sources: str) -> list[int]:
    return [get(address, source) for source in sources]


def test_while_nothing_is_set_everybody_may_enter(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    address = _address(page)
    assert _statuses(address, "127.0.0.1", "127.0.0.2", "127.9.9.9") == [200, 200, 200]
    assert "access.open" in page.log_of("hero_assistance_ui").read_text()


@pytest.mark.parametrize("bound", ["127.0.0.1:0", "0"], ids=["ipv4", "mapped"])
def test_only_the_list_may_enter(page: Desk, embedded: Supervised, bound: str) -> None:
    """A socket of both families sees IPv4 peers mapped into IPv6; they are the same peers."""
    embedded.start()
    embedded.set("ADMIN_SECRETS", " 127.0.0.2 ,, 127.0.1.0/30,junk, 300.1.1.1,\t::ffff:127.0.0.9\n")
    address = _address(page, "--tcp", bound).replace("[::]", "127.0.0.1")
    admitted = ("127.0.0.2", "127.0.1.0", "127.0.1.3", "127.0.0.9")
    refused = ("127.0.0.1", "127.0.0.3", "127.0.1.4")
    assert _statuses(address, *admitted, *refused) == [200] * len(admitted) + [403] * len(refused)
    log = page.log_of("hero_assistance_ui").read_text()
    assert log.count("settings.entry-skipped") == 2
    assert "peer.refused listener=tcp peer=" in log


def test_each_address_of_the_page_has_the_gate(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2")
    page.start_ui("--tcp", "127.0.0.1:0", "--tcp", "127.0.0.1:0")
    lines = page.log_of("hero_assistance_ui").read_text().splitlines()
    addresses = [line.rpartition("address=")[2] for line in lines if "name=tcp" in line]
    assert len(addresses) == 2
    assert [_statuses(address, "127.0.0.1", "127.0.0.2") for address in addresses] == [[403, 200]] * 2


def test_junk_alone_admits_everybody(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("ADMIN_SECRETS", "junk, more junk,")
    assert _statuses(_address(page), "127.0.0.1", "127.0.0.2") == [200, 200]


@pytest.mark.parametrize(
    "sent",
    [b"", b"GET", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 3, b"\x16\x03\x01 no HTTP at all \x00", b"x" * 1_000_000],
    ids=["nothing", "a start", "requests", "other bytes", "a megabyte"],
)
def test_a_refusal_depends_on_nothing_that_is_sent(page: Desk, embedded: Supervised, sent: bytes) -> None:
    """It is there before the first byte, and arrives whole however much is on its way."""
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2")
    with connection(_address(page), "127.0.0.3") as stranger:
        stranger.sendall(sent)
        assert received(stranger) == REFUSAL


def test_a_stranger_who_stays_is_cut_off(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2")
    with connection(_address(page), "127.0.0.3") as stranger:
        assert received(stranger) == REFUSAL
        eventually(lambda: not _takes(stranger, b"x" * 1000), "the connection is cut", 10.0)


def test_callers_on_the_unix_socket_pass(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("ADMIN_SECRETS", "192.0.2.1")
    address = _address(page)
    assert get(address, "127.0.0.1") == 403
    with http(page.paths.socket("ui")) as client:
        assert client.get("/").status_code == 200


def test_hero_proc_decides_where_it_listens(page: Desk, embedded: Supervised, box: Supervised) -> None:
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.3")
    box.start()
    box.set("ADMIN_SECRETS", "127.0.0.2")
    assert _statuses(_address(page), "127.0.0.2", "127.0.0.3") == [200, 403]


def test_supervisor_gone_at_start_gone_later_and_back(page: Desk, embedded: Supervised) -> None:
    """Open with a warning while nothing was ever heard; closed as last heard ever after."""
    address = _address(page)
    log = page.log_of("hero_assistance_ui")
    assert get(address, "127.0.0.3") == 200
    assert "settings.unread" in log.read_text()
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2")
    eventually(lambda: _statuses(address, "127.0.0.2", "127.0.0.3") == [200, 403], "the list is enforced", REMOVED_S)
    embedded.kill()
    assert not answers(embedded.socket)
    assert _statuses(address, "127.0.0.2", "127.0.0.3") == [200, 403]
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.3")
    eventually(lambda: _statuses(address, "127.0.0.2", "127.0.0.3") == [403, 200], "the new list is", REMOVED_S)


@pytest.mark.fault
def test_a_removed_address_is_out_within_a_minute(page: Desk, embedded: Supervised) -> None:
    """By the timers that operators have: its event stream, its kept connection, and its next attempt."""
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2,127.0.0.3")
    page.start_server()
    address = _address(page)
    kept = HTTPConnection(address, source_address=("127.0.0.3", 0), timeout=10)
    with connection(address, "127.0.0.3") as stream, closing(kept):
        stream.sendall(f"GET /projects/hero_assistance/events HTTP/1.1\r\nhost: {address}\r\n\r\n".encode())
        assert head(stream).startswith(b"HTTP/1.1 200")
        assert _answers(kept)
        embedded.set("ADMIN_SECRETS", "127.0.0.2")
        changed = time.monotonic()
        kept.auto_open = 0
        while _answers(kept):
            assert time.monotonic() - changed < REMOVED_S
            time.sleep(1.0)
        assert _is_cut(stream)
        assert time.monotonic() - changed < REMOVED_S
    assert _statuses(address, "127.0.0.2", "127.0.0.3") == [200, 403]


def _answers(kept: HTTPConnection) -> bool:
    """Whether the connection is kept still; a new one is never made."""
    try:
        kept.request("GET", "/health")
        answer = kept.getresponse()
        answer.read()
    except (ConnectionError, HTTPException):
        return False
    return answer.status == 200


def _takes(opened: socket.socket, sent: bytes) -> bool:
    try:
        opened.sendall(sent)
    except ConnectionError:
        return False
    return True


def _is_cut(stream: socket.socket) -> bool:
    try:
        received(stream)
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def test_damaged_secrets_let_no_stranger_in(page: Desk, embedded: Supervised) -> None:
    """The reason is in the log, in the status and in doctor's findings; once mended, the list is as it was."""
    embedded.start()
    embedded.set("ADMIN_SECRETS", "127.0.0.2")
    whole = embedded.secrets_file().read_bytes()
    embedded.secrets_file().write_bytes(whole[:-3])
    address = _address(page)
    assert _statuses(address, "127.0.0.1", "127.0.0.2", "127.0.0.3") == [403] * 3
    with RpcClient(page.paths.socket("ui")) as client:
        health = client.get("/health")
    assert [health["status"], [one["name"] for one in health["conditions"]]] == ["degraded", ["settings-unread"]]
    assert "closed to every address over TCP" in health["conditions"][0]["message"]
    log = page.log_of("hero_assistance_ui").read_text()
    assert "core.json is damaged" in log
    assert "health.degraded condition=settings-unread" in log
    assert "access.open" not in log
    done = subprocess.run(DOCTOR, env=page.env, capture_output=True, text=True, timeout=60, check=False)
    (found,) = [one for one in json.loads(done.stdout)["findings"] if one["check"] == "secrets"]
    assert (found["verdict"], "core.json is damaged" in found["detail"]) == ("fault", True)
    assert "move it away and set the secrets again" in found["hint"]
    embedded.secrets_file().write_bytes(whole)
    eventually(lambda: _statuses(address, "127.0.0.2", "127.0.0.1") == [200, 403], "the list is read again")
    with RpcClient(page.paths.socket("ui")) as client:
        assert client.get("/health")["status"] == "ok"


def test_the_server_binds_no_address_that_the_secret_may_narrow(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("MYCELIUM_BIND", "127.0.0.1")
    embedded.secrets_file().write_text("{")
    page.env["HERO_ASSISTANCE_TCP"] = "0"
    page.start_server()
    with page.client() as client:
        health = client.call("system.health")
    assert (health["tcp"], health["status"]) == (None, "degraded")
    (unbound,) = [one for one in health["conditions"] if "listens on no TCP address" in one["message"]]
    assert "hero_assistance restart" in unbound["hint"]
    assert "core.json is damaged" in page.log_of("hero_assistance_server").read_text()


def test_an_address_that_no_secret_decides_is_bound_all_the_same(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    embedded.set("THEME", "light")
    embedded.secrets_file().write_text("{")
    page.start_server()
    with page.client() as client:
        eventually(lambda: client.call("system.health")["conditions"], "the server says what it cannot know")
        health = client.call("system.health")
    assert (str(health["tcp"]).startswith("127.0.0.1:"), health["tcp_error"]) == (True, None)
    assert [one["message"] for one in health["conditions"]] == [
        "letters wait: the supervisor's secrets cannot be read: it is not known how mail goes out"
    ]
