"""Files in and out over real sockets: who sees them, what is refused, and what is left on the disk."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from hero_assistance_httpd.downloads import POLICY
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.storage.files import Files
from tests.capabilities import sqlite_only
from tests.server.databases import open_store
from tests.server.desk import STOP_S, Desk, running, until
from tests.server.pictures import png
from tests.server.test_media_type import HTML, SVG
from tests.server.uploads import digest, get, kept, post, reason, slowly

pytestmark = pytest.mark.anyio

PICTURE = png(640, 480)


@pytest.fixture
async def filed(desk: Desk) -> Desk:
    """A desk where Carol has filed ticket 1."""
    await desk.call("ticket.create", "carol", title="t", body="b")
    return desk


async def test_a_file_comes_back_as_it_was_sent(desk: Desk) -> None:
    described = await desk.upload("carol", "Bild 1.exe", PICTURE)
    assert described == {
        "attachment_id": 1,
        "name": "Bild 1.exe",
        "size": len(PICTURE),
        "type": "image/png",
        "width": 640,
        "height": 480,
    }
    answer = await get(desk, "carol", 1)
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert dict(answer.headers) == {
        "content-type": "image/png",
        "content-disposition": "inline; filename=\"Bild 1.exe\"; filename*=UTF-8''Bild%201.exe",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "accept-ranges": "bytes",
        "etag": f'"{digest(PICTURE)}"',
        "cache-control": "private, no-cache",
        "content-length": str(len(PICTURE)),
    }
    assert await desk.call("attachment.get", "carol", attachment_id=1) == described
    assert kept(desk.paths) == [digest(PICTURE)]


@pytest.mark.parametrize("content", [HTML, SVG, b"%PDF-1.7", b"\x00\x01"])
async def test_what_is_no_picture_is_a_download(desk: Desk, content: bytes) -> None:
    """Also when it says so by its name and by its header."""
    await desk.http().post(
        "/attachments?name=a.html", content=content, headers={**desk.headers("carol"), "content-type": "text/html"}
    )
    answer = await get(desk, "carol", 1)
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert "html" not in answer.headers["content-type"]
    assert "svg" not in answer.headers["content-type"]


async def test_an_upload_is_its_uploaders_until_a_message_shows_it(filed: Desk) -> None:
    await filed.upload("carol", "a")
    everybody = ("carol", "dave", "bob", "alice")
    assert [(await get(filed, user, 1)).status_code for user in everybody] == [200, 404, 404, 404]
    assert [one["attachment_id"] for one in (await filed.call("attachment.list", "carol"))["attachments"]] == [1]
    for thief in ("dave", "bob"):
        with pytest.raises(RpcFailure) as refused:
            await filed.call("ticket.create", thief, title="t", body="b", attachments=[1])
        assert refused.value.remote_reason == "not-found"
    reply = await filed.call("message.reply", "carol", ticket_id=1, body="b", attachments=[1])
    assert [one["attachment_id"] for one in reply["attachments"]] == [1]
    assert [(await get(filed, user, 1)).status_code for user in everybody] == [200, 404, 200, 200]
    assert (await filed.call("attachment.list", "carol"))["attachments"] == []
    again: dict[str, dict[str, Any]] = {
        "attachment.delete": {"attachment_id": 1},
        "message.reply": {"ticket_id": 1, "body": "b", "attachments": [1]},
    }
    for method, params in again.items():
        with pytest.raises(RpcFailure) as refused:
            await filed.call(method, "carol", **params)
        assert refused.value.remote_reason == "not-found"


async def test_a_notes_attachment_is_the_teams(filed: Desk) -> None:
    await filed.upload("bob", "a")
    await filed.call("message.note", "bob", ticket_id=1, body="b", attachments=[1])
    assert [(await get(filed, user, 1)).status_code for user in ("carol", "dave", "bob", "alice")] == [
        404,
        404,
        200,
        200,
    ]
    with pytest.raises(RpcFailure):
        await filed.call("attachment.get", "carol", attachment_id=1)


async def test_a_collaborator_sees_it_while_they_are_one(filed: Desk) -> None:
    await filed.upload("carol", "a")
    await filed.call("ticket.create", "carol", title="t", body="b", attachments=[1])
    assert (await get(filed, "dave", 1)).status_code == 404
    await filed.call("ticket.invite", "bob", ticket_id=2, user_id="dave")
    assert (await get(filed, "dave", 1)).status_code == 200
    await filed.call("ticket.uninvite", "bob", ticket_id=2, user_id="dave")
    assert (await get(filed, "dave", 1)).status_code == 404


async def test_attachments_go_with_the_text_they_belong_to(filed: Desk) -> None:
    """Through merging, splitting and editing."""
    for name in ("ticket", "reply"):
        await filed.upload("carol", name)
    await filed.call("ticket.create", "carol", title="t", body="b", attachments=[1])
    reply = await filed.call("message.reply", "carol", ticket_id=2, body="b", attachments=[2])
    edited = await filed.call("message.edit", "carol", message_id=reply["message_id"], body="c")
    assert edited["attachments"] == reply["attachments"]
    await filed.call("ticket.merge", "bob", ticket_id=2, into=1)
    thread = (await filed.call("message.list", "carol", ticket_id=1))["messages"]
    assert [[one["name"] for one in message["attachments"]] for message in thread] == [["ticket"], ["reply"]]
    part = await filed.call("ticket.split", "bob", ticket_id=1, message_ids=[1], title="part")
    await filed.call("ticket.invite", "bob", ticket_id=part["ticket_id"], user_id="dave")
    assert [(await get(filed, "dave", one)).status_code for one in (1, 2)] == [404, 200]


@pytest.mark.parametrize("method", ["message.reply", "message.note"])
async def test_a_picture_says_enough(filed: Desk, method: str) -> None:
    upload = await filed.upload("bob", "shot.png", png(3, 2))
    sent = await filed.call(method, "bob", ticket_id=1, body="", attachments=[upload["attachment_id"]])
    assert (sent["body"], [one["name"] for one in sent["attachments"]]) == ("", ["shot.png"])
    for blank in ("", " \n\t"):
        with pytest.raises(RpcFailure, match="do not fit") as refused:
            await filed.call(method, "bob", ticket_id=1, body=blank)
        assert "a message needs a text or an attachment" in str(refused.value.data)


async def test_as_many_as_the_project_takes(filed: Desk) -> None:
    for number in range(11):
        await filed.upload("carol", str(number), b"the same")
    assert kept(filed.paths) == [digest(b"the same")]
    ids = list(range(1, 12))
    with pytest.raises(RpcFailure) as refused:
        await filed.call("message.reply", "carol", ticket_id=1, body="b", attachments=ids)
    assert refused.value.remote_reason == "too-large"
    # The same one twice counts once.
    reply = await filed.call("message.reply", "carol", ticket_id=1, body="b", attachments=[*ids[:10], 1])
    assert len(reply["attachments"]) == 10


async def test_a_deleted_upload_leaves_no_file(desk: Desk) -> None:
    await desk.upload("carol", "a", b"mine")
    await desk.upload("dave", "b", b"mine")
    await desk.call("attachment.delete", "carol", attachment_id=1)
    assert kept(desk.paths) == [digest(b"mine")]
    assert (await get(desk, "dave", 2)).content == b"mine"
    await desk.call("attachment.delete", "dave", attachment_id=2)
    assert kept(desk.paths) == []
    # A number never names another file later on.
    assert (await desk.upload("carol", "c"))["attachment_id"] == 3


async def test_parts_and_what_is_known_already(desk: Desk) -> None:
    content = bytes(range(256)) * 1000
    await desk.upload("carol", "a", content)
    tag = f'"{digest(content)}"'
    part = await get(desk, "carol", 1, range="bytes=70000-139999")
    assert (part.status_code, part.content) == (206, content[70_000:140_000])
    assert part.headers["content-range"] == f"bytes 70000-139999/{len(content)}"
    assert (await get(desk, "carol", 1, range="bytes=-5")).content == content[-5:]
    assert (await get(desk, "carol", 1, range="bytes=-5", if_range=tag)).status_code == 206
    assert (await get(desk, "carol", 1, range="bytes=-5", if_range='"other"')).content == content
    several = await get(desk, "carol", 1, range="bytes=0-1,5-6")
    assert (several.status_code, several.headers["content-range"]) == (416, f"bytes */{len(content)}")
    known = await get(desk, "carol", 1, if_none_match=f'"x", W/{tag}')
    assert (known.status_code, known.content) == (304, b"")
    head = await desk.http().head("/attachments/1", headers={**desk.headers("carol"), "range": "bytes=0-1"})
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(content)), b"")
    # Nobody learns by a tag whether there is a file that they may not see.
    assert (await get(desk, "dave", 1, if_none_match=tag)).status_code == 404


async def test_an_empty_file_is_a_file(desk: Desk) -> None:
    assert (await desk.upload("carol", "a", b""))["size"] == 0
    answer = await get(desk, "carol", 1)
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert (await get(desk, "carol", 1, range="bytes=0-")).status_code == 416


@pytest.mark.parametrize(
    "query",
    ["", "name=", "name=%20", "name=a%00", "name=a%0Ab", "name=%FF", "name=a&name=b", "other=a", "name=" + "x" * 256],
)
async def test_a_file_needs_a_name(desk: Desk, query: str) -> None:
    answer = await post(desk, b"content", query=query)
    assert (answer.status_code, reason(answer)) == (400, "invalid-params")
    assert kept(desk.paths) == []


@pytest.mark.parametrize("path", ["0", "2", "-1", "1x", "9" * 40, "%D9%A1", "1/2"])
async def test_what_is_not_there_is_not_found(desk: Desk, path: str) -> None:
    await desk.upload("carol", "a")
    answer = await desk.http().get(f"/attachments/{path}", headers=desk.headers("carol"))
    assert answer.status_code == 404


async def test_too_large_is_refused_however_it_is_sent(desk: Desk) -> None:
    """With its length told before, and without; and the one who sends reads why."""
    size = ProjectSettings().attachment_bytes + 1
    for content in (bytes(size), slowly(size)):
        answer = await post(desk, content)
        assert (answer.status_code, reason(answer)) == (413, "too-large")
    assert kept(desk.paths) == []
    assert (await post(desk, bytes(size - 1))).status_code == 201


async def test_the_project_sets_the_limits(paths: Paths) -> None:
    async with open_store(paths.data, clock=lambda: datetime.now(UTC), publish=lambda _: None) as store:
        limits = ProjectSettings(attachment_bytes=10, attachments_per_message=1)
        await store.write(lambda work: work.project.save_changes(ProjectSettings(), limits))
    async with running(paths) as desk:
        assert [(await post(desk, bytes(size))).status_code for size in (10, 11, 10)] == [201, 413, 201]
        with pytest.raises(RpcFailure):
            await desk.call("ticket.create", "carol", title="t", body="b", attachments=[1, 2])
        listed = await desk.call("attachment.list", "carol")
        assert (listed["most_bytes"], listed["most_at_once"]) == (10, 1)


@pytest.mark.parametrize("head", [b"content-length: 1000\r\n\r\n", b"transfer-encoding: chunked\r\n\r\n3e8\r\n"])
async def test_a_sender_that_leaves_leaves_nothing(desk: Desk, head: bytes) -> None:
    """In the middle of what it has promised, by its length or by a chunk."""
    _reader, writer = await asyncio.open_unix_connection(str(desk.paths.socket("rpc")))
    writer.write(b"POST /attachments?name=a HTTP/1.1\r\nhost: localhost\r\nx-dev-user: carol\r\n" + head + bytes(500))
    await writer.drain()
    await until(lambda: kept(desk.paths) == [".incoming"])
    writer.close()
    await until(lambda: kept(desk.paths) == [])
    assert (await desk.call("attachment.list", "carol"))["attachments"] == []


async def test_more_than_its_length_is_not_taken(desk: Desk) -> None:
    reader, writer = await asyncio.open_unix_connection(str(desk.paths.socket("rpc")))
    head = b"POST /attachments?name=a HTTP/1.1\r\nhost: localhost\r\nx-dev-user: carol\r\ncontent-length: 3\r\n\r\n"
    writer.write(head + b"abcdef\r\n\r\n")
    async with asyncio.timeout(STOP_S):
        answers = await reader.read()
    writer.close()
    # What follows the body is another request, and none that can be read.
    assert [int(status) for status in re.findall(rb"HTTP/1.1 (\d+)", answers)] == [201, 400]
    listed = (await desk.call("attachment.list", "carol"))["attachments"]
    assert [one["size"] for one in listed] == [3]


async def test_two_of_the_same_at_once_are_one_file(desk: Desk) -> None:
    content = bytes(1_000_000)
    answers = await asyncio.gather(*(post(desk, content, user) for user in ("carol", "dave") for _ in range(4)))
    assert sorted(answer.json()["attachment_id"] for answer in answers) == list(range(1, 9))
    assert kept(desk.paths) == [digest(content)]


async def test_one_person_cannot_keep_the_others_from_sending(desk: Desk) -> None:
    opened = [await asyncio.open_unix_connection(str(desk.paths.socket("rpc"))) for _ in range(8)]
    for _, writer in opened:
        writer.write(
            b"POST /attachments?name=a HTTP/1.1\r\nhost: localhost\r\nx-dev-user: carol\r\ncontent-length: 9\r\n\r\nabc"
        )
    await until(lambda: kept(desk.paths) == [".incoming"] * 8)
    refused = await post(desk, b"more")
    assert (refused.status_code, reason(refused)) == (503, "unavailable")
    assert (await post(desk, b"more", "dave")).status_code == 201
    for _, writer in opened:
        writer.close()
    await until(lambda: kept(desk.paths) == [digest(b"more")])
    assert (await post(desk, b"more")).status_code == 201


async def test_over_tcp_the_same_rules_hold(paths: Paths) -> None:
    async with running(paths, tcp="127.0.0.1:0") as desk:
        address = (await desk.call("system.health"))["tcp"]
        async with httpx2.AsyncClient(base_url=f"http://{address}", trust_env=False) as http:
            sent = await http.post("/attachments?name=a", content=b"content", headers=desk.headers("carol"))
            assert sent.status_code == 201
            assert (await http.get("/attachments/1", headers=desk.headers("carol"))).content == b"content"
            assert (await http.get("/attachments/1", headers=desk.headers("dave"))).status_code == 404
            page = {**desk.headers("carol"), "origin": "http://evil.example"}
            assert (await http.post("/attachments?name=a", content=b"", headers=page)).status_code == 403


@sqlite_only("damages a file in the folder of attachments")
async def test_a_file_that_is_gone_is_an_error_that_says_so(desk: Desk) -> None:
    await desk.upload("carol", "a", b"content")
    path = Files(desk.paths.data / "attachments").path(digest(b"content"))
    path.unlink()
    answer = await get(desk, "carol", 1)
    assert (answer.status_code, reason(answer)) == (503, "store-unavailable")
    path.write_bytes(b"con")
    with pytest.raises(httpx2.HTTPError):
        await get(desk, "carol", 1)
