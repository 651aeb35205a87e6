"""Reads a mailbox over IMAP: what is new is stored, then marked as seen; IDLE tells of more, else it is polled.

The position in the mailbox is written together with each mail, so that a connection that is cut, or a process that is
killed, loses none and stores none twice. The first look at a mailbox takes what is not seen; a mail that it fetches
once more is known by its bytes. A mail that the server does not hand over stops none behind it: after some tries a
note in its place is quarantined, and it stays in the mailbox as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hero_assistance_sdk.errors import Unreachable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.intake import MAIL_LIMIT, Intake
from hero_assistance_server.mail.receiving.model import Arrival, MailboxPosition
from hero_assistance_server.mail.receiving.sources.imap_connection import (
    ANSWER_S,
    MailboxUnreadable,
    check_answer,
    connect,
    quote,
)
from hero_assistance_server.mail.receiving.sources.imap_fetch import MailUnreadable, fetch_mail
from hero_assistance_server.mail.receiving.sources.imap_tries import FetchTries
from hero_assistance_server.mail.receiving.sources.imap_url import Mailbox, parse_imap_url
from hero_assistance_server.quotas.rules import MIB
from hero_assistance_server.storage.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from hero_assistance_server.mail.receiving.sources.receiving import Receiving

CONDITION = "mailbox"
# RFC 2177: a server may end a connection after half an hour of silence.
IDLE_S = 25 * 60.0
POLL_S = 60.0
LOOK_EVERY_S = 1.0
# Between two tries to fetch a mail on one connection.
RETRY_S = 1.0
_NUMBER = re.compile(rb"UIDVALIDITY (\d+)", re.IGNORECASE)
_NEXT = re.compile(rb"UIDNEXT (\d+)", re.IGNORECASE)

_log = get_log("mail")


async def read_mailbox(setting: str, receiving: Receiving) -> None:
    """Read a mailbox until cancelled; raises `BadMailSetting`, `MailboxUnreadable` or `Unreachable`."""
    mailbox = parse_imap_url(setting)
    async with connect(mailbox) as client:
        reader = MailboxReader(client, mailbox, receiving.intake, receiving.tries)
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


class MailboxReader:
    """One connection to one mailbox; `tries` outlives it."""

    def __init__(self, client: Any, mailbox: Mailbox, intake: Intake, tries: FetchTries) -> None:
        self._client = client
        self._mailbox = mailbox
        self._intake = intake
        self._tries = tries
        self._uid_validity = 0
        self._next_uid = 1

    async def open(self) -> None:
        """Open the folder; raises `MailboxUnreadable`."""
        answer = await self._client.select(quote(self._mailbox.folder))
        lines = check_answer(answer, f"the server does not open the folder {self._mailbox.folder}")
        found = _NUMBER.search(b"\n".join(bytes(line) for line in lines))
        if found is None:
            raise MailboxUnreadable("the server does not number its mails", hint="ask its operator for UIDVALIDITY")
        self._uid_validity = int(found[1])
        following = _NEXT.search(b"\n".join(bytes(line) for line in lines))
        self._next_uid = int(following[1]) if following else 1
        self._tries.begin(self._mailbox.name, self._uid_validity)

    async def run(self) -> None:
        """Read what is new, and wait for more, until cancelled."""
        while True:
            await self.read_new()
            await self.wait()

    async def read_new(self) -> int:
        """Store what is new, in order; returns how many mails. Raises `MailboxUnreadable` where it gets none."""
        self._client.news.clear()
        position = await self._intake.storage.read(lambda snapshot: snapshot.mailbox_positions.find(self._mailbox.name))
        is_known = position is not None and position.uid_validity == self._uid_validity
        last = position.last_uid if position is not None and is_known else 0
        uids = await self._list_new(last) if is_known else await self._search("UNSEEN")
        refused: dict[int, MailUnreadable] = {}
        for uid in uids:
            # Behind one that is tried again, the position stays before it: what is read twice is known by its bytes.
            also = self._note_position(uid) if is_known and not refused else None
            try:
                await self._take(uid, also)
            except MailUnreadable as error:
                refused[uid] = error
        await self._take_again(refused, is_any_read=len(refused) < len(uids))
        if refused or not is_known:
            # Only now: a first look that was cut off begins once more with what is not seen.
            await self._intake.storage.write(self._note_position(max([self._next_uid - 1, last, *uids])))
        return len(uids)

    async def _take_again(self, refused: dict[int, MailUnreadable], *, is_any_read: bool) -> None:
        """Try the mails again that the server refused, and note those that it does not hand over."""
        for uid, first in refused.items():
            error: MailUnreadable | None = first
            while error is not None and not self._tries.is_given_up(uid):
                if not is_any_read:
                    # It may be the mailbox and not the mail: the pauses between two connections grow.
                    raise MailboxUnreadable(f"the server hands no mail over: {error.message}", hint="it is tried again")
                await asyncio.sleep(RETRY_S)
                error = await self._try_again(uid)
            if error is not None:
                await self._note_unread(uid, error.message)

    async def _try_again(self, uid: int) -> MailUnreadable | None:
        try:
            await self._take(uid, None)
        except MailUnreadable as error:
            return error
        return None

    def _note_position(self, uid: int) -> Callable[[UnitOfWork], None]:
        """Return what writes that all mails up to this one are stored."""
        position = MailboxPosition(self._uid_validity, uid)
        return lambda work: work.mailbox_positions.save(self._mailbox.name, position)

    async def wait(self) -> None:
        """Wait until there may be more: until the server says so, or for a while."""
        if not self._client.has_capability("IDLE"):
            await asyncio.sleep(POLL_S)
            check_answer(await self._client.noop(), "the server does not answer")
            return
        idle = await self._client.idle_start(timeout=IDLE_S)
        try:
            with contextlib.suppress(TimeoutError):
                # What came since the last look was told to another command.
                while not self._client.news.is_set():
                    pushed = await self._client.wait_server_push(IDLE_S + ANSWER_S)
                    if isinstance(pushed, str):
                        # The time of waiting is over.
                        break
        finally:
            self._client.idle_done()
        await asyncio.wait_for(idle, ANSWER_S)

    async def _list_new(self, last: int) -> list[int]:
        """Return the numbers behind the last one; `n:*` has the last mail also where its number is smaller."""
        return [uid for uid in await self._search("UID", f"{last + 1}:*") if uid > last]

    async def _search(self, *criteria: str) -> list[int]:
        lines = check_answer(await self._client.uid_search(*criteria, charset=None), "the server does not search")
        words = b" ".join(bytes(line) for line in lines[:-1]).replace(b"SEARCH", b" ").split()
        return sorted({int(word) for word in words if word.isdigit()})

    async def _take(self, uid: int, also: Callable[[UnitOfWork], None] | None) -> None:
        """Store a mail and mark it as seen; raises `MailUnreadable` for one that the server does not hand over."""
        if self._tries.is_given_up(uid):
            # The connection ended, or the server refused it, each time.
            await self._note_unread(uid, "the connection was lost, or it was refused, each time", also)
            return
        self._tries.count(uid)
        source = self._mailbox.name
        mail = await fetch_mail(self._client, uid)
        # What the desk cannot store is no fault of the mail.
        self._tries.forget(uid)
        if mail is not None and mail.size > MAIL_LIMIT:
            fault = f"it has {mail.size // MIB} MiB; at most {MAIL_LIMIT // MIB} are read"
            await self._intake.receive(Arrival(source, mail.raw, fault=fault), also)
        elif mail is not None:
            await self._intake.receive(Arrival(source, mail.raw), also)
        await self._client.uid("store", str(uid), "+FLAGS.SILENT", "(\\Seen)")

    async def _note_unread(self, uid: int, why: str, also: Callable[[UnitOfWork], None] | None = None) -> None:
        """Quarantine a note in the place of a mail that is not handed over; the mail stays as it is, and unseen."""
        fault = f"the mailbox does not hand it over: {why}"
        _log.warning("mail.unread", mailbox=self._mailbox.name, uid=uid, error=fault)
        note = (
            f"X-Mailbox-UID: {uid}\r\nX-Mailbox-UIDVALIDITY: {self._uid_validity}\r\n\r\n"
            f"Mail {uid} of the mailbox {self._mailbox.name} could not be read: {why}\r\n"
            "It is still there. Read it with a mail program, and forward it to the desk.\r\n"
        )
        await self._intake.receive(Arrival(self._mailbox.name, note.encode(), fault=fault), also)
        self._tries.forget(uid)
