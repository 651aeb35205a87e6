"""What an operator does about deliveries."""

from __future__ import annotations

from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.outbox.model import DeliveryState
from hero_assistance_server.outbox.rules import KEPT
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

RETRY_LIMIT = 1000
_FORGOTTEN = (
    f"what was sent or dropped is forgotten after {KEPT[DeliveryState.DONE].age.days} days,"
    f" what was given up after {KEPT[DeliveryState.DEAD].age.days}"
)


def retry_delivery(work: UnitOfWork, caller: Caller, delivery_id: int) -> bool:
    """Make a delivery due now; returns false where it is in flight or over. Raises `NotFound`."""
    _check_known(work, delivery_id)
    done = work.outbox.retry(delivery_id, work.now)
    if done:
        work.record_audit_entry("outbox.retried", caller, {"delivery_id": str(delivery_id)})
    return done


def retry_dead(work: UnitOfWork, caller: Caller, channel: str | None) -> int:
    """Make what was given up due now; returns how many."""
    count = work.outbox.retry_dead(channel, work.now, RETRY_LIMIT)
    if count:
        work.record_audit_entry("outbox.retried", caller, {"count": str(count), "channel": channel or ""})
    return count


def drop_delivery(work: UnitOfWork, caller: Caller, delivery_id: int) -> bool:
    """Drop a delivery; returns false where it is in flight or over. Raises `NotFound`."""
    _check_known(work, delivery_id)
    done = work.outbox.drop(delivery_id, work.now)
    if done:
        work.record_audit_entry("outbox.dropped", caller, {"delivery_id": str(delivery_id)})
    return done


def _check_known(snapshot: Snapshot, delivery_id: int) -> None:
    if snapshot.outbox.find(delivery_id) is None:
        raise NotFound(f"there is no delivery {delivery_id}", hint=_FORGOTTEN, kind=RefusalKind.NO_DELIVERY)
