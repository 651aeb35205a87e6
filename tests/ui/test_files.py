"""Files through the page's socket: in and out in the caller's name, and nothing that a server sends runs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hero_assistance_httpd.downloads import POLICY
from hero_assistance_sdk.limits import SETTING
from hero_assistance_ui.relays.files import make_file_headers
from tests.server.pictures import png
from tests.ui.daemons import Desk, desk, http, picked, plain_environment

FILES = "/projects/hero_assistance/attachments"
BYTES = {"content-type": "application/octet-stream"}
CAROL = picked("carol")


def _upload(client: httpx2.Client, content: Any, **headers: str) -> httpx2.Response:
    sent = {**BYTES, **CAROL, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.post(f"{FILES}?name=F%C3%BC%C3%9Fe%20%26.txt", content=content, headers=sent)


def test_a_file_goes_in_and_out_in_the_callers_name(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        sent = _upload(client, b"content" * 100_000)
        assert (sent.status_code, sent.json()["name"], sent.json()["type"]) == (201, "Füße &.txt", "text/plain")
        where = f"{FILES}/{sent.json()['attachment_id']}"
        answer = client.get(where, headers=CAROL)
        assert (answer.status_code, answer.content) == (200, b"content" * 100_000)
        assert answer.headers["content-disposition"].startswith("attachment; ")
        assert answer.headers["content-disposition"].endswith("''F%C3%BC%C3%9Fe%20&.txt")
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.get(where, headers=picked("dave")).status_code == 404
        part = client.get(where, headers={**CAROL, "range": "bytes=3-8"})
        assert (part.status_code, part.content) == (206, b"tentco")
        assert client.get(where, headers={**CAROL, "if-none-match": answer.headers["etag"]}).status_code == 304
        assert client.get(where, headers={**CAROL, "range": "bytes=0-1,3-4"}).status_code == 416
        head = client.head(where, headers=CAROL)
        assert (head.content, head.headers["content-length"]) == (b"", "700000")


def test_a_picture_is_shown_in_place(dev_desk: Desk) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        sent = _upload(client, png(4, 5)).json()
        answer = client.get(f"{FILES}/{sent['attachment_id']}", headers=CAROL)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("inline; ")


def test_a_quota_and_a_rate_are_told_with_what_to_do(hero_root: Path) -> None:
    env = plain_environment(hero_root) | {SETTING: "files_per_hour=3"}
    with desk(hero_root, env) as made:
        made.start_server()
        made.start_ui()
        made.call("alice", "project.update", files_bytes_per_customer=10)
        with http(made.paths.socket("ui")) as client:
            assert _upload(client, b"12345678").status_code == 201
            full = _upload(client, b"12345678")
            assert (full.status_code, full.json()["error"]["data"]["reason"]) == (507, "quota-full")
            assert full.json()["error"]["data"]["hint"] == "send a link, or ask the team to raise the limit"
            assert _upload(client, b"1").status_code == 201
            often = _upload(client, b"1")
    assert (often.status_code, often.json()["error"]["data"]["reason"]) == (429, "too-often")
    assert often.headers["retry-after"] == str(often.json()["error"]["data"]["retry_after"])


@pytest.mark.parametrize("told", [True, False])
def test_what_the_server_refuses_is_told(dev_desk: Desk, told: bool) -> None:
    size = 10 * 1024 * 1024 + 1

    def pieces() -> Iterator[bytes]:
        for _ in range(size // 65_536 + 1):
            yield bytes(65_536)

    with http(dev_desk.paths.socket("ui")) as client:
        answer = _upload(client, bytes(size) if told else pieces())
    assert (answer.status_code, answer.json()["error"]["data"]["reason"]) == (413, "too-large")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://evil.example"},
    ],
)
def test_a_form_of_another_site_uploads_nothing(dev_desk: Desk, headers: dict[str, str]) -> None:
    with http(dev_desk.paths.socket("ui")) as client:
        answer = client.post(f"{FILES}?name=a", content=b"", headers={**BYTES, **CAROL, **headers})
    assert answer.status_code == 403


@pytest.mark.parametrize("given", ["text/html", "image/svg+xml", "image/png; x", "", "IMAGE/PNG"])
def test_a_strangers_server_cannot_have_a_file_run(given: str) -> None:
    said = {"Content-Type": given, "content-disposition": "inline", "content-security-policy": "", "set-cookie": "a=b"}
    headers = make_file_headers((name.encode(), value.encode()) for name, value in said.items())
    assert headers[b"content-disposition"] == b"attachment"
    assert headers[b"content-security-policy"] == POLICY.encode()
    assert headers[b"content-type"] in {b"application/octet-stream", b"image/png"}
    assert b"set-cookie" not in headers


@pytest.mark.parametrize("text", ["naïve→".encode(), b"\xff"])
def test_what_a_strangers_server_says_of_a_file_may_hold_any_bytes(text: bytes) -> None:
    """They are passed on unchanged; a name that is not ours is not passed on at all."""
    named = b'inline; filename="' + text + b"\"; filename*=UTF-8''a"
    headers = make_file_headers([(b"etag", text), (b"content-type", b"image/png"), (b"content-disposition", named)])
    assert (headers[b"etag"], headers[b"content-disposition"]) == (text, b"attachment")


def test_a_server_that_breaks_off_gives_no_whole_file(dev_desk: Desk) -> None:
    """The length was promised, so the browser misses what does not come."""
    content = b"half of it is gone" * 1000
    with http(dev_desk.paths.socket("ui")) as client:
        sent = _upload(client, content).json()
        name = hashlib.sha256(content).hexdigest()
        (dev_desk.paths.data / "attachments" / name[:2] / name[2:]).write_bytes(content[:9000])
        with pytest.raises(httpx2.HTTPError):
            client.get(f"{FILES}/{sent['attachment_id']}", headers=CAROL)
        assert client.get("/health").status_code == 200


def test_without_a_server_the_page_says_so(own_desk: Desk) -> None:
    own_desk.daemons[0].end()
    with http(own_desk.paths.socket("ui")) as client:
        assert client.get(f"{FILES}/1", headers=CAROL).status_code == 502
        assert _upload(client, bytes(1000)).status_code == 502
