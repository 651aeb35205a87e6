"""How long mails are kept: the bytes of those that are dealt with for some weeks, and all of them within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from hero_assistance_sdk.logs import get_log
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.mail.receiving.model import MailId, MailState, StoredSize
from hero_assistance_server.quotas.rules import GIB, MIB
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

# Someone may still ask for what a mail said exactly.
RAW_KEPT_FOR = timedelta(days=30)
# An operator who looks in once a quarter finds what was held back; beyond the bounds the oldest goes first.
QUARANTINE_KEPT_FOR = timedelta(days=90)
QUARANTINE_MAILS = 10_000
QUARANTINE_BYTES = 2 * GIB
# Strangers fill the disk with neither: beyond these the bytes of the oldest go first, and messages and records stay.
RAW_BYTES = {MailState.IGNORED: GIB, MailState.FILED: 8 * GIB}
# Of a program's answer that is larger, only the header is kept, and of that so much.
AUTOMATIC_LIMIT = MIB
HEADER_LIMIT = 64 * 1024
USES_KEPT_FOR = timedelta(hours=2)
LOOK_EVERY_S = 3600.0
# What one transaction deletes: the others wait for it.
PORTION = 100
PORTION_BYTES = 64 * MIB
SYSTEM = Caller(None, origin=MAIL_ORIGIN)
BY_OPERATOR = "discarded"
TOO_OLD = f"discarded after {QUARANTINE_KEPT_FOR.days} days"
TOO_MANY = "discarded because the quarantine was full"

_log = get_log("mail")


class Retention:
    """Deletes what is too old every hour, and what there is too much of at once."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._next_look = 0.0

    async def keep(self, now_s: float) -> float:
        """Delete what is due; returns in how many seconds to look again. Raises `StoreUnavailable`."""
        if await self._is_too_full():
            while await self._storage.write(_discard_oldest):
                pass
        for state in await self._find_full():
            while await self._storage.write(partial(_delete_oldest_bytes, state)):
                pass
        if now_s >= self._next_look:
            deletions: list[Callable[[UnitOfWork], int]] = [_discard_old]
            deletions += [partial(_delete_old_bytes, state) for state in RAW_BYTES]
            for delete in deletions:
                while await self._storage.write(delete):
                    pass
            await self._storage.write(lambda work: work.mail_uses.delete_before(work.now - USES_KEPT_FOR))
            self._next_look = now_s + LOOK_EVERY_S
        return self._next_look - now_s

    async def _is_too_full(self) -> bool:
        found = await self._storage.read(lambda snapshot: snapshot.incoming_mails.measure_quarantine())
        return found.mails > QUARANTINE_MAILS or found.size > QUARANTINE_BYTES

    async def _find_full(self) -> list[MailState]:
        """Return the states whose mails have too many bytes."""
        found = await self._storage.read(lambda snapshot: snapshot.incoming_mails.measure_bytes())
        return [state for state, limit in RAW_BYTES.items() if found[state] > limit]


def cut_to_header(raw: bytes) -> bytes:
    """Return the header of a mail, of which a mail without an end of it has at most `HEADER_LIMIT`."""
    head = raw[:HEADER_LIMIT]
    ends = [at + len(end) for end in (b"\r\n\r\n", b"\n\n") if (at := head.find(end)) >= 0]
    return head[: min(ends, default=HEADER_LIMIT)]


def choose_portion(found: Sequence[StoredSize]) -> list[MailId]:
    """Return the first mails, as many as one transaction deletes."""
    chosen: list[MailId] = []
    size = 0
    for one in found[:PORTION]:
        size += one.size
        if chosen and size > PORTION_BYTES:
            break
        chosen.append(one.mail_id)
    return chosen


def discard(work: UnitOfWork, caller: Caller, mail_ids: Sequence[MailId], why: str) -> int:
    """Delete mails for good, with an audit entry; returns how many."""
    if mail_ids:
        work.incoming_mails.discard(mail_ids, why)
        detail = {"mails": str(len(mail_ids)), "first": str(mail_ids[0]), "last": str(mail_ids[-1]), "reason": why}
        work.record_audit_entry("mail.discarded", caller, detail)
    return len(mail_ids)


def _discard_oldest(work: UnitOfWork) -> int:
    """Discard what the quarantine has too much of, a portion of it."""
    measured = work.incoming_mails.measure_quarantine()
    mails, size = measured.mails, measured.size
    chosen: list[StoredSize] = []
    for one in work.incoming_mails.list_quarantined(PORTION):
        if mails <= QUARANTINE_MAILS and size <= QUARANTINE_BYTES:
            break
        chosen.append(one)
        mails, size = mails - 1, size - one.size
    count = discard(work, SYSTEM, choose_portion(chosen), TOO_MANY)
    if count:
        _log.warning("mail.discarded", mails=count, reason=TOO_MANY)
    return count


def _discard_old(work: UnitOfWork) -> int:
    found = work.incoming_mails.list_quarantined(PORTION, before=work.now - QUARANTINE_KEPT_FOR)
    return discard(work, SYSTEM, choose_portion(found), TOO_OLD)


def _delete_oldest_bytes(state: MailState, work: UnitOfWork) -> int:
    """Delete the bytes that there are too many of in a state, a portion of them."""
    size = work.incoming_mails.measure_bytes()[state]
    found: list[StoredSize] = []
    for one in work.incoming_mails.list_old_bytes(state, PORTION):
        if size <= RAW_BYTES[state]:
            break
        found.append(one)
        size -= one.size
    chosen = choose_portion(found)
    work.incoming_mails.delete_raw(chosen)
    if chosen:
        _log.warning("mail.bytes-deleted", mails=len(chosen), state=state.value)
    return len(chosen)


def _delete_old_bytes(state: MailState, work: UnitOfWork) -> int:
    old = work.incoming_mails.list_old_bytes(state, PORTION, before=work.now - RAW_KEPT_FOR)
    chosen = choose_portion(old)
    work.incoming_mails.delete_raw(chosen)
    return len(chosen)
