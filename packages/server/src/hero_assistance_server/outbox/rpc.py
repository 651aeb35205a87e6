"""`outbox.*`: what waits to go out, what was given up, and what an operator does about it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Call, Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_server.identity.permissions import OPERATORS, Caller
from hero_assistance_server.outbox.model import DeliveryState, StoredDelivery
from hero_assistance_server.outbox.pauses import Pauses
from hero_assistance_server.outbox.service import drop_delivery, retry_dead, retry_delivery
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.timestamps import maybe_millis, millis

_ERRORS = (Unauthenticated, Forbidden, Unavailable)
_LISTS = Example("Nothing went out yet", "alice", {"channel": "mail"}, {"deliveries": [], "next_cursor": None})
_COUNTS = Example("Nothing went out yet", "alice", {}, {"counts": [], "pruned": []})
# Whether the letter still waits is a matter of moments.
_TESTED = Call("alice", "mail.test", {"address": "alice@example.org"})
_MAYBE = frozenset({"result"})
_RETRIES = Example("The mail server is back", "alice", {"delivery_id": 1}, True, (_TESTED,), varies=_MAYBE)
_DROPS = Example("A letter is not wanted any more", "alice", {"delivery_id": 1}, True, (_TESTED,), varies=_MAYBE)
_RETRIES_DEAD = Example("Nothing was given up", "alice", {}, 0)

DeliveryId = Annotated[int, Field(ge=1, le=ID_LIMIT)]
ChannelName = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")] | None,
    Field(description="Such as `mail` or `webhook`; null is every channel."),
]


class ListDeliveries(PageParams):
    """Which deliveries, and which page of them."""

    channel: ChannelName = None
    state: Annotated[DeliveryState | None, Field(description="Null is every state.")] = None


class KnownDelivery(Params):
    """A delivery of the outbox."""

    delivery_id: DeliveryId


class RetryDead(Params):
    """Of which channel."""

    channel: ChannelName = None


class OutboxDelivery(Result):
    """One thing that goes out, without its contents; `note` is the last error, or how it was sent.

    `in_flight` says that an attempt has begun and its outcome is not known yet.
    """

    delivery_id: int
    channel: str
    target: str
    summary: str
    state: DeliveryState
    attempts: int
    in_flight: bool
    created_at: wire.Millis
    due_at: wire.Millis
    finished_at: wire.Millis | None
    note: str


class DeliveryList(Result):
    """Deliveries, newest first."""

    deliveries: list[OutboxDelivery]
    next_cursor: str | None


class ChannelCount(Result):
    """How many deliveries of a channel are in a state, and when the oldest of them was added."""

    channel: str
    state: DeliveryState
    count: int
    oldest_at: wire.Millis


class PrunedDeliveries(Result):
    """How many deliveries of a channel and a state were deleted since they were old or too many, and when last."""

    channel: str
    state: DeliveryState
    count: int
    last_at: wire.Millis


class OutboxCounts(Result):
    """By channel and state; where there is nothing there is no row."""

    counts: list[ChannelCount]
    pruned: list[PrunedDeliveries]


def add_methods(table: MethodRegistry, storage: Storage, pauses: Pauses) -> None:
    """Register the methods; what is retried ends the pauses of the channels."""

    @table.method("outbox.list", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_LISTS])
    async def list_(_caller: Caller, params: ListDeliveries) -> Encoded[DeliveryList]:
        """List what goes out, newest first: letters and webhook calls that wait, were sent, or were given up."""
        return await storage.read(lambda snapshot: _list(snapshot, params))

    @table.method("outbox.counts", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_COUNTS])
    async def counts(_caller: Caller, _params: NoParams) -> OutboxCounts:
        """Count what goes out, by channel and state, and what was deleted because it was old or too much."""
        return await storage.read(_count)

    _add_change_methods(table, storage, pauses)


def _add_change_methods(table: MethodRegistry, storage: Storage, pauses: Pauses) -> None:
    @table.method("outbox.retry", allow=OPERATORS, page=True, errors=[*_ERRORS, NotFound], examples=[_RETRIES])
    async def retry(caller: Caller, params: KnownDelivery) -> bool:
        """Try a delivery now that waits or was given up; false where it is being sent, or is over."""
        pauses.lift()
        return await storage.write(lambda work: retry_delivery(work, caller, params.delivery_id))

    @table.method("outbox.retry_dead", allow=OPERATORS, page=True, errors=_ERRORS, examples=[_RETRIES_DEAD])
    async def retry_dead_(caller: Caller, params: RetryDead) -> int:
        """Try again what was given up, at most 1,000 deliveries, the oldest first; returns how many."""
        pauses.lift(params.channel)
        return await storage.write(lambda work: retry_dead(work, caller, params.channel))

    @table.method("outbox.drop", allow=OPERATORS, page=True, errors=[*_ERRORS, NotFound], examples=[_DROPS])
    async def drop(caller: Caller, params: KnownDelivery) -> bool:
        """Drop a delivery that waits or was given up: it is never sent; false where it is being sent, or is over."""
        return await storage.write(lambda work: drop_delivery(work, caller, params.delivery_id))


def _count(snapshot: Snapshot) -> OutboxCounts:
    return OutboxCounts(
        counts=[
            ChannelCount(channel=one.channel, state=one.state, count=one.count, oldest_at=millis(one.oldest))
            for one in snapshot.outbox.counts()
        ],
        pruned=[
            PrunedDeliveries(channel=one.channel, state=one.state, count=one.count, last_at=millis(one.last_at))
            for one in snapshot.outbox.count_pruned()
        ],
    )


def _list(snapshot: Snapshot, params: ListDeliveries) -> Encoded[DeliveryList]:
    before = ID_LIMIT if params.cursor is None else place_at(params.cursor, int)[0]
    rows = snapshot.outbox.iterate_newest(params.channel, params.state, before)
    page = fill_page(rows, lambda delivery: _serialize(delivery).model_dump_json().encode(), params.limit)
    cursor = None if page.last is None else cursor_at(page.last.delivery_id)
    return Encoded.of(DeliveryList, deliveries=page.json, next_cursor=cursor)


def _serialize(delivery: StoredDelivery) -> OutboxDelivery:
    return OutboxDelivery(
        delivery_id=delivery.delivery_id,
        channel=delivery.channel,
        target=delivery.target,
        summary=delivery.summary,
        state=delivery.state,
        attempts=delivery.attempts,
        in_flight=delivery.in_flight,
        created_at=millis(delivery.created_at),
        due_at=millis(delivery.due_at),
        finished_at=maybe_millis(delivery.finished_at),
        note=delivery.note,
    )
