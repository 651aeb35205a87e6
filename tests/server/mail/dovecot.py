"""A real IMAP server for tests: Dovecot, with users and mail in a folder of its own."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import signal
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.capabilities import find_program
from tests.free_ports import find_free_port

USER, PASSWORD = "support@desk.example", "s3/cr@t"
# Its package is `dovecot-imapd` on Debian.
PROGRAM = find_program("dovecot")
START_S = 20.0

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{tls}
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {user}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail
mail_uid = {uid}
mail_gid = {gid}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
protocol imap {{
  imap_capability = {capability}
}}
"""


@dataclass
class Dovecot:
    """A running server; `client` is a connection of the standard library's own client."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    tls_port: int = 0
    certificate: Path | None = None
    url: str = field(init=False)

    def __post_init__(self) -> None:
        self.url = f"imap://support%40desk.example:s3%2Fcr%40t@127.0.0.1:{self.port}/INBOX"

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.port, timeout=10) as client:
            if self.certificate is not None:
                client.starttls(ssl.create_default_context(cafile=str(self.certificate)))
            client.login(USER, PASSWORD)
            client.select("INBOX")
            yield client

    def append(self, raw: bytes, flags: str = "") -> None:
        """Put a mail into the mailbox."""
        with self.client() as client:
            status, said = client.append("INBOX", flags, "", raw)
            assert status == "OK", said

    def count_unseen(self) -> int:
        with self.client() as client:
            _status, found = client.search(None, "UNSEEN")
            return len(found[0].split())

    def cut_connections(self) -> None:
        """End every connection, as a network does."""
        subprocess.run(["pkill", "-KILL", "-s", str(self.process.pid), "-x", "imap"], check=False)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


@contextmanager
def dovecot(folder: Path, *, with_idle: bool = True, certificate: tuple[Path, Path] | None = None) -> Iterator[Dovecot]:
    """Run a server in this folder, as the user of the test; with a key and a certificate it has TLS."""
    assert PROGRAM is not None
    folder.mkdir(parents=True)
    # Its log-in processes run as a user of their own where the test is root.
    folder.parent.chmod(0o755)
    for name in ("run", "state", "home", "mail"):
        (folder / name).mkdir()
    port = find_free_port()
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    me = pwd.getpwuid(os.getuid())
    is_root = me.pw_uid == 0
    # It reads no mail as root.
    owner = pwd.getpwnam("dovecot") if is_root else me
    for name in ("home", "mail"):
        os.chown(folder / name, owner.pw_uid, owner.pw_gid)
    tls = "ssl = no"
    if certificate is not None:
        tls = f"ssl = required\nssl_key = <{certificate[0]}\nssl_cert = <{certificate[1]}"
    tls_port = find_free_port() if certificate is not None else 0
    capability = "" if with_idle else "IMAP4rev1 LITERAL+ UIDPLUS"
    config = _CONFIG.format(
        folder=folder,
        port=port,
        tls=tls,
        tls_port=tls_port,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        login="dovenull" if is_root else me.pw_name,
        user="dovecot" if is_root else me.pw_name,
        group="dovecot" if is_root else grp.getgrgid(me.pw_gid).gr_name,
        capability=capability,
    )
    (folder / "dovecot.conf").write_text(config)
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(folder / "dovecot.conf")], start_new_session=True)
    server = Dovecot(port, folder, process, tls_port, None if certificate is None else certificate[1])
    try:
        _wait_for(server)
        yield server
    finally:
        if process.poll() is None:
            server.stop()


def _wait_for(server: Dovecot) -> None:
    deadline = time.monotonic() + START_S
    while True:
        assert server.process.poll() is None, (server.folder / "log").read_text()[-2000:]
        try:
            with server.client():
                return
        except (OSError, imaplib.IMAP4.error):
            assert time.monotonic() < deadline, (server.folder / "log").read_text()[-2000:]
            time.sleep(0.05)
