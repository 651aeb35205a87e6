"""Installing from a URL: what broke off goes on, what changed begins again, and what a server may not do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from hero_assistance.releases.errors import (
    BadSignature,
    ChecksumMismatch,
    DownloadFailed,
    ForeignFile,
    InstallBusy,
    InstallFailed,
    NoChecksum,
)
from hero_assistance.releases.installation import install_release
from hero_assistance.releases.sources import download
from hero_assistance.releases.sources.checksums import ArchiveChecks
from hero_assistance.releases.sources.download import downloaded
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.files.file_lock import lock_file
from hero_assistance_sdk.paths import Paths
from scripts.build.release.archive import write_archive
from scripts.build.release.manifest import sha256
from tests.builds import make_build, run


class Silent:
    """A progress that keeps its steps."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def step(self, text: str) -> None:
        self.steps.append(text)


class Mirror:
    """An HTTP server of files, with the faults that a test asks for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.etag: str | None = '"one"'
        # So many bytes of an archive are sent in one answer; the connection is closed then.
        self.cut: int | None = None
        self.status = 200
        self.heeds_if_range = True
        # More headers of an archive.
        self.headers: dict[str, str] = {}
        self.ranges: list[str | None] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                mirror.answer(self)

            def log_message(self, *_args: Any) -> None:
                pass

        return Handler

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer with a file, or with the part of it that is asked for."""
        path = self.folder / request.path.partition("?")[0].lstrip("/")
        is_archive = path.name.endswith(".zst")
        if not path.is_file() or (is_archive and self.status >= 400):
            request.send_error(404 if self.status == 200 else self.status)
            return
        if is_archive and self.status != 200:
            request.send_response(self.status)
            request.send_header("location", self.headers["location"])
            request.end_headers()
            return
        data, first = path.read_bytes(), 0
        if is_archive:
            asked = request.headers.get("range")
            self.ranges.append(asked)
            is_same = request.headers.get("if-range") == self.etag or not self.heeds_if_range
            if asked and self.etag and is_same:
                first = int(asked.removeprefix("bytes=").rstrip("-"))
        request.send_response(206 if first else 200)
        if first:
            request.send_header("content-range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if self.etag:
            request.send_header("etag", self.etag)
        for name, value in self.headers.items() if is_archive else ():
            request.send_header(name, value)
        request.send_header("content-length", str(len(data) - first))
        request.end_headers()
        end = len(data) if self.cut is None or not is_archive else first + self.cut
        request.wfile.write(data[first:end])


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt comes at once."""
    monkeypatch.setattr(download, "PAUSE_S", 0.0)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """A mirror with the archive of a small build."""
    write_archive(make_build(tmp_path / "dist", "1.0-one"))
    mirror = Mirror(tmp_path / "dist")
    yield mirror
    mirror.server.shutdown()
    mirror.server.server_close()


@pytest.fixture
def archive(mirror: Mirror) -> Path:
    """What the mirror serves."""
    return next(mirror.folder.glob("*.tar.zst"))


@pytest.fixture
def take(mirror: Mirror, archive: Path, paths: Paths) -> Callable[..., list[str]]:
    """Install from the mirror, and return the steps."""

    def take(checks: ArchiveChecks | None = None) -> list[str]:
        progress = Silent()
        url = f"{mirror.url}/{archive.name}"
        install_release(paths, url, checks or ArchiveChecks(), progress, force=False)
        return progress.steps

    return take


def test_a_url_is_installed_and_nothing_is_left(
    take: Callable[..., list[str]], paths: Paths, hero_env: dict[str, str]
) -> None:
    take()
    assert run(paths.bin / "alpha", env=hero_env) == "1.0-one"
    assert [path.name for path in paths.downloads.iterdir()] == [".lock"]


def test_a_download_that_breaks_off_goes_on(
    take: Callable[..., list[str]], mirror: Mirror, archive: Path, paths: Paths
) -> None:
    # A third of a size that three divides would come in three pieces.
    mirror.cut = (archive.stat().st_size - 1) // 3
    steps = take()
    assert [one is None for one in mirror.ranges] == [True, False, False, False]
    assert len([step for step in steps if "going on" in step]) == 3


def test_the_next_attempt_goes_on_after_an_end(
    take: Callable[..., list[str]], mirror: Mirror, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 0)
    mirror.cut = 1000
    with pytest.raises(DownloadFailed, match="cannot be downloaded") as failed:
        take()
    assert "run it again" in str(failed.value.hint)
    mirror.cut = None
    take()
    assert mirror.ranges == [None, "bytes=1000-"]


@pytest.mark.parametrize("etag", [None, 'W/"weak"', '"\xe9"', '"' + "x" * 2000 + '"'])
def test_without_a_strong_etag_it_begins_again(
    etag: str | None, take: Callable[..., list[str]], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 0)
    mirror.cut, mirror.etag = 1000, etag
    with pytest.raises(DownloadFailed):
        take()
    mirror.cut = None
    take()
    assert mirror.ranges == [None, None]


def test_what_changed_meanwhile_begins_again(
    take: Callable[..., list[str]], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ATTEMPTS", 0)
    mirror.cut = 1000
    with pytest.raises(DownloadFailed):
        take()
    mirror.cut, mirror.etag = None, '"two"'
    take()
    assert mirror.ranges == [None, "bytes=1000-"]


def test_a_part_of_another_version_is_not_taken(
    take: Callable[..., list[str]], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.cut, mirror.heeds_if_range = 1000, False
    with monkeypatch.context() as once:
        once.setattr(download, "ATTEMPTS", 0)
        with pytest.raises(DownloadFailed):
            take()
    mirror.cut, mirror.etag = None, '"two"'
    assert not [step for step in take() if "going on" in step]
    assert mirror.ranges == [None, "bytes=1000-", None]


def test_what_never_gets_further_ends(
    take: Callable[..., list[str]], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that begins again each time breaks off now a little earlier, now a little later."""
    mirror.etag = None
    fetch, cuts = download._fetch_rest, iter([1000, 900, 950, 900])

    def cut_and_fetch(*given: Any) -> None:
        mirror.cut = next(cuts)
        fetch(*given)

    monkeypatch.setattr(download, "_fetch_rest", cut_and_fetch)
    with pytest.raises(DownloadFailed, match="cannot be downloaded"):
        take()
    assert len(mirror.ranges) == 4


def test_the_archive_is_taken_as_it_is(take: Callable[..., list[str]], mirror: Mirror) -> None:
    """A server that knows the suffix may call the file's compression one of the transfer."""
    mirror.headers = {"content-encoding": "zstd", "content-type": "application/x-tar"}
    take()


def test_what_an_attempt_left_is_not_taken_for_another_archive(
    take: Callable[..., list[str]], mirror: Mirror, archive: Path, paths: Paths, tmp_path: Path
) -> None:
    (paths.bin / "alpha").mkdir(parents=True)
    for _ in range(2):
        with pytest.raises(ForeignFile):
            take()
    assert mirror.ranges == [None]
    (paths.bin / "alpha").rmdir()
    other = write_archive(make_build(tmp_path / "other", "1.0-two"))
    archive.write_bytes(other.read_bytes())
    (mirror.folder / "SHA256SUMS").write_text(f"{sha256(other)}  {archive.name}\n")
    take()
    assert (paths.releases / "current").readlink().name == "1.0-two"


def test_a_redirect_to_where_all_can_listen_is_not_followed(
    take: Callable[..., list[str]], mirror: Mirror, archive: Path
) -> None:
    mirror.status, mirror.headers = 302, {"location": f"http://192.0.2.1/{archive.name}"}
    with pytest.raises(DownloadFailed, match=r"http://192\.0\.2\.1/.* has no TLS"):
        take()


@pytest.mark.parametrize("checks", [ArchiveChecks("0" * 64), ArchiveChecks(signers=Path("signers")), ArchiveChecks()])
def test_a_checksum_that_comes_without_tls_is_none(
    checks: ArchiveChecks, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object) -> None:
        raise DownloadFailed("asked")

    monkeypatch.setattr(download, "_fetch_small_files", refuse)
    expected = UsageError if checks == ArchiveChecks() else DownloadFailed
    with pytest.raises(expected), downloaded("http://x/x.tar.zst", paths.downloads, checks, print):
        pass


def test_a_wait_for_another_download_is_said(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(download, "LOCK_TIMEOUT_S", 0.1)
    with (
        lock_file(paths.downloads / ".lock"),
        pytest.raises(InstallBusy) as failed,
        downloaded("https://x/x.tar.zst", paths.downloads, ArchiveChecks(), print),
    ):
        pass
    assert failed.value.hint == f"see: ps -p {os.getpid()}"
    assert f"process {os.getpid()}); waiting" in capsys.readouterr().out


def test_a_folder_that_takes_nothing_is_said(paths: Paths) -> None:
    paths.downloads.parent.mkdir(parents=True)
    paths.downloads.write_text("a file")
    with (
        pytest.raises(InstallFailed, match="cannot download to"),
        downloaded("https://x/x.tar.zst", paths.downloads, ArchiveChecks(), print),
    ):
        pass


def test_a_wrong_archive_is_not_kept(
    take: Callable[..., list[str]], archive: Path, paths: Paths, mirror: Mirror
) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data[:-1] + b"x")
    with pytest.raises(ChecksumMismatch):
        take()
    assert not list(paths.downloads.rglob("*.zst*"))
    archive.write_bytes(data)
    take()


def test_a_given_checksum_needs_no_file_of_them(take: Callable[..., list[str]], archive: Path, mirror: Mirror) -> None:
    (mirror.folder / "SHA256SUMS").unlink()
    with pytest.raises(NoChecksum):
        take()
    assert mirror.ranges == []
    take(ArchiveChecks(sha256(archive)))


def test_what_is_not_signed_is_not_fetched(take: Callable[..., list[str]], mirror: Mirror, tmp_path: Path) -> None:
    signers = tmp_path / "signers"
    signers.touch()
    with pytest.raises(BadSignature, match="is not signed"):
        take(ArchiveChecks(signers=signers))
    assert mirror.ranges == []


def test_more_than_an_archive_has_is_refused(
    take: Callable[..., list[str]], paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "ARCHIVE_BYTES", 1000)
    with pytest.raises(DownloadFailed, match="more than 1000 bytes"):
        take()
    assert sum(path.stat().st_size for path in paths.downloads.rglob("*.part")) == 0


@pytest.mark.parametrize(("status", "count"), [(404, 1), (403, 1), (500, 3), (503, 3)])
def test_a_refusal_is_final_and_a_fault_is_not(
    status: int, count: int, take: Callable[..., list[str]], mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    fetch = download._fetch_rest

    def count_requests(*given: Any) -> None:
        asked.append("once")
        fetch(*given)

    monkeypatch.setattr(download, "_fetch_rest", count_requests)
    mirror.status = status
    with pytest.raises(DownloadFailed, match=f"HTTP status {status}"):
        take()
    assert len(asked) == count


def test_a_server_that_is_away_is_said(paths: Paths, mirror: Mirror) -> None:
    mirror.server.server_close()
    with (
        pytest.raises(DownloadFailed, match="cannot be downloaded"),
        downloaded(f"{mirror.url}/x.tar.zst", paths.downloads, ArchiveChecks("0" * 64), lambda _step: None),
    ):
        pass


def test_a_folder_costs_no_import_of_the_client(hero_env: dict[str, str], tmp_path: Path) -> None:
    build = make_build(tmp_path / "dist", "1.0-one")
    program = (
        "import sys; from hero_assistance.command_line.run import run; "
        f"status = run(['install', {str(build)!r}]); sys.exit(status or 'httpx2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], env=hero_env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_json_names_the_reason_of_a_failure(dist: Path, hero_env: dict[str, str], tmp_path: Path) -> None:
    command = [str(dist / "hero_assistance"), "install", str(tmp_path / "none"), "--json"]
    done = subprocess.run(command, env=hero_env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["reason"] == "bad-build"
