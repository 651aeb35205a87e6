"""Reads a mailbox over IMAP: what is new is stored, then marked as seen; IDLE tells of more, else it is polled.

The position in the mailbox is written together with each mail, so that a connection that is cut, or a process that is
killed, loses none and stores none twice. The first look at a mailbox takes what is not seen; a mail that it fetches
once more is known by its bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.model import Arrival, MailboxPosition
from hero_assistance_server.mail.receiving.sources.imap_url import Mailbox, parse_imap_url
from hero_assistance_server.quotas.rules import MIB
from hero_assistance_server.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from hero_assistance_server.mail.receiving.sources.receiving import Receiving

CONDITION = "mailbox"
ANSWER_S = 60.0
# RFC 2177: a server may end a connection after half an hour of silence.
IDLE_S = 25 * 60.0
POLL_S = 60.0
LOOK_EVERY_S = 1.0
_NUMBER = re.compile(rb"UIDVALIDITY (\d+)", re.IGNORECASE)
_NEXT = re.compile(rb"UIDNEXT (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_HAS_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_log = get_log("mail")


class MailboxUnreadable(HeroError):
    """A mailbox that does not let itself be read."""

    reason = "mailbox-unreadable"


async def read_mailbox(setting: str, receiving: Receiving) -> None:
    """Read a mailbox until cancelled; raises `BadMailSetting`, `MailboxUnreadable` or `Unreachable`."""
    mailbox = parse_imap_url(setting)
    async with _connect(mailbox) as client:
        reader = MailboxReader(client, mailbox, receiving.intake)
        await reader.open()
        receiving.note_health(CONDITION)
        await _run_until_lost(client, reader)


async def _run_until_lost(client: Any, reader: MailboxReader) -> None:
    """Read while there is a connection; the library itself waits a minute for an answer that cannot come."""
    reading = asyncio.create_task(reader.run())
    lost = asyncio.create_task(_wait_for_loss(client))
    try:
        await asyncio.wait({reading, lost}, return_when=asyncio.FIRST_COMPLETED)
        if reading.done():
            await reading
        raise Unreachable("the connection to the mailbox was lost", hint="it is tried again")
    finally:
        for task in (reading, lost):
            task.cancel()
        await asyncio.wait({reading, lost})


async def _wait_for_loss(client: Any) -> None:
    while not client.protocol.transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(LOOK_EVERY_S)


@asynccontextmanager
async def _connect(mailbox: Mailbox) -> AsyncIterator[Any]:
    """Yield a connection on which the user is signed in; errors of the library become ours."""
    import aioimaplib

    client: Any = None
    try:
        async with asyncio.timeout(ANSWER_S):
            # The library waits its whole time for a server that refuses; a socket says so at once.
            _reader, probe = await asyncio.open_connection(mailbox.host, mailbox.port)
            probe.close()
        if mailbox.is_tls:
            context = ssl.create_default_context()
            client = aioimaplib.IMAP4_SSL(mailbox.host, mailbox.port, timeout=ANSWER_S, ssl_context=context)
        else:
            client = aioimaplib.IMAP4(mailbox.host, mailbox.port, timeout=ANSWER_S)
        await client.wait_hello_from_server()
        _check(
            await client.login(_quote(mailbox.user), mailbox.password), "the server refuses the user or the password"
        )
        yield client
    except (OSError, TimeoutError, aioimaplib.AioImapException) as error:
        raise Unreachable(
            f"{mailbox.host} does not answer as an IMAP server: {error or type(error).__name__}", hint="see IMAP_URL"
        ) from error
    finally:
        if client is not None:
            await _close(client)


async def _close(client: Any) -> None:
    """End a connection, also one that does not answer any more."""
    transport = client.protocol.transport if client.protocol is not None else None
    if transport is not None:
        transport.close()


class MailboxReader:
    """One connection to one mailbox."""

    def __init__(self, client: Any, mailbox: Mailbox, intake: Intake) -> None:
        self._client = client
        self._mailbox = mailbox
        self._intake = intake
        self._uid_validity = 0
        self._next_uid = 1

    async def open(self) -> None:
        """Open the folder; raises `MailboxUnreadable`."""
        answer = await self._client.select(_quote(self._mailbox.folder))
        lines = _check(answer, f"the server does not open the folder {self._mailbox.folder}")
        found = _NUMBER.search(b"\n".join(bytes(line) for line in lines))
        if found is None:
            raise MailboxUnreadable("the server does not number its mails", hint="ask its operator for UIDVALIDITY")
        self._uid_validity = int(found[1])
        following = _NEXT.search(b"\n".join(bytes(line) for line in lines))
        self._next_uid = int(following[1]) if following else 1

    async def run(self) -> None:
        """Read what is new, and wait for more, until cancelled."""
        while True:
            await self.read_new()
            await self.wait()

    async def read_new(self) -> int:
        """Store what is new, in order; returns how many mails."""
        position = await self._intake.storage.read(lambda snapshot: snapshot.mailbox_positions.find(self._mailbox.name))
        is_known = position is not None and position.uid_validity == self._uid_validity
        last = position.last_uid if position is not None and is_known else 0
        uids = await self._list_new(last) if is_known else await self._search("UNSEEN")
        for uid in uids:
            await self._take(uid, self._note_position(uid) if is_known else None)
            await self._client.uid("store", str(uid), "+FLAGS.SILENT", "(\\Seen)")
        if not is_known:
            # Only now: a first look that was cut off begins once more with what is not seen.
            await self._intake.storage.write(self._note_position(max([self._next_uid - 1, *uids])))
        return len(uids)

    def _note_position(self, uid: int) -> Callable[[UnitOfWork], None]:
        """Return what writes that all mails up to this one are stored."""
        position = MailboxPosition(self._uid_validity, uid)
        return lambda work: work.mailbox_positions.save(self._mailbox.name, position)

    async def wait(self) -> None:
        """Wait until there may be more: until the server says so, or for a while."""
        if not self._client.has_capability("IDLE"):
            await asyncio.sleep(POLL_S)
            _check(await self._client.noop(), "the server does not answer")
            return
        idle = await self._client.idle_start(timeout=IDLE_S)
        try:
            with contextlib.suppress(TimeoutError):
                while not _tells_of_mails(await self._client.wait_server_push(IDLE_S + ANSWER_S)):
                    pass
        finally:
            self._client.idle_done()
        await asyncio.wait_for(idle, ANSWER_S)

    async def _list_new(self, last: int) -> list[int]:
        """Return the numbers behind the last one; `n:*` has the last mail also where its number is smaller."""
        return [uid for uid in await self._search("UID", f"{last + 1}:*") if uid > last]

    async def _search(self, *criteria: str) -> list[int]:
        lines = _check(await self._client.uid_search(*criteria, charset=None), "the server does not search")
        words = b" ".join(bytes(line) for line in lines[:-1]).replace(b"SEARCH", b" ").split()
        return sorted({int(word) for word in words if word.isdigit()})

    async def _take(self, uid: int, also: Callable[[UnitOfWork], None] | None) -> None:
        size = await self._find_size(uid)
        if size is None:
            # Another program has deleted it.
            return
        source = self._mailbox.name
        if size > MAIL_LIMIT:
            header = await self._fetch(uid, "BODY.PEEK[HEADER]")
            fault = f"it has {size // MIB} MiB; at most {MAIL_LIMIT // MIB} are read"
            await self._intake.receive(Arrival(source, header or b"", fault=fault), also)
            return
        raw = await self._fetch(uid, "BODY.PEEK[]")
        if raw is not None:
            await self._intake.receive(Arrival(source, raw), also)

    async def _find_size(self, uid: int) -> int | None:
        lines = _check(await self._client.uid("fetch", str(uid), "(RFC822.SIZE)"), "the server tells no sizes")
        found = _SIZE.search(b"\n".join(bytes(line) for line in lines))
        return int(found[1]) if found else None

    async def _fetch(self, uid: int, part: str) -> bytes | None:
        lines = _check(await self._client.uid("fetch", str(uid), f"({part})"), "the server does not hand a mail over")
        # The mail itself is the only line that the library keeps as a bytearray.
        return next((bytes(line) for line in lines if isinstance(line, bytearray)), None)


def _check(answer: Any, fault: str) -> Sequence[bytes | bytearray]:
    """Return the lines of an answer; raises `MailboxUnreadable` for a refusal, with the server's words."""
    if answer.result != "OK":
        said = " ".join(bytes(line).decode("utf-8", "replace") for line in answer.lines[-1:])
        raise MailboxUnreadable(f"{fault}: {said[:200]}", hint="hero_assistance secret set IMAP_URL ...")
    lines: Sequence[Any] = answer.lines
    return lines


def _tells_of_mails(pushed: Sequence[bytes] | str) -> bool:
    """Return whether to look: the server tells of a mail, or the time of waiting is over."""
    return isinstance(pushed, str) or any(b"EXISTS" in line or b"RECENT" in line for line in pushed)


def _quote(text: str) -> str:
    """Return a text as IMAP writes a string."""
    if _HAS_CONTROL.search(text):
        raise MailboxUnreadable("there is a control character in IMAP_URL", hint="write it once more")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
