"""`stats.*`: counts and durations, and the tickets that each figure counts."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Annotated, Any

from pydantic import Field, model_validator

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind, ValueFault
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server import serializers
from hero_assistance_server.identity.permissions import STAFF, Caller
from hero_assistance_server.ratings.model import RatingCount
from hero_assistance_server.rpc.example_fixtures import TICKET, summary_of
from hero_assistance_server.rpc.pages import fill_page
from hero_assistance_server.rpc.params import (
    PAGE_DEFAULT,
    PAGE_LIMIT,
    KnownTicketId,
    KnownTime,
    Tag,
    UserName,
    ZoneName,
)
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.stats import service
from hero_assistance_server.stats.model import Figure, Key, Measure, Only, Span
from hero_assistance_server.storage.unit_of_work import Snapshot, Storage
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.time_zones import DAY_MS, zone_for

# Three years and a few days, each of which is a row.
DAYS_LIMIT = 1100
_OFFSET_LIMIT = 14 * 60

# Until 2100.
_SPAN = {"start": 0, "end": 4_102_444_800_000}
_NEVER = {"start": 0, "end": DAY_MS}
_NOTHING: dict[str, Any] = {"count": 0, "median_ms": None, "p90_ms": None}
_UNRATED = {"good": 0, "bad": 0}
_ERRORS = (Unauthenticated, Forbidden, Unavailable)


class SpanParams(Params):
    """From `start` until before `end`."""

    start: KnownTime
    end: KnownTime

    @model_validator(mode="after")
    def _in_order(self) -> SpanParams:
        if self.end <= self.start:
            raise ValueFault("the end is behind the start", FaultKind.INVALID)
        return self

    def span(self) -> Span:
        """Return the span, with days that begin as UTC's."""
        return Span(self.start, self.end)


class DaysParams(SpanParams):
    """A span, and where its days begin: by a time zone, or the same all year round."""

    time_zone: ZoneName = None
    days_each: Annotated[
        int,
        Field(ge=1, le=DAYS_LIMIT, description="So many days are put together, from the last one on."),
    ] = 1
    utc_offset_minutes: Annotated[
        int | None,
        Field(ge=-_OFFSET_LIMIT, le=_OFFSET_LIMIT, description="60 for days that begin an hour before UTC's."),
    ] = None

    @model_validator(mode="after")
    def _not_too_many(self) -> DaysParams:
        if self.end - self.start > DAYS_LIMIT * DAY_MS:
            raise ValueFault(f"the end is at most {DAYS_LIMIT} days behind the start", FaultKind.INVALID)
        if self.time_zone is not None and self.utc_offset_minutes is not None:
            raise ValueFault("days begin by time_zone or by utc_offset_minutes, not by both", FaultKind.INVALID)
        return self

    def span_of(self, caller: Caller) -> Span:
        """Return the span, with days that begin where the caller's do."""
        if self.utc_offset_minutes is not None:
            return Span(self.start, self.end, timezone(timedelta(minutes=self.utc_offset_minutes)))
        return Span(self.start, self.end, zone_for(self.time_zone, caller.known()))


class FigureParams(SpanParams):
    """Which tickets of which figure; `backlog` is that at the end of the span."""

    figure: Figure
    agent: UserName | None = None
    tag: Tag | None = None
    after: Annotated[KnownTicketId | None, Field(description="`next_after` of the page before.")] = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = PAGE_DEFAULT


class Took(Result):
    """How many, and within which time half of them, and nine of ten, were done; null where there were none."""

    count: int
    median_ms: int | None
    p90_ms: int | None


class Ratings(Result):
    """How many answers were rated in the span, by what their customers said."""

    good: int
    bad: int


class Overview(Result):
    """What happened in a span, and the backlog before and after it."""

    created: int
    first_response: Took
    solved: Took
    backlog_before: int
    backlog_after: int
    ratings: Ratings


class StatsRow(Result):
    """The figures of one agent or tag."""

    name: str
    created: int
    first_response: Took
    solved: Took
    ratings: Ratings


class StatsRows(Result):
    """Those with the most tickets first."""

    rows: list[StatsRow]


class StatsDay(Result):
    """One day, or several together; `start` is when it began, `backlog` what it left; null where there were none."""

    start: wire.Millis
    created: int
    first_response: int
    solved: int
    backlog: int
    first_response_median_ms: int | None
    solved_median_ms: int | None


class StatsDays(Result):
    """Days in order."""

    days: list[StatsDay]


class FigureTickets(Result):
    """Tickets by id; `next_after` asks for the next page, null at the end."""

    tickets: list[wire.TicketSummary]
    next_after: wire.TicketId | None


