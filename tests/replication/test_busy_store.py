"""A store that does not answer every request at the first time, as large ones do: a restore goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hero_assistance.replication.errors import ReplicaFailed, TargetBusy
from hero_assistance.replication.s3 import s3_folder
from hero_assistance.replication.s3.s3_folder import S3Folder
from hero_assistance.replication.s3.store import S3Store
from hero_assistance.replication.targets import S3Target
from tests.replication.s3_server import BUCKET, KEY
from tests.replication.test_copier import name_of

CONTENT = b"an attachment"
NAME = name_of(1)
# What breaks off within an answer.
CUT = 0


class Store(ThreadingHTTPServer):
    """Answers each request with the next status of a list, and with the content when that is at its end."""

    def __init__(self, statuses: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.statuses = statuses
        self.asked = 0

    @property
    def folder(self) -> S3Folder:
        """The folder of a target in it."""
        return S3Folder(S3Store(S3Target(BUCKET, "desk", f"http://127.0.0.1:{self.server_port}"), KEY))


class Answer(BaseHTTPRequestHandler):
    server: Store

    def do_GET(self) -> None:
        """Answer one request."""
        self.server.asked += 1
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        content = CONTENT if status in (200, CUT) else b"<Error><Code>Code</Code></Error>"
        self.send_response(status or 200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[:3] if status == CUT else content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write nothing."""


@contextmanager
def answering(*statuses: int) -> Iterator[Store]:
    with Store(list(statuses)) as store:
        threading.Thread(target=store.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield store
        store.shutdown()


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_folder, "_PAUSES_S", (0.0, 0.0, 0.0))


@pytest.mark.parametrize("status", [503, 500, 429, CUT])
def test_a_file_is_fetched_again(tmp_path: Path, status: int) -> None:
    with answering(status, status, status) as store:
        store.folder.fetch([NAME], tmp_path)
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert [path.name for path in (tmp_path / NAME).parent.iterdir()] == [Path(NAME).name]


def test_a_store_that_stays_busy_is_quoted(tmp_path: Path) -> None:
    with answering(*[503] * 4) as store, pytest.raises(TargetBusy, match="Code"):
        store.folder.fetch([NAME], tmp_path)
    assert store.asked == 4


def test_what_is_refused_is_asked_for_once(tmp_path: Path) -> None:
    with answering(403) as store, pytest.raises(ReplicaFailed, match="Code"):
        store.folder.fetch([NAME], tmp_path)
    assert store.asked == 1
