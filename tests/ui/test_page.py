"""What the page's daemon serves: the document, its files, and what every answer carries."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.ui.daemons import Desk, http


@pytest.fixture
def socket(dev_desk: Desk) -> Iterator[httpx2.Client]:
    with http(dev_desk.paths.socket("ui")) as client:
        yield client


def _configuration(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="configuration">(.*?)</script>', page, re.DOTALL)
    assert found
    loaded: dict[str, object] = json.loads(found[1])
    return loaded


def test_the_document_holds_its_configuration(socket: httpx2.Client) -> None:
    page = socket.get("/").text
    assert _configuration(page) == {
        "projects": [{"id": "hero_assistance", "name": "Support"}],
        "picker": "hero_dev_user",
        "firstUser": None,
    }


def test_every_address_in_the_document_is_relative(socket: httpx2.Client) -> None:
    page = socket.get("/").text
    addresses = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert addresses
    assert not [address for address in addresses if address.startswith("/") or ":" in address]


def test_every_file_of_the_document_is_there_and_kept_forever(socket: httpx2.Client) -> None:
    page = socket.get("/").text
    imports = json.loads(re.findall(r'<script type="importmap">(.*?)</script>', page)[0])["imports"]
    addresses = {*re.findall(r'(?:href|src)="([^"]+)"', page), *imports.values()}
    for address in addresses:
        answer = socket.get(f"/{address.removeprefix('./')}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_this_address_and_the_import_map_alone(socket: httpx2.Client) -> None:
    answer = socket.get("/")
    policy = answer.headers["content-security-policy"]
    import_map = re.findall(r'<script type="importmap">(.*?)</script>', answer.text)[0]
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy


def test_no_script_stands_in_the_document_but_data(socket: httpx2.Client) -> None:
    kinds = re.findall(r"<script([^>]*)>", socket.get("/").text)
    inline = [kind for kind in kinds if "src=" not in kind]
    assert sorted(inline) == [' type="application/json" id="configuration"', ' type="importmap"']


@pytest.mark.parametrize("path", ["/", "/health", "/static/nothing/here.js", "/projects/none/events"])
def test_every_answer_is_safe_to_receive(socket: httpx2.Client, path: str) -> None:
    answer = socket.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_file_of_another_release_is_not_there(socket: httpx2.Client) -> None:
    assert socket.get("/static/0123456789abcdef/js/main.js").status_code == 404


def test_nothing_outside_of_the_files_is_served(socket: httpx2.Client) -> None:
    digest = re.findall(r"static/([0-9a-f]+)/", socket.get("/").text)[0]
    for path in ("..%2fpage.html", "%2e%2e%2fapplication.py", "/etc/hostname", "js", "js/"):
        assert socket.get(f"/static/{digest}/{path}").status_code == 404
    assert socket.get("/static/").status_code == 404


def test_the_licence_of_each_part_from_npm_is_served_beside_it(socket: httpx2.Client) -> None:
    digest = re.findall(r"static/([0-9a-f]+)/", socket.get("/").text)[0]
    for part in ("preact", "signals", "signals-core", "htm", "inter"):
        assert socket.get(f"/static/{digest}/vendor/{part}.LICENSE").status_code == 200


def test_health_does_not_depend_on_the_ticket_server(own_desk: Desk) -> None:
    own_desk.daemons[0].end()
    with http(own_desk.paths.socket("ui")) as client:
        assert client.get("/health").json()["status"] == "ok"


def test_the_manifest_says_that_this_is_a_page(socket: httpx2.Client) -> None:
    manifest = socket.get("/.well-known/heroservice.json").json()
    assert manifest["protocol"] == "ui"
    assert manifest["name"] == "hero_assistance"
    assert manifest["socket"] == "ui.sock"


def test_a_browser_socket_answers_no_rpc_of_its_own(socket: httpx2.Client) -> None:
    assert socket.post("/rpc", json={"jsonrpc": "2.0", "id": 1, "method": "system.health"}).status_code == 404


def test_the_prefix_of_a_router_becomes_the_base_of_the_document(socket: httpx2.Client) -> None:
    page = socket.get("/", headers={"x-forwarded-prefix": "/hero_assistance/ui"}).text
    assert '<base href="/hero_assistance/ui/">' in page


@pytest.mark.parametrize("prefix", ['/"><script>', "//elsewhere.example", "https://elsewhere.example", "/a b"])
def test_a_prefix_that_is_none_is_not_believed(socket: httpx2.Client, prefix: str) -> None:
    assert "<base" not in socket.get("/", headers={"x-forwarded-prefix": prefix}).text


def test_over_tcp_no_prefix_is_believed(dev_desk: Desk) -> None:
    answer = httpx2.get(f"http://{dev_desk.tcp_of_ui()}/", headers={"x-forwarded-prefix": "/elsewhere"})
    assert "<base" not in answer.text
