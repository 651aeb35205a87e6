"""Attachments as tests see them: sent and fetched over HTTP, and as files on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2

from hero_assistance_sdk.paths import Paths
from tests.capabilities import PROC, require
from tests.server.databases import execute, find_database
from tests.server.desk import Desk


def kept(paths: Paths) -> list[str]:
    """The files that are stored, by digest, and an `.incoming` for each that this process is receiving."""
    if find_database(paths.data) is not None:
        stored = [sha256 for (sha256,) in execute(paths.data, "SELECT sha256 FROM stored_files")]
        return sorted([".incoming"] * _count_unnamed(paths.data) + stored)
    found = (paths.data / "attachments").glob("*/*")
    return sorted(
        path.parent.name if path.parent.name.startswith(".") else path.parent.name + path.name for path in found
    )


def _count_unnamed(folder: Path) -> int:
    """How many files on the disk of a folder this process has open that no name leads to."""
    require(PROC)
    found = [str(opened.readlink()) for opened in Path("/proc/self/fd").iterdir() if opened.is_symlink()]
    return sum(name.startswith(f"{folder}/") and name.endswith(" (deleted)") for name in found)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def get(desk: Desk, user: str | None, attachment_id: int, **headers: str) -> httpx2.Response:
    sent = {**desk.headers(user), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await desk.http().get(f"/attachments/{attachment_id}", headers=sent)


async def post(desk: Desk, content: Any, user: str | None = "carol", query: str = "name=a") -> httpx2.Response:
    return await desk.http().post(f"/attachments?{query}", content=content, headers=desk.headers(user))


def reason(response: httpx2.Response) -> Any:
    return response.json()["error"]["data"]["reason"]


async def slowly(size: int) -> AsyncIterator[bytes]:
    """So many bytes and some, in pieces of unknown number."""
    for _ in range(size // 65_536 + 1):
        yield bytes(65_536)
