"""What an operator does about deliveries."""

from __future__ import annotations

from hero_assistance_sdk.errors import Conflict, NotFound
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.outbox.model import StoredDelivery
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

RETRY_LIMIT = 1000


def find_delivery(snapshot: Snapshot, delivery_id: int) -> StoredDelivery:
    """Return one delivery; raises `NotFound`."""
    found = snapshot.outbox.find(delivery_id)
    if found is None:
        raise NotFound(f"there is no delivery {delivery_id}", hint="what was sent is forgotten after a month")
    return found


def retry_delivery(work: UnitOfWork, caller: Caller, delivery_id: int) -> StoredDelivery:
    """Make a delivery due now; raises `NotFound`, or `Conflict` where it is in flight or over."""
    _change(work, delivery_id, done=work.outbox.retry(delivery_id, work.now))
    work.record_audit_entry("outbox.retried", caller, {"delivery_id": str(delivery_id)})
    return find_delivery(work, delivery_id)


def retry_dead(work: UnitOfWork, caller: Caller, channel: str | None) -> int:
    """Make what was given up due now; returns how many."""
    count = work.outbox.retry_dead(channel, work.now, RETRY_LIMIT)
    if count:
        work.record_audit_entry("outbox.retried", caller, {"count": str(count), "channel": channel or ""})
    return count


def drop_delivery(work: UnitOfWork, caller: Caller, delivery_id: int) -> StoredDelivery:
    """Drop a delivery; raises `NotFound`, or `Conflict` where it is in flight or over."""
    _change(work, delivery_id, done=work.outbox.drop(delivery_id, work.now))
    work.record_audit_entry("outbox.dropped", caller, {"delivery_id": str(delivery_id)})
    return find_delivery(work, delivery_id)


def _change(work: UnitOfWork, delivery_id: int, *, done: bool) -> None:
    if done:
        return
    found = find_delivery(work, delivery_id)
    if found.in_flight:
        raise Conflict(f"delivery {delivery_id} is being sent right now", hint="try again in a moment")
    raise Conflict(f"delivery {delivery_id} is {found.state.value}")
