"""A small IMAP server on loopback that answers wrongly, as real ones do with mails that they cannot read."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_FETCH = re.compile(rb"(\S+) UID FETCH (\d+) \((.*)\)")
_RANGE = re.compile(rb"UID (\d+):\*")


@dataclass
class ImapServer:
    """The mails of one mailbox by number, and what is wrong with some of them."""

    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)
    # How often each fault happens; for ever without a number.
    lasts: dict[int, int] = field(default_factory=dict)
    fetches: Counter[int] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    # It comes while the mail before it is marked as seen, which the server says in that answer alone.
    next_mail: bytes = b""
    has_idle: bool = False
    idle_tag: bytes = b""
    commands: set[bytes] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"imap://user:secret@127.0.0.1:{self.port}/INBOX"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        writer.write(b"* OK ready\r\n")
        try:
            while line := await reader.readline():
                self._answer(line.strip(), writer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _answer(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        tag, _, command = line.partition(b" ")
        words = command.upper()
        self.commands.add(words.split(b" ")[0])
        if match := _FETCH.match(line):
            self._fetch(tag, int(match[2]), match[3], writer)
            return
        if words.startswith(b"CAPABILITY"):
            writer.write(b"* CAPABILITY IMAP4rev1%b\r\n" % (b" IDLE" if self.has_idle else b""))
        elif words.startswith(b"SELECT"):
            writer.write(b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n" % len(self.mails))
            writer.write(b"* OK [UIDNEXT %d] x\r\n" % (max(self.mails, default=0) + 1))
        elif words.startswith(b"UID SEARCH"):
            after = int(found[1]) if (found := _RANGE.search(command)) else 1
            hits = [uid for uid in sorted(self.mails) if uid >= after and (found or uid not in self.seen)]
            writer.write(b"* SEARCH %b\r\n" % b" ".join(b"%d" % uid for uid in hits))
        elif words.startswith(b"UID STORE"):
            self.seen.add(int(command.split()[2]))
            self._bring_next(writer)
        elif words.startswith(b"IDLE"):
            writer.write(b"+ idling\r\n")
            self.idle_tag = tag
            return
        elif words == b"" and tag.upper() == b"DONE":
            writer.write(self.idle_tag + b" OK done\r\n")
            return
        writer.write(tag + b" OK done\r\n")

    def _bring_next(self, writer: asyncio.StreamWriter) -> None:
        if self.next_mail:
            self.mails[max(self.mails) + 1] = self.next_mail
            self.next_mail = b""
            writer.write(b"* %d EXISTS\r\n" % len(self.mails))

    def _fetch(self, tag: bytes, uid: int, item: bytes, writer: asyncio.StreamWriter) -> None:
        raw = self.mails[uid]
        if item == b"RFC822.SIZE":
            size = 10 if self.faults.get(uid) == "small size" else len(raw)
            writer.write(b"* 1 FETCH (UID %d RFC822.SIZE %d)\r\n%b OK done\r\n" % (uid, size, tag))
            return
        self.fetches[uid] += 1
        fault = self.faults.get(uid, "")
        if self.fetches[uid] > self.lasts.get(uid, 10**9):
            fault = ""
        if b"HEADER" in item:
            raw = raw[: raw.index(b"\r\n\r\n") + 4]
        self._send(tag, uid, raw, fault, writer)

    def _send(self, tag: bytes, uid: int, raw: bytes, fault: str, writer: asyncio.StreamWriter) -> None:
        head = b"* 1 FETCH (UID %d BODY[] {%d}\r\n"
        if fault == "no":
            writer.write(tag + b" NO [SERVERBUG] cannot read it\r\n")
        elif fault == "bad":
            writer.write(tag + b" BAD what is that\r\n")
        elif fault == "nothing":
            writer.write(tag + b" OK done\r\n")
        elif fault == "more than said":
            writer.write(head % (uid, 5) + raw + b")\r\n" + tag + b" OK done\r\n")
        elif fault == "less than said":
            writer.write(head % (uid, len(raw) + 100_000) + raw + b")\r\n" + tag + b" OK done\r\n")
        elif fault == "cut":
            writer.write(head % (uid, len(raw)) + raw[: len(raw) // 2])
            writer.close()
        else:
            writer.write(head % (uid, len(raw)) + raw + b")\r\n" + tag + b" OK done\r\n")


@asynccontextmanager
async def imap_server(mails: dict[int, bytes], faults: dict[int, str]) -> AsyncIterator[ImapServer]:
    """Serve these mails while the context is open."""
    server = ImapServer(mails=mails, faults=faults)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=2**20)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
