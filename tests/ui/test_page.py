"""What the page's daemon serves: the document, its files, and what every answer carries."""

from __future__ import annotations

import base64
import gzip
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


def _addresses(socket: httpx2.Client) -> list[str]:
    found = re.findall(r'(?:href|src)="([^"]+)"', socket.get("/").text)
    assert found
    return found


def _script(socket: httpx2.Client) -> str:
    (address,) = re.findall(r'<script type="module" src="([^"]+)"', socket.get("/").text)
    return str(address)


def _worker(socket: httpx2.Client) -> str:
    (address,) = re.findall(r"static/events_worker-[0-9A-Z]{8}\.js", socket.get("/").text)
    return str(address)


def test_the_document_holds_its_configuration(socket: httpx2.Client) -> None:
    page = socket.get("/").text
    assert _configuration(page) == {
        "name": "Support",
        "projects": [{"id": "hero_assistance", "name": "Support"}],
        "isForeign": False,
        "hasPicker": True,
        "sharesStream": False,
        "signsIn": False,
        "access": None,
        "worker": _worker(socket),
        "embedders": [],
    }


def test_every_address_in_the_document_is_relative(socket: httpx2.Client) -> None:
    assert not [address for address in _addresses(socket) if address.startswith("/") or ":" in address]


def test_every_file_of_the_document_is_there_and_kept_forever(socket: httpx2.Client) -> None:
    for address in _addresses(socket):
        answer = socket.get(f"/{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_allows_this_address_and_the_style_of_the_document_alone(socket: httpx2.Client) -> None:
    answer = socket.get("/")
    policy = answer.headers["content-security-policy"]
    style = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in policy
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert policy.endswith("; frame-ancestors 'self'")
    assert "worker-src 'self';" in policy
    assert "require-trusted-types-for 'script'; trusted-types hero_assistance;" in policy


def test_the_worker_may_connect_to_its_own_address_alone(socket: httpx2.Client) -> None:
    answer = socket.get(f"/{_worker(socket)}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"


def test_the_script_for_other_pages_may_be_loaded_by_them(socket: httpx2.Client) -> None:
    answer = socket.get("/embed.js")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "no-cache"
    again = socket.get("/embed.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/health", "/static/nothing.js"])
def test_nothing_else_may_be_loaded_by_other_pages(socket: httpx2.Client, path: str) -> None:
    assert socket.get(path).headers.get_list("cross-origin-resource-policy") == ["same-origin"]


def test_no_script_stands_in_the_document_but_data(socket: httpx2.Client) -> None:
    kinds = re.findall(r"<script([^>]*)>", socket.get("/").text)
    inline = [kind for kind in kinds if "src=" not in kind]
    assert sorted(inline) == [' type="application/json" id="configuration"']


@pytest.mark.parametrize("path", ["/", "/health", "/static/nothing.js", "/projects/none/events"])
def test_every_answer_is_safe_to_receive(socket: httpx2.Client, path: str) -> None:
    answer = socket.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_a_file_of_another_release_is_not_there(socket: httpx2.Client) -> None:
    assert socket.get("/static/main-01234567.js").status_code == 404


def test_nothing_outside_of_the_files_is_served(socket: httpx2.Client) -> None:
    assert all(re.fullmatch(r"static/[^/]+", address) for address in _addresses(socket))
    for name in ("..%2fpage.html", "%2e%2e%2fapplication.py", "/etc/hostname", "manifest.json", "stamp", ""):
        assert socket.get(f"/static/{name}").status_code == 404


def test_the_licence_of_each_part_from_npm_is_served_beside_it(socket: httpx2.Client) -> None:
    (address,) = re.findall(r'<link rel="license" href="([^"]+)"', socket.get("/").text)
    headings = re.findall(r"^(\S+)$", socket.get(f"/{address}").text, re.MULTILINE)
    for part in ("preact", "@preact/signals", "@preact/signals-core", "@fontsource-variable/inter"):
        assert part in headings


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.5, gzip;q=1.0", "br"),
        ("*", "br"),
        ("*;q=0", None),
        ("gzip;q=0, br;q=0", None),
        ("zstd", None),
        ("gzip;q=oops", None),
        ("", None),
    ],
)
def test_a_script_comes_in_the_best_encoding_that_is_accepted(
    socket: httpx2.Client, accepted: str, expected: str | None
) -> None:
    address = f"/{_script(socket)}"
    plain = socket.get(address, headers={"accept-encoding": "identity"})
    with socket.stream("GET", address, headers={"accept-encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == expected
    assert (answer.headers["vary"], plain.headers["vary"]) == ("accept-encoding", "accept-encoding")
    assert int(answer.headers["content-length"]) == len(raw)
    assert (len(raw) < len(plain.content) / 2) == (expected is not None)
    if expected == "gzip":
        assert gzip.decompress(raw) == plain.content


def test_each_encoding_of_a_script_has_an_entity_tag_of_its_own(socket: httpx2.Client) -> None:
    address = f"/{_script(socket)}"
    tags = [
        socket.get(address, headers={"accept-encoding": name}).headers["etag"] for name in ("br", "gzip", "identity")
    ]
    assert len(set(tags)) == 3
    asked = {"accept-encoding": "gzip", "if-none-match": f'"other", W/{tags[1]}'}
    answer = socket.get(address, headers=asked)
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tags[1])
    assert "immutable" in answer.headers["cache-control"]
    assert socket.get(address, headers={**asked, "accept-encoding": "br"}).status_code == 200


def test_a_font_is_sent_as_it_is(socket: httpx2.Client) -> None:
    """It is compressed already."""
    (address,) = re.findall(r'url\("(static/inter-latin-wght[^"]+)"\)', socket.get("/").text)
    answer = socket.get(f"/{address}", headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers
    assert answer.headers["content-type"] == "font/woff2"


def test_the_document_is_compressed_for_who_accepts_it(socket: httpx2.Client) -> None:
    plain = socket.get("/", headers={"accept-encoding": "identity"})
    with socket.stream("GET", "/", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == plain.content
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert answer.headers["vary"] == plain.headers["vary"] == "accept-encoding, accept-language, cookie"


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
