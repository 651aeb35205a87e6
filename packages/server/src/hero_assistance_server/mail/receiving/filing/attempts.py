"""Counts the attempts to file each mail: a mail that ends the process with it is known by them after some starts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hero_assistance_sdk.errors import Unavailable
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.mail.receiving.model import MailId
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork

_log = get_log("mail")


class Attempts:
    """The attempts of this process; one that ends by a fault of the desk is taken back.

    A write that fails may be committed all the same, later: what it counted is known by the number that was stored
    before the attempt.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.running: set[MailId] = set()
        # Counted in the database, and not taken back there: this process counts them no second time.
        self._counted: set[MailId] = set()
        # The attempts of each mail before the one of this process, also where it is not known whether it is counted.
        self._before: dict[MailId, int] = {}

    async def begin(self, mail_ids: Sequence[MailId]) -> None:
        """Count an attempt for each, before it begins; raises `StoreUnavailable`."""
        new = [one for one in mail_ids if one not in self._counted]
        if new:
            await self._storage.write(lambda work: self._count(work, new))
        self._counted.update(new)
        self.running.update(mail_ids)

    def end(self, mail_ids: Collection[MailId]) -> None:
        """Note that these attempts have a result."""
        self.running.difference_update(mail_ids)
        self._forget(mail_ids)

    async def undo(self, mail_ids: Sequence[MailId]) -> None:
        """Take attempts back; while the database cannot be written, this process remembers that they count for none."""
        self.running.difference_update(mail_ids)
        if not mail_ids:
            return
        try:
            await self._storage.write(lambda work: self._uncount(work, mail_ids))
        except (Unavailable, OSError) as error:
            _log.warning("mail.attempts-kept", mails=len(mail_ids), error=error)
            self._counted.difference_update(mail_ids)
        else:
            self._forget(mail_ids)

    async def undo_all(self) -> None:
        """Take back what has no result."""
        await self.undo(sorted(self._before))

    def _count(self, work: UnitOfWork, mail_ids: Sequence[MailId]) -> None:
        stored = {one: _read_attempts(work, one) for one in mail_ids}
        work.incoming_mails.begin_attempt(
            [one for one, attempts in stored.items() if attempts == self._before.setdefault(one, attempts)]
        )

    def _uncount(self, work: UnitOfWork, mail_ids: Sequence[MailId]) -> None:
        work.incoming_mails.undo_attempt(
            [one for one in mail_ids if one in self._before and _read_attempts(work, one) > self._before[one]]
        )

    def _forget(self, mail_ids: Collection[MailId]) -> None:
        self._counted.difference_update(mail_ids)
        for one in mail_ids:
            self._before.pop(one, None)


def _read_attempts(work: UnitOfWork, mail_id: MailId) -> int:
    mail = work.incoming_mails.find(mail_id)
    return 0 if mail is None else mail.attempts
