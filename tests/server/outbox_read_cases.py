"""A case for each read method of the outbox."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_server.outbox.model import Delivery, DeliveryState
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import Case, change_nothing, sees

# Methods that only write; the read methods of their repository see what they write.
OUTBOX_WRITES = {
    "outbox.add",
    "outbox.drop",
    "outbox.fail",
    "outbox.finish",
    "outbox.prune",
    "outbox.release_leases",
    "outbox.retry",
    "outbox.retry_dead",
}


def add(work: UnitOfWork) -> None:
    work.outbox.add(Delivery("mail", "k", "dan@example.org", "{}", work.now), work.now)


def finish(work: UnitOfWork) -> None:
    work.outbox.finish(1, "250 accepted", work.now)


def _count(work: UnitOfWork) -> int:
    return len(list(work.outbox.iterate_newest(None, None, 100)))


OUTBOX_CASES: dict[str, Case] = {
    "outbox.counts": sees(
        lambda work: [(one.state, one.count) for one in work.outbox.counts()],
        (add, [(DeliveryState.WAITING, 1)]),
        (finish, [(DeliveryState.DONE, 1)]),
    ),
    "outbox.find": sees(lambda work: work.outbox.find(1) is not None, (change_nothing, False), (add, True)),
    "outbox.iterate_newest": sees(_count, (change_nothing, 0), (add, 1)),
    "outbox.lease": sees(
        lambda work: len(work.outbox.lease("mail", work.now, work.now + timedelta(minutes=1), 9)),
        (change_nothing, 0),
        (add, 1),
        (change_nothing, 0),
    ),
    "outbox.next_due": sees(
        lambda work: work.outbox.next_due("mail") == work.now, (change_nothing, False), (add, True)
    ),
}
