"""How the app opens the browser: what another user of the machine sees of it, and what the browser is led to."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx2
import pytest

from hero_assistance_app.command import open_browser
from hero_assistance_app.opening_file import OpeningFile
from tests.app.program import App
from tests.ui.daemons import eventually

DESK = ["--project", "127.0.0.1:9"]


@pytest.fixture
def app(hero_env: dict[str, str], tmp_path: Path) -> Iterator[App]:
    """An app that has opened a browser, which writes down what it was opened with."""
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n")
    browser.chmod(0o700)
    env = {**hero_env, "BROWSER": str(browser), "TMPDIR": str(tmp_path)}
    made = App(DESK, env, tmp_path / "app.log", opens_browser=True)
    try:
        made.start()
        yield made
    finally:
        made.daemon.close()


def opened(tmp_path: Path) -> str:
    """What the browser was opened with."""
    told = tmp_path / "opened"
    return eventually(lambda: told.read_text() if told.exists() else None, "a browser is opened")


def file_of(tmp_path: Path) -> Path:
    return Path(url2pathname(urlsplit(opened(tmp_path).strip()).path))


def token_of(app: App) -> str:
    return urlsplit(app.link).query.removeprefix("token=")


def test_the_command_line_of_the_browser_holds_no_secret(app: App, tmp_path: Path) -> None:
    """Every user of the machine can read it, by `ps`."""
    told = opened(tmp_path)
    assert told.startswith("file:///")
    assert token_of(app) not in told
    file = file_of(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert f'value="{token_of(app)}"' in file.read_text()


def test_the_file_is_where_a_browser_in_a_sandbox_sees_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A snap reads what is in the home folder and not hidden, and has a `/tmp` of its own."""
    told: list[str] = []
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", told.append)
    with ExitStack() as cleanup:
        open_browser("http://127.0.0.1:1/", "token", cleanup)
        url = eventually(lambda: told[0] if told else None, "a browser is opened")
        folder = Path(url2pathname(urlsplit(url).path)).parent
        assert folder.parent == tmp_path
        assert not folder.name.startswith(".")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []
    assert "if the browser finds no file, open the link" in capsys.readouterr().err


def test_the_file_is_gone_once_the_desk_is_open(app: App, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    assert httpx2.post(app.url, data={"token": token_of(app)}).status_code == 200
    eventually(lambda: not file.parent.exists(), "the file is deleted")


def test_the_file_is_gone_when_the_app_ends(app: App, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    app.daemon.end()
    assert not file.parent.exists()


def test_the_printed_link_deletes_the_file_too(app: App, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    assert httpx2.get(app.link).status_code == 303
    eventually(lambda: not file.parent.exists(), "the file is deleted")
    assert httpx2.post(app.url, data={"token": token_of(app)}).status_code == 403


def test_what_the_file_sends_leads_to_the_desk(app: App) -> None:
    with httpx2.Client() as browser:
        answer = browser.post(app.url, data={"token": token_of(app)})
        (path,) = re.findall(r'content="0; url=(/[\w-]{32}/open)"', answer.text)
        assert token_of(app) not in answer.text + str(answer.headers)
        assert "samesite=strict" in answer.headers["set-cookie"].lower()
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert browser.get(f"{app.url}{path}").status_code == 200
        # It works once.
        assert browser.post(app.url, data={"token": token_of(app)}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"token=", b"token=guess", b"other=x", b"token=%ff", b"\xff\xfe", b"token=" + b"x" * 100_000, b"a&" * 400],
)
def test_another_form_opens_nothing(app: App, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert httpx2.post(app.url, content=body, headers=headers).status_code == 403
    assert httpx2.post(app.url, data={"token": token_of(app)}).status_code == 200


def test_a_form_with_two_tokens_opens_nothing(app: App) -> None:
    content = f"token=guess&token={token_of(app)}"
    assert httpx2.post(app.url, content=content).status_code == 403


def test_another_name_is_refused_with_the_token_too(app: App) -> None:
    """A page of a stranger's name that leads to this machine."""
    answer = httpx2.post(app.url, data={"token": token_of(app)}, headers={"host": "rebound.example"})
    assert answer.status_code == 403
    assert httpx2.post(app.url, data={"token": token_of(app)}).status_code == 200


def test_another_path_takes_no_token(app: App) -> None:
    assert httpx2.post(f"{app.url}/open", data={"token": token_of(app)}).status_code == 403


def test_what_stands_in_the_file_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    file = OpeningFile('http://127.0.0.1:1/"><script>', "<script>")
    (page,) = tmp_path.rglob("*.html")
    assert page.read_text().count("<script>") == 1
    file.remove()
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_where_no_file_can_be_written_no_browser_is_opened(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """The link is printed all the same."""
    monkeypatch.setenv("HOME", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    monkeypatch.setattr("webbrowser.open", pytest.fail)
    open_browser("http://127.0.0.1:1/", "token", ExitStack())
    assert "no browser is opened" in capsys.readouterr().err


@pytest.mark.parametrize("home", ["missing", "relative", "/"])
def test_without_a_home_folder_the_file_is_with_other_passing_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / home) if home == "missing" else home)
    passing = tmp_path / "passing"
    passing.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(passing))
    file = OpeningFile("http://127.0.0.1:1/", "token")
    (page,) = passing.rglob("*.html")
    assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
    file.remove()
    assert list(passing.iterdir()) == []


def test_what_a_killed_app_left_is_deleted_after_a_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And nothing else: another app may wait for its browser."""
    monkeypatch.setenv("HOME", str(tmp_path))
    old, other = OpeningFile("http://127.0.0.1:1/", "old"), OpeningFile("http://127.0.0.1:2/", "other")
    mine = tmp_path / "hero_assistance_app-notes"
    mine.mkdir()
    (mine / "notes.txt").touch()
    for folder in (mine, Path(url2pathname(urlsplit(old.url).path)).parent):
        os.utime(folder, (0, 0))
    last = OpeningFile("http://127.0.0.1:3/", "last")
    found = {page.read_text().partition('value="')[2].partition('"')[0] for page in tmp_path.rglob("*.html")}
    assert found == {"other", "last"}
    assert (mine / "notes.txt").exists()
    for file in (other, last):
        file.remove()
