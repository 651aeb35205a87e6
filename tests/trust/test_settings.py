"""What the daemons are told by their supervisor, and that nobody else tells them anything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import Unreachable
from hero_assistance_sdk.hero_proc.settings import (
    DaemonSettings,
    SecretName,
    SettingsReader,
    Source,
    Theme,
    parse_settings,
)
from hero_assistance_sdk.net.sockets import bind_unix
from hero_assistance_sdk.paths import Paths
from tests.trust.harness import Supervised

pytestmark = pytest.mark.anyio

THEME, ADMINS, BIND = SecretName.THEME, SecretName.ADMIN_SECRETS, SecretName.MYCELIUM_BIND
DEADLINE_S = 20.0


@pytest.mark.parametrize(
    ("value", "theme"),
    [("light", Theme.LIGHT), (" Light\n", Theme.LIGHT), ("dark", Theme.DARK), ("pink", Theme.DARK), ("", Theme.DARK)],
)
def test_theme(value: str, theme: Theme) -> None:
    assert parse_settings({THEME: value}, Source.EMBEDDED).theme is theme


async def test_without_a_supervisor_the_defaults_hold_and_say_so(paths: Paths) -> None:
    settings = await SettingsReader(paths).refresh()
    assert settings == DaemonSettings()
    assert {settings.source_of(name) for name in SecretName} == {Source.DEFAULT}
    assert settings.access.admits("192.0.2.1")


async def test_the_embedded_supervisor_tells(paths: Paths, embedded: Supervised) -> None:
    embedded.start()
    embedded.set(THEME, "light")
    embedded.set(ADMINS, "10.0.0.0/8, junk")
    settings = await SettingsReader(paths).refresh()
    assert settings.theme is Theme.LIGHT
    assert (settings.access.entries, settings.access.invalid) == (("10.0.0.0/8",), ("junk",))
    assert settings.mycelium_bind is None
    assert settings.is_current
    assert [settings.source_of(name) for name in (THEME, ADMINS, BIND)] == [
        Source.EMBEDDED,
        Source.EMBEDDED,
        Source.DEFAULT,
    ]


async def test_hero_proc_comes_first(paths: Paths, embedded: Supervised, box: Supervised) -> None:
    embedded.start()
    embedded.set(THEME, "dark")
    embedded.set(BIND, "400::1")
    box.start()
    box.set(THEME, "light")
    settings = await SettingsReader(paths).refresh()
    assert (settings.theme, settings.mycelium_bind) == (Theme.LIGHT, None)
    assert settings.source_of(THEME) is Source.HERO_PROC


async def test_neither_environment_nor_file_tells_anything(
    paths: Paths, embedded: Supervised, hero_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {THEME: "light", ADMINS: "10.0.0.0/8", BIND: "400::1"}
    text = "".join(f"{name}={value}\n" for name, value in values.items())
    for name, value in values.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(f"HERO_ASSISTANCE_{name}", value)
    for folder in (hero_root, hero_root / "cfg", hero_root / "cfg" / "hero_assistance", paths.state, paths.data):
        folder.mkdir(parents=True, exist_ok=True)
        for file in (".env", "secrets.env", "hero_assistance.env", *values):
            (folder / file).write_text(text)
    monkeypatch.chdir(hero_root)
    assert await SettingsReader(paths).refresh() == DaemonSettings()
    embedded.start()
    told = await SettingsReader(paths).refresh()
    assert told == DaemonSettings(supervisor=Source.EMBEDDED, is_current=True)


async def test_what_was_told_is_kept_while_the_supervisor_is_gone(paths: Paths, embedded: Supervised) -> None:
    embedded.start()
    embedded.set(ADMINS, "10.0.0.0/8")
    reader = SettingsReader(paths)
    await reader.refresh()
    embedded.kill()
    kept = await reader.refresh()
    assert not kept.is_current
    assert (kept.access.entries, kept.source_of(ADMINS)) == (("10.0.0.0/8",), Source.EMBEDDED)
    embedded.start()
    embedded.delete(ADMINS)
    back = await reader.refresh()
    assert back.is_current
    assert not back.access.is_enforced


async def test_while_hero_proc_restarts_an_empty_embedded_store_opens_nothing(
    paths: Paths, embedded: Supervised, box: Supervised
) -> None:
    embedded.start()
    box.start()
    box.set(ADMINS, "10.0.0.0/8")
    reader = SettingsReader(paths)
    await reader.refresh()
    box.kill()
    assert (await reader.refresh()).access.is_enforced
    with pytest.raises(Unreachable):
        await reader.write_access(["127.0.0.1"])


async def test_a_supervisor_that_hangs_is_given_up_in_time(paths: Paths, embedded: Supervised) -> None:
    embedded.start()
    embedded.set(THEME, "light")
    reader = SettingsReader(paths, timeout_s=3.0)
    async with asyncio.timeout(DEADLINE_S):
        await reader.refresh()
    embedded.freeze()
    async with asyncio.timeout(DEADLINE_S):
        settings = await reader.refresh()
    assert (settings.theme, settings.is_current) == (Theme.LIGHT, False)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
        b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{",
        b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"result": 1}',
        b'HTTP/1.1 200 OK\r\ncontent-length: 49\r\n\r\n{"error": {"code": -32601, "message": "no such"}}',
    ],
)
async def test_an_answer_that_is_none_changes_nothing(paths: Paths, answer: bytes) -> None:
    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_unix_server(answering, sock=bind_unix(paths.socket("supervisor"))):
        assert await SettingsReader(paths, timeout_s=1.0).refresh() == DaemonSettings()


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


# What a disk, an editor or a person can make of the file.
DAMAGE: dict[str, Callable[[Path], object]] = {
    "nothing": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[:10]),
    "zeros": lambda path: path.write_bytes(bytes(100)),
    "a list": lambda path: path.write_text("[]"),
    "another shape": lambda path: path.write_text('{"ADMIN_SECRETS": ["10.0.0.0/8"]}'),
    "no text": lambda path: path.write_bytes(b"\xff\xfe"),
    "a folder": _folder,
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_damaged_secrets_close_what_depends_on_them(
    paths: Paths, embedded: Supervised, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    embedded.start()
    embedded.set(ADMINS, "127.0.0.0/8")
    reader = SettingsReader(paths)
    assert (await reader.refresh()).admits("127.0.0.1")
    DAMAGE[damage](embedded.secrets_file())
    kept = await reader.refresh()
    assert (kept.is_closed, kept.admits("127.0.0.1"), kept.admits("10.0.0.1")) == (False, True, False)
    caplog.clear()
    with caplog.at_level("WARNING"):
        fresh = SettingsReader(paths)
        closed = await fresh.refresh()
    assert (closed.is_closed, closed.is_current) == (True, False)
    assert not any(closed.admits(peer) for peer in ("127.0.0.1", "::1", "10.0.0.1", "400::1"))
    (record,) = caplog.records
    assert record.getMessage() == "settings.unread"
    assert "core.json" in str(getattr(record, "fields", ""))
    assert "move it away" in str(getattr(record, "fields", ""))
    embedded.kill()
    assert (await fresh.refresh()).is_closed, "its end mends nothing"


async def test_mended_secrets_open_it_again(paths: Paths, embedded: Supervised) -> None:
    embedded.start()
    embedded.set(ADMINS, "127.0.0.0/8")
    embedded.secrets_file().write_text("{")
    told: list[bool] = []
    reader = SettingsReader(paths, report=lambda settings: told.append(settings.is_closed))
    await reader.refresh()
    embedded.secrets_file().rename(paths.state / "damaged.json")
    embedded.set(ADMINS, "127.0.0.0/8")
    mended = await reader.refresh()
    assert (mended.is_current, mended.fault, mended.admits("127.0.0.1"), mended.admits("10.0.0.1")) == (
        True,
        None,
        True,
        False,
    )
    assert told == [True, False]


async def test_a_supervisor_that_hangs_before_its_first_answer_closes_it_too(
    paths: Paths, embedded: Supervised
) -> None:
    embedded.start()
    embedded.freeze()
    assert (await SettingsReader(paths, timeout_s=0.5).refresh()).is_closed


async def test_without_a_supervisor_nothing_was_ever_set(paths: Paths) -> None:
    settings = await SettingsReader(paths).refresh()
    assert (settings.is_closed, settings.admits("10.0.0.1")) == (False, True)


async def test_it_is_asked_again_in_the_background(paths: Paths, embedded: Supervised) -> None:
    """Also one that starts after the daemon, and soon: the pause after a failure is short."""
    reader = SettingsReader(paths, refresh_s=0.05)
    await reader.refresh()
    asking = asyncio.create_task(reader.keep_fresh())
    try:
        await asyncio.to_thread(embedded.start)
        await asyncio.to_thread(embedded.set, THEME, "light")
        async with asyncio.timeout(DEADLINE_S):
            while reader.settings.theme is not Theme.LIGHT:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    finally:
        asking.cancel()


async def test_the_list_is_written_where_it_is_read(paths: Paths, embedded: Supervised) -> None:
    embedded.start()
    reader = SettingsReader(paths)
    assert (await reader.write_access(["10.0.0.0/8", "400::/7"])).access.entries == ("10.0.0.0/8", "400::/7")
    assert embedded.get(ADMINS) == "10.0.0.0/8,400::/7"
    assert (await reader.write_access([])).source_of(ADMINS) is Source.DEFAULT


async def test_no_value_is_logged(paths: Paths, embedded: Supervised, caplog: pytest.LogCaptureFixture) -> None:
    embedded.start()
    embedded.set(THEME, "s3cret-theme")
    embedded.set(ADMINS, "s3cret-admin,10.9.8.7")
    embedded.set(BIND, "s3cret-bind")
    with caplog.at_level("DEBUG"):
        await SettingsReader(paths).refresh()
    logged = " ".join(f"{record.getMessage()} {getattr(record, 'fields', '')}" for record in caplog.records)
    assert "settings.entry-skipped" in logged
    assert "s3cret" not in logged
    assert "10.9.8.7" not in logged


def test_the_names_are_those_that_operators_know() -> None:
    assert [name.value for name in SecretName] == [
        *("THEME", "ADMIN_SECRETS", "MYCELIUM_BIND", "WEBHOOK_NETWORKS", "SMTP_URL", "MAIL_FROM"),
        *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "IMAP_URL", "MAIL_LISTEN"),
        "FRAME_ANCESTORS",
        "DATABASE",
    ]
