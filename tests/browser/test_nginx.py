"""The page behind Debian's nginx below a path, with nginx's own defaults for everything that can have one."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import expect

from hero_assistance_sdk.net.socket_group import SETTING
from hero_assistance_sdk.wire.names import PING
from tests.browser.browser_tabs import expect_live, note_streams, open_tab
from tests.browser.page_object import Visitor
from tests.capabilities import NGINX_PROGRAM, require
from tests.free_ports import find_free_port
from tests.ui.daemons import Desk, desk, picked, plain_environment
from tests.ui.test_proxies import MAIN, MEBIBYTE, PAGE, WEB_GROUP, WEB_USER, replaced, running

# After which nginx ends an answer that says nothing.
SILENCE_S = 60.0


def _site(port: int, socket: Path) -> str:
    """The second configuration of docs/proxy.md.

    All else is as nginx has it: HTTP/1.0 to the page, answers buffered, files of up to 1 MiB, 60 s of silence.
    """
    _first, location = re.findall(r"^```nginx\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    location = replaced(location, (r"/srv/hero/var/sockets/hero_assistance/ui\.sock", str(socket)))
    return f"server {{ listen 127.0.0.1:{port}; {location} }}"


@pytest.fixture
def behind_nginx() -> Iterator[tuple[Desk, str]]:
    """A desk of demo users, and the address of its page at nginx, which runs as a user of its own."""
    require(NGINX_PROGRAM)
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    root.chmod(0o755)
    folder = root / "web"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, WEB_USER)
    port = find_free_port()
    try:
        with desk(root, plain_environment(root) | {SETTING: WEB_GROUP}) as made:
            made.start_server()
            made.start_ui()
            site = _site(port, made.paths.socket("ui"))
            user = f"user {WEB_USER};" if os.geteuid() == 0 else ""
            (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, servers=site))
            with running(["nginx", "-e", "stderr", "-c", str(folder / "nginx.conf")], folder, port, path="/support/"):
                yield made, f"http://127.0.0.1:{port}/support/"
    finally:
        shutil.rmtree(root, ignore_errors=True)


def test_the_page_is_live_in_many_tabs(behind_nginx: tuple[Desk, str], visit: Callable[..., Visitor]) -> None:
    """Of HTTP/1.1 connections a browser opens six; nginx's buffers hold back no event."""
    served, url = behind_nginx
    bob = visit(url, "bob")
    bob.live()
    streams = note_streams(bob.page)
    tabs = [open_tab(bob, url, "bob") for _ in range(8)]
    for tab in tabs:
        expect_live(tab)
    served.call("carol", "ticket.create", title="Through nginx", body="Text")
    for tab in (bob.page, *tabs):
        expect(tab.locator(".ticket", has_text="Through nginx")).to_be_visible()
    bob.ticket("Through nginx").click()
    bob.reply("And back")
    assert streams == []
    assert bob.page.url == f"{url}#/tickets/hero_assistance/1"


def test_a_quiet_stream_is_never_silent_for_the_minute_after_which_nginx_cuts_it(
    behind_nginx: tuple[Desk, str],
) -> None:
    """What the server says of itself comes through at once, three times in a row."""
    _served, url = behind_nginx
    since = "projects/hero_assistance/events?since=0"
    with (
        httpx2.Client(base_url=url, headers=picked("carol"), timeout=SILENCE_S / 2, trust_env=False) as client,
        client.stream("GET", since) as stream,
    ):
        pings = (line for line in stream.iter_lines() if line == f"event: {PING}")
        assert [next(pings) for _ in range(3)] == [f"event: {PING}"] * 3


def test_a_file_that_nginx_does_not_take_is_said_so(
    behind_nginx: tuple[Desk, str], visit: Callable[..., Visitor]
) -> None:
    served, url = behind_nginx
    served.call("carol", "ticket.create", title="With a file", body="Text")
    carol = visit(url, "carol")
    carol.live()
    carol.ticket("With a file").click()
    expect(carol.heading("With a file")).to_be_visible()
    field = carol.page.locator("input[type=file]").first
    field.set_input_files({"name": "small.bin", "mimeType": "application/octet-stream", "buffer": bytes(MEBIBYTE // 2)})
    expect(carol.page.get_by_role("progressbar")).to_have_count(0)
    field.set_input_files({"name": "large.bin", "mimeType": "application/octet-stream", "buffer": bytes(2 * MEBIBYTE)})
    expect(carol.page.get_by_text("takes nothing that large")).to_be_visible()
    carol.page.get_by_role("button", name="large.bin").click()
    carol.reply("With the small one")
    (sent,) = served.call("carol", "message.list", ticket_id=1)["messages"]
    assert [file["name"] for file in sent["attachments"]] == ["small.bin"]


def test_the_socket_is_open_to_the_web_servers_group_alone(behind_nginx: tuple[Desk, str]) -> None:
    served, _url = behind_nginx
    about = served.paths.socket("ui").stat()
    assert about.st_mode & 0o777 == 0o660
    assert served.paths.socket("rpc").stat().st_mode & 0o007 == 0
