"""The configurations of docs/proxy.md, run by the real nginx and Caddy of Debian in front of the page."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hero_assistance_sdk.net.socket_group import SETTING
from hero_assistance_sdk.rpc.client import RpcClient
from tests.capabilities import CADDY_PROGRAM, NGINX_PROGRAM, SEARCHED, find_program, require
from tests.free_ports import find_free_port
from tests.ui.daemons import START_S, STOP_S, Desk, desk, eventually, plain_environment

PAGE = Path(__file__).parents[2] / "docs/proxy.md"
NEEDED = {"nginx": NGINX_PROGRAM, "caddy": CADDY_PROGRAM}
PROJECT = "/projects/hero_assistance"
PEOPLE = {"paula": "one", "quentin": "two"}
# Their passwords as bcrypt has them; those that Caddy makes take seconds to compare on a busy machine.
HASHES = {
    "paula": "$2b$04$abcdefghijklmnopqrstuuuiMd1XkP3MYkehzxpPHB6m5Tr0FZSYG",
    "quentin": "$2b$04$abcdefghijklmnopqrstuuIHDRnKw4Zdb/3/EAZQMg/2vwJPJBL7u",
}
# As root nginx and Caddy run as users of their own, as on a machine of an operator.
WEB_USER = "www-data" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
WEB_GROUP = "www-data" if os.geteuid() == 0 else grp.getgrgid(os.getegid()).gr_name
MEBIBYTE = 1024 * 1024

MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
{user}
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


@dataclass
class Proxy:
    """A web server in front of a desk."""

    desk: Desk
    port: int

    def client(self, user: str | None, **headers: str) -> httpx2.Client:
        """A browser that has signed in as `user`."""
        auth = None if user is None else (user, PEOPLE[user])
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}", auth=auth, headers=headers, timeout=START_S, trust_env=False
        )

    def call(self, user: str, method: str, headers: dict[str, str] | None = None, /, **params: Any) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        with self.client(user, **(headers or {})) as client:
            answer = client.post(f"{PROJECT}/rpc", json=body).json()
        assert "result" in answer, answer
        return answer["result"]

    def upload(self, size: int) -> httpx2.Response:
        with self.client("paula") as client:
            headers = {"content-type": "application/octet-stream"}
            return client.post(f"{PROJECT}/attachments?name=a.bin", content=bytes(size), headers=headers)


def configuration(language: str) -> str:
    """The configuration that the page of the documentation shows."""
    found = re.search(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def replaced(text: str, *changes: tuple[str, str]) -> str:
    """The configuration with what is particular to a machine replaced; each has to be there."""
    for pattern, value in changes:
        text, count = re.subn(pattern, value.replace("\\", r"\\"), text)
        assert count, pattern
    return text


def nginx_command(folder: Path, socket: Path, port: int) -> list[str]:
    passwords = folder / "htpasswd"
    lines = (f"{user}:{{PLAIN}}{password}\n" for user, password in PEOPLE.items())
    passwords.write_text("".join(lines))
    servers = replaced(
        configuration("nginx"),
        (r"/srv/hero/var/sockets/hero_assistance/ui\.sock", str(socket)),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"ssl_certificate(_key)? .*;", ""),
        (r"/etc/nginx/support\.htpasswd", str(passwords)),
    )
    user = f"user {WEB_USER};" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user, servers=servers))
    return ["nginx", "-e", "stderr", "-c", str(folder / "nginx.conf")]


def caddy_command(folder: Path, socket: Path, port: int) -> list[str]:
    site = replaced(
        configuration("caddyfile"),
        (r"support\.example\.org", f"http://127.0.0.1:{port}"),
        (r"/srv/hero/var/sockets/hero_assistance/ui\.sock", str(socket)),
        (r"carol \$2a.*", "\n".join(f"{user} {HASHES[user]}" for user in PEOPLE)),
    )
    (folder / "Caddyfile").write_text(f"{{\n    admin off\n}}\n{site}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


# What the page says of a web server that leaves it to the desk who is calling.
NAMELESS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "nginx": (
        "nginx.conf",
        (
            (r"auth_basic(_user_file)? .*;", ""),
            (r"X-Hero-User \$remote_user;", 'X-Hero-User ""; proxy_set_header X-Forwarded-Proto $scheme;'),
        ),
    ),
    "caddy": ("Caddyfile", ((r"basicauth \{[^}]*\}", ""), (r"header_up X-Hero-User .*", "header_up -X-Hero-User"))),
}
COMMANDS: dict[str, Callable[[Path, Path, int], list[str]]] = {"nginx": nginx_command, "caddy": caddy_command}


def as_web_user(command: list[str]) -> dict[str, Any]:
    """How a program is run: nginx changes its user by itself."""
    if os.geteuid() != 0 or command[0] == "nginx":
        return {}
    found = pwd.getpwnam(WEB_USER)
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}


@contextmanager
def running(command: list[str], folder: Path, port: int, *, path: str = "/") -> Iterator[None]:
    """A web server, until it has ended."""
    require(NEEDED[command[0]])
    program = str(find_program(command[0]))
    log = folder / "log"
    environ = {"PATH": SEARCHED, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with log.open("w") as output:
        started = subprocess.Popen(
            [program, *command[1:]], env=environ, stdout=output, stderr=output, **as_web_user(command)
        )
    try:
        eventually(lambda: answers(port, path) or started.poll() is not None, f"{command[0]} answers")
        assert started.poll() is None, log.read_text()
        yield
    finally:
        started.terminate()
        started.wait(STOP_S)


def answers(port: int, path: str = "/") -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}{path}", trust_env=False).status_code in (200, 401)
    except httpx2.HTTPError:
        return False


@pytest.fixture(scope="module", params=COMMANDS)
def proxy(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    """A desk in hero mode behind a web server that says who is calling."""
    with behind(request.param) as made:
        yield made


@contextmanager
def behind(name: str, *, says_who: bool = True) -> Iterator[Proxy]:
    """A desk in hero mode behind a web server, which may use `ui.sock` by its group alone."""
    require(NEEDED[name])
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    root.chmod(0o755)
    folder = root / "web"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, WEB_USER)
    port = find_free_port()
    try:
        with desk(root, plain_environment(root) | {SETTING: WEB_GROUP}, "hero") as made:
            made.start_server()
            made.start_ui()
            socket = made.paths.socket("ui")
            about = socket.stat()
            assert (grp.getgrgid(about.st_gid).gr_name, stat.S_IMODE(about.st_mode)) == (WEB_GROUP, 0o660)
            command = COMMANDS[name](folder, socket, port)
            if not says_who:
                file, changes = NAMELESS[name]
                (folder / file).write_text(replaced((folder / file).read_text(), *changes))
            with running(command, folder, port):
                yield Proxy(made, port)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def test_the_page_opens_for_who_has_signed_in(proxy: Proxy) -> None:
    with proxy.client(None) as stranger:
        assert stranger.get("/").status_code == 401
    with proxy.client("paula") as client:
        answer = client.get("/")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "content-security-policy" in answer.headers


def test_each_caller_has_tickets_of_their_own(proxy: Proxy) -> None:
    made = proxy.call("paula", "ticket.create", title="Mine", body="b")
    assert made["ticket_id"] in [ticket["ticket_id"] for ticket in proxy.call("paula", "ticket.list")["tickets"]]
    assert made["ticket_id"] not in [ticket["ticket_id"] for ticket in proxy.call("quentin", "ticket.list")["tickets"]]


@pytest.mark.parametrize("spelled", ["X-Hero-User", "x-hero-user", "X_Hero_User"])
def test_a_visitor_cannot_say_who_they_are(proxy: Proxy, spelled: str) -> None:
    made = proxy.call("paula", "ticket.create", title="Of Paula", body="b")
    stolen = {spelled: "paula", "X-Hero-Claims": "admin", "X-Hero-Context": "x"}
    found = proxy.call("quentin", "ticket.list", stolen)["tickets"]
    assert made["ticket_id"] not in [ticket["ticket_id"] for ticket in found]


def test_a_page_of_another_host_calls_nothing(proxy: Proxy) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "ticket.list", "params": {}}
    with proxy.client("paula") as client:
        own = {"origin": f"http://127.0.0.1:{proxy.port}"}
        assert client.post(f"{PROJECT}/rpc", json=body, headers=own).status_code == 200
        foreign = {"origin": "http://evil.example"}
        assert client.post(f"{PROJECT}/rpc", json=body, headers=foreign).status_code == 403


def test_the_largest_file_goes_in_and_out(proxy: Proxy) -> None:
    sent = proxy.upload(10 * MEBIBYTE)
    assert sent.status_code == 201, sent.text
    where = f"{PROJECT}/attachments/{sent.json()['attachment_id']}"
    with proxy.client("paula") as client:
        answer = client.get(where)
        assert (answer.status_code, len(answer.content)) == (200, 10 * MEBIBYTE)
        part = client.get(where, headers={"range": "bytes=5-9"})
        assert (part.status_code, len(part.content)) == (206, 5)


def test_a_larger_file_is_refused(proxy: Proxy) -> None:
    assert proxy.upload(10 * MEBIBYTE + 1).json()["error"]["data"]["reason"] == "too-large"
    assert proxy.upload(13 * MEBIBYTE).status_code == 413


def test_an_event_arrives_at_once(proxy: Proxy) -> None:
    since = proxy.call("paula", "ticket.list")["seq"]
    with proxy.client("paula") as client, client.stream("GET", f"{PROJECT}/events?since={since}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        for title in ("first", "second"):
            proxy.call("paula", "ticket.create", title=title, body="b")
            begun = time.monotonic()
            assert any(title in line for line in lines)
            assert time.monotonic() - begun < START_S / 2


@pytest.mark.parametrize("name", COMMANDS)
def test_where_the_web_server_names_nobody_users_sign_in(name: str) -> None:
    with behind(name, says_who=False) as proxy:
        with RpcClient(proxy.desk.paths.socket("rpc"), headers={"x-hero-operator": "1"}) as operator:
            code = operator.call("user.add", email="erin@example.org", name="Erin")["code"]
        # A visitor's own header names nobody either.
        with proxy.client(None, **{"X-Hero-User": "paula", "Origin": f"http://127.0.0.1:{proxy.port}"}) as erin:
            me = {"jsonrpc": "2.0", "id": 1, "method": "user.me", "params": {}}
            assert "error" in erin.post(f"{PROJECT}/rpc", json=me).json()
            answer = erin.post("/sign-in/redeem", json={"email": "erin@example.org", "code": code})
            assert answer.json()["result"]["user"]["name"] == "Erin"
            assert erin.post(f"{PROJECT}/rpc", json=me).json()["result"]["name"] == "Erin"
            assert erin.post("/sign-out", json={}).json()["result"] is True
            assert not erin.cookies
