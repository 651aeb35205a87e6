"""The limits of a daemon's callers: one setting, one table of names, defaults and meanings."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from hero_assistance_sdk.errors import HeroError, SettingError
from hero_assistance_sdk.size_limits import REQUEST_BYTES

# `NAME=NUMBER,NAME=NUMBER`; what it does not name keeps its default.
SETTING = "HERO_ASSISTANCE_LIMITS"
# The value that lifts a limit that a desk can do without.
OFF = "off"
# Files that are open in addition to the connections: the database, its readers, logs, sockets and pipes.
OTHER_FILES = 128
# The probes, the page and one caller; with fewer a server refuses its own supervisor.
FEWEST_CONNECTIONS = 8
# A JSON text nested deeper is refused; the parser's own limit (jiter), which is no setting.
JSON_DEPTH = 200


class TooFewFiles(HeroError):
    """The system lets this process open too few files to serve anybody."""

    reason = "too-few-files"


def _limit(default: float, meaning: str, *, can_be_off: bool = False) -> float:
    found: float = field(default=default, metadata={"meaning": meaning, "can_be_off": can_be_off})
    return found


def _rate(default: float, meaning: str) -> float:
    return _limit(default, meaning, can_be_off=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one process; times in seconds, sizes in bytes."""

    header_bytes: float = _limit(64 * 1024, "a request's line and headers")
    body_bytes: float = _limit(REQUEST_BYTES, "the body of a `POST /rpc`")
    header_seconds: float = _limit(
        10, "from the first byte of a request, or a new connection, to the end of its headers"
    )
    body_seconds: float = _limit(20, "to receive a body; a second more for each `body_rate` bytes that have come")
    body_rate: float = _limit(4096, "bytes a second of a body, on average, after `body_seconds`")
    send_seconds: float = _limit(30, "the time over which a caller must take `send_rate` of an answer")
    send_rate: float = _limit(256, "bytes a second of an answer, on average over `send_seconds`")
    memory_bytes: float = _limit(
        128 * 1024 * 1024, "bodies and answers on their way over TCP, in memory, and as much again over Unix sockets"
    )
    memory_bytes_per_peer: float = _limit(
        32 * 1024 * 1024, "bodies and answers on their way, in memory, of one address over TCP"
    )
    connections: float = _limit(4096, "connections to all listeners together; fewer where the system gives fewer files")
    connections_per_peer: float = _limit(256, "connections from one address over TCP")
    streams: float = _limit(3000, "open event streams")
    streams_per_user: float = _limit(64, "open event streams of one user")
    tickets_per_hour: float = _rate(100, "tickets that one customer files")
    messages_per_hour: float = _rate(600, "replies that one customer writes or edits")
    files_per_hour: float = _rate(200, "files that one customer uploads")
    invitations_per_hour: float = _rate(30, "people whom one customer invites to tickets")
    changes_per_hour: float = _rate(7200, "other changes of one customer: drafts, read receipts, presence, updates")
    stranger_calls_per_minute: float = _rate(300, "calls from one address whose user is not known")
    links_per_hour: float = _rate(6, "sign-in links that are made for one e-mail address")
    links_per_hour_per_peer: float = _rate(30, "sign-in links that one address asks for")
    sign_ins_per_hour_per_peer: float = _rate(60, "links and codes that one address tries")
    codes_per_quarter_hour_per_peer: float = _rate(
        3, "sign-in codes that one address tries for one e-mail address, in a quarter of an hour"
    )
    codes_per_day: float = _rate(
        20,
        "sign-in codes that are tried for one e-mail address; then one in ten minutes, and the link of the mail counts",
    )
    mail_newcomers_per_hour: float = _rate(200, "customers whom mails from unknown addresses make")
    mail_newcomers_per_hour_per_domain: float = _rate(100, "such customers with addresses of one domain")
    mail_unproved_per_hour: float = _rate(300, "mails that act for no user, and as many reports of mail systems")
    mail_unproved_per_hour_per_ticket: float = _rate(20, "such mails or reports on one ticket")
    disk_reserve: float = _limit(512 * 1024 * 1024, "free space of the disk, below which files are refused")
    disk_minimum: float = _limit(64 * 1024 * 1024, "free space of the disk, below which texts are refused as well")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> Limits:
        """Read `HERO_ASSISTANCE_LIMITS`; raises `SettingError` for an unknown name or an invalid number.

        A limit that is `off` is infinite.
        """
        text = (os.environ if environ is None else environ).get(SETTING, "")
        given = [part.strip() for part in text.split(",") if part.strip()]
        return replace(cls(), **dict(map(_read, given)))


def _read(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    known = {field.name: field.metadata for field in fields(Limits)}
    if name not in known:
        raise SettingError(f"{SETTING} names no limit {name!r}", hint=f"there are: {', '.join(known)}")
    if value == OFF and known[name]["can_be_off"]:
        return name, math.inf
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise SettingError(f"{SETTING}: {name} is {value!r}, not a number above 0")
    return name, number


DEFAULTS = Limits()


def room_for(limits: Limits) -> int:
    """The number of connections that this process can hold, by its limit and by its open files.

    The number of files is raised to what the system allows; raises `TooFewFiles` where that is not enough. A connection
    may have a file open as well: an attachment.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * int(limits.connections) + OTHER_FILES
    if soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    room = min(int(limits.connections), (soft - OTHER_FILES) // 2)
    if room < min(int(limits.connections), FEWEST_CONNECTIONS):
        raise TooFewFiles(
            f"the system lets this process open {soft} files, and it needs {OTHER_FILES + 2 * FEWEST_CONNECTIONS}",
            hint="raise the limit where it is set (ulimit -Hn 1024, LimitNOFILE= of a unit), then start from there",
        )
    return max(room, 1)
