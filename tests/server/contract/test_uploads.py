"""Uploads and downloads over HTTP, on each engine: what is refused, what comes back, and what is left."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from typing import cast

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from hero_assistance_sdk.wire import AttachmentId
from hero_assistance_server.attachments.download import Download
from hero_assistance_server.attachments.service import delete_upload
from hero_assistance_server.attachments.upload import Upload
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.changes import CAROL

pytestmark = pytest.mark.anyio

LIMIT = 700_000
CONTENT = os.urandom(600_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
async def files(storage: Storage) -> FileStorage:
    """A storage whose project takes files of `LIMIT` bytes."""
    before = ProjectSettings()
    await storage.write(lambda work: work.project.save_changes(before, ProjectSettings(attachment_bytes=LIMIT)))
    return cast(FileStorage, storage)


@pytest.fixture
async def client(files: FileStorage) -> AsyncIterator[httpx2.AsyncClient]:
    """Carol's client."""

    async def find_caller(_request: Request) -> Caller:
        return Caller(CAROL)

    upload, download = Upload(files, find_caller, Admission()), Download(files, find_caller)
    routes = [
        Route("/attachments", upload, methods=["POST"]),
        Route("/attachments/{attachment_id}", download, methods=["GET"]),
    ]
    transport = httpx2.ASGITransport(app=Starlette(routes=routes))
    async with httpx2.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def send(client: httpx2.AsyncClient, content: bytes) -> httpx2.Response:
    return await client.post("/attachments?name=trace.bin", content=content)


async def list_files(files: FileStorage, digest: str) -> list[str]:
    groups = await files.in_thread(files.files.groups)
    return await files.in_thread(files.files.digests, digest[:2]) if digest[:2] in groups else []


async def test_a_file_comes_back_whole_and_in_parts(client: httpx2.AsyncClient) -> None:
    assert (await send(client, CONTENT)).status_code == 201
    whole = await client.get("/attachments/1")
    assert (whole.status_code, whole.content, whole.headers["etag"]) == (200, CONTENT, f'"{DIGEST}"')
    part = await client.get("/attachments/1", headers={"range": "bytes=262140-262150"})
    assert (part.status_code, part.content) == (206, CONTENT[262140:262151])
    rest = await client.get("/attachments/1", headers={"range": "bytes=500000-", "if-range": f'"{DIGEST}"'})
    assert (rest.status_code, rest.content) == (206, CONTENT[500_000:])
    behind = await client.get("/attachments/1", headers={"range": "bytes=600000-"})
    assert behind.status_code == 416


async def test_what_is_too_large_is_refused_and_leaves_nothing(client: httpx2.AsyncClient, files: FileStorage) -> None:
    content = os.urandom(LIMIT + 1)
    assert (await send(client, content)).status_code == 413
    assert await list_files(files, hashlib.sha256(content).hexdigest()) == []
    assert (await send(client, content[:LIMIT])).status_code == 201


async def test_a_file_that_is_sent_again_is_one_file(client: httpx2.AsyncClient, files: FileStorage) -> None:
    answers = await asyncio.gather(*(send(client, CONTENT) for _ in range(3)))
    assert sorted(answer.json()["attachment_id"] for answer in answers) == [1, 2, 3]
    assert await list_files(files, DIGEST) == [DIGEST]
    stored = await files.read(lambda snapshot: snapshot.attachments.stored_bytes(CAROL.user_id))
    assert (stored.uploader, stored.project) == (3 * len(CONTENT), len(CONTENT))


async def test_a_file_that_does_not_fit_the_quota_is_not_kept(client: httpx2.AsyncClient, files: FileStorage) -> None:
    small = ProjectSettings(attachment_bytes=LIMIT, files_bytes_per_customer=100)
    before = ProjectSettings(attachment_bytes=LIMIT)
    await files.write(lambda work: work.project.save_changes(before, small))
    assert (await send(client, CONTENT)).status_code >= 400
    assert await list_files(files, DIGEST) == []


async def test_a_deleted_upload_leaves_no_file(client: httpx2.AsyncClient, files: FileStorage) -> None:
    await send(client, CONTENT)
    await files.write(lambda work: delete_upload(work, Caller(CAROL), AttachmentId(1)))
    assert await delete_unnamed_files(files, [DIGEST]) == 1
    assert (await client.get("/attachments/1")).status_code == 404


async def test_a_file_that_is_gone_is_an_error_that_says_so(client: httpx2.AsyncClient, files: FileStorage) -> None:
    await send(client, CONTENT)
    assert await files.read(lambda _snapshot: files.files.discard([DIGEST], list)) == 1
    answer = await client.get("/attachments/1")
    assert (answer.status_code, answer.json()["error"]["data"]["reason"]) == (503, "store-unavailable")