_VARIES = frozenset({"median_ms", "p90_ms"})
_ONE = {"count": 1, "median_ms": 240_000, "p90_ms": 240_000}
_OVERVIEWS = Example(
    "Before the project there was nothing",
    "bob",
    _NEVER,
    {
        "created": 0,
        "first_response": _NOTHING,
        "solved": _NOTHING,
        "backlog_before": 0,
        "backlog_after": 0,
        "ratings": _UNRATED,
    },
)
_AGENTS = Example(
    "Bob answered the one ticket",
    "alice",
    _SPAN,
    {"rows": [{"name": "bob", "created": 0, "first_response": _ONE, "solved": _NOTHING, "ratings": _UNRATED}]},
    varies=_VARIES,
)
_TAGS = Example(
    "It was about the VPN",
    "alice",
    _SPAN,
    {"rows": [{"name": "vpn", "created": 1, "first_response": _ONE, "solved": _NOTHING, "ratings": _UNRATED}]},
    varies=_VARIES,
)
_DAYS = Example(
    "A day on which nothing happened",
    "bob",
    _NEVER,
    {
        "days": [
            {
                "start": 0,
                "created": 0,
                "first_response": 0,
                "solved": 0,
                "backlog": 0,
                "first_response_median_ms": None,
                "solved_median_ms": None,
            }
        ]
    },
)
_TICKETS = Example(
    "Which were they?",
    "bob",
    {**_SPAN, "figure": "first_response", "agent": "bob"},
    {"tickets": [summary_of(TICKET)], "next_after": None},
)


def add_methods(table: MethodRegistry, storage: Storage) -> None:
    """Register the methods."""

    @table.method("stats.overview", allow=STAFF, page=True, errors=_ERRORS, examples=[_OVERVIEWS])
    async def overview(_caller: Caller, params: SpanParams) -> Overview:
        """Count what came in, was first answered and was solved in a span, and how long that took."""
        return await storage.read(lambda snapshot: _overview(snapshot, params.span()))

    @table.method("stats.by_agent", allow=STAFF, page=True, errors=_ERRORS, examples=[_AGENTS])
    async def by_agent(_caller: Caller, params: SpanParams) -> StatsRows:
        """The figures of each agent: tickets assigned now, first answers given, tickets solved by them, and ratings."""
        return await storage.read(lambda snapshot: _rows(snapshot, params.span(), Key.AGENT))

    @table.method("stats.by_tag", allow=STAFF, page=True, errors=_ERRORS, examples=[_TAGS])
    async def by_tag(_caller: Caller, params: SpanParams) -> StatsRows:
        """The figures of each tag, of the tickets that have it now."""
        return await storage.read(lambda snapshot: _rows(snapshot, params.span(), Key.TAG))

    @table.method("stats.by_day", allow=STAFF, page=True, errors=_ERRORS, examples=[_DAYS])
    async def by_day(caller: Caller, params: DaysParams) -> StatsDays:
        """Count what happened on each day from midnight on, and what was neither solved nor closed at its end.

        The medians are of how long the first answers of the day, and what was solved on it, took since it was filed.
        """
        span = params.span_of(caller)
        found = await storage.read(lambda snapshot: snapshot.stats.list_days(span, params.days_each))
        return StatsDays(
            days=[StatsDay(**{name: getattr(day, name) for name in StatsDay.model_fields}) for day in found]
        )

    @table.method("stats.tickets", allow=STAFF, page=True, errors=(*_ERRORS, NotFound), examples=[_TICKETS])
    async def tickets(caller: Caller, params: FigureParams) -> Encoded[FigureTickets]:
        """List the tickets that a figure counts, by id."""
        return await storage.read(lambda snapshot: _tickets(snapshot, caller, params))


def _overview(snapshot: Snapshot, span: Span) -> Overview:
    return Overview(
        created=snapshot.stats.measure(Figure.CREATED, span).count,
        first_response=_to_took(snapshot.stats.measure(Figure.FIRST_RESPONSE, span)),
        solved=_to_took(snapshot.stats.measure(Figure.SOLVED, span)),
        backlog_before=snapshot.stats.backlog(span.start),
        backlog_after=snapshot.stats.backlog(span.end),
        ratings=_to_ratings(snapshot.ratings.count(span)),
    )


def _rows(snapshot: Snapshot, span: Span, key: Key) -> StatsRows:
    return StatsRows(
        rows=[
            StatsRow(
                name=row.name,
                created=row.created,
                first_response=_to_took(row.first_response),
                solved=_to_took(row.solved),
                ratings=_to_ratings(row.ratings),
            )
            for row in service.compare(snapshot, span, key)
        ]
    )


def _tickets(snapshot: Snapshot, caller: Caller, params: FigureParams) -> Encoded[FigureTickets]:
    only = Only(params.agent, params.tag)
    after = wire.TicketId(0) if params.after is None else params.after
    found = service.list_tickets(
        snapshot, caller, params.figure, params.span(), only=only, after=after, limit=params.limit + 1
    )

    def encode(ticket: Ticket) -> bytes:
        return serializers.ticket_summary(ticket, staff=caller.is_staff).model_dump_json().encode()

    page = fill_page(found, encode, params.limit)
    return Encoded.of(FigureTickets, tickets=page.json, next_after=page.last.ticket_id if page.last else None)


def _to_took(measure: Measure) -> Took:
    return Took(count=measure.count, median_ms=measure.median, p90_ms=measure.p90)


def _to_ratings(count: RatingCount) -> Ratings:
    return Ratings(good=count.good, bad=count.bad)
