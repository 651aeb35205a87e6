"""What a project's stream may say: every lie is refused with a reason, at the event that holds it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.errors import ProtocolViolation
from hero_assistance_sdk.foreign.event_reader import EventReader
from hero_assistance_sdk.foreign.json_checks import LARGEST, parse_json
from hero_assistance_sdk.foreign.pace import BURST_BYTES, BURST_EVENTS, BYTES_PER_S, EVENTS_PER_S, Pace
from hero_assistance_sdk.sse import EVENT_BYTES, encode
from hero_assistance_sdk.wire import Event, Reset, Seq
from tests.sdk.sample_events import event, sent

pytestmark = pytest.mark.pure


def changed(**fields: Any) -> bytes:
    """An event whose JSON has other values."""
    return encode(event="ticket.created", data=json.dumps({**event(1).model_dump(mode="json"), **fields}), seq=1)


def with_ticket(**fields: Any) -> bytes:
    return changed(ticket={**event(1).model_dump(mode="json")["ticket"], **fields})


def raw(data: str, kind: str = "ticket.created", number: str = "1") -> bytes:
    return f"id: {number}\nevent: {kind}\ndata: {data}\n\n".encode()


LIES = {
    "seq: a fraction": changed(seq=1.5),
    "seq: a whole float": changed(seq=1.0),
    "seq: a text": changed(seq="1"),
    "seq: true": changed(seq=True),
    "seq: null": changed(seq=None),
    "seq: below zero": encode(event="ticket.created", data=event(-1).model_dump_json()),
    "seq: more than a browser holds": encode(event="ticket.created", data=event(2**53).model_dump_json()),
    "seq: more digits than Python reads": changed(seq=0).replace(b'"seq": 0', b'"seq": ' + b"9" * 5000),
    "seq: another than the id": sent(1).replace(b"id: 1", b"id: 2"),
    "id: letters": sent(1).replace(b"id: 1", b"id: abc"),
    "id: empty": sent(1).replace(b"id: 1", b"id:"),
    "id: below zero": sent(1).replace(b"id: 1", b"id: -1"),
    "id: other digits": sent(1).replace(b"id: 1", "id: \u0661".encode()),
    "id: of 900 KB": b"id: " + b"1" * 900_000 + b"\n\n",
    "id: larger than any": b"id: " + str(LARGEST + 1).encode() + b"\n\n",
    "half a letter": raw('{"kind": "ticket.created", "seq": 1, "ticket": null, "message": null, "record": "\\ud800"}'),
    "half a letter in a title": with_ticket(title="TITLE").replace(b"TITLE", b"\\ud800"),
    "100,000 deep": raw("[" * 100_000),
    "100,000 deep and closed": raw('{"a":' * 100_000 + "1" + "}" * 100_000),
    "not JSON": raw("{"),
    "no JSON number": raw('{"kind": "ticket.created", "seq": NaN}'),
    "infinity": raw('{"kind": "ticket.created", "seq": 1e999}'),
    "a list": raw("[]"),
    "null": raw("null"),
    "only a kind": raw('{"kind": "ticket.created"}'),
    "a ticket that is none": changed(ticket=[]),
    "a ticket without its fields": changed(ticket={"ticket_id": 1}),
    "a time after all times": with_ticket(updated_at=LARGEST + 1),
    "a number of a ticket as text": with_ticket(ticket_id="1"),
    "a status that is none": with_ticket(status="haunted"),
    "a title that is an object": with_ticket(title={"toString": 1}),
    "tags that are a text": with_ticket(tags="vpn"),
    "a record of no noun": changed(record={"noun": "x" * 10_000}),
    "a message of another shape": changed(message={"message_id": 1}),
    "presence in another shape": encode(event="presence", data="{}"),
    "counts that are texts": encode(event="counts", data='{"counts": {"all": "1"}}'),
    "counts beyond numbers": encode(event="counts", data='{"counts": {"all": 99999999999999999}}'),
    "connected to no list": encode(event="connected", data='{"connection": "x", "presence": {}}'),
    "a reset to a text": encode(event="reset", data='{"seq": "9"}'),
    "a reset to below zero": encode(event="reset", data='{"seq": -9}'),
    "a reset to another number than its id": encode(event="reset", data='{"seq": 9}', seq=10),
    "an event without an end": b"data: " + b"x" * (EVENT_BYTES + 1),
    "a line without an end": b"x" * (EVENT_BYTES + 1),
    "a kind of many letters": raw("{}", kind="k" * 1000),
    "a kind that is no word": raw("{}", kind="a\u202eb"),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_lie_is_refused(lie: bytes) -> None:
    reader = EventReader("desk", 0)
    with pytest.raises(ProtocolViolation, match="desk sent an event that is none") as refused:
        list(reader.read(lie))
    assert refused.value.hint
    assert len(refused.value.hint) < 200
    assert refused.value.hint.isprintable()
    assert reader.seq == 0


@pytest.mark.parametrize("second", [sent(4), sent(5), encode(seq=4), encode(event="later", data="{}", seq=3)])
def test_numbers_do_not_go_backwards(second: bytes) -> None:
    reader = EventReader("desk", 0)
    assert len(list(reader.read(sent(2) + sent(5)))) == 2
    with pytest.raises(ProtocolViolation, match="event that is none"):
        list(reader.read(second))
    assert reader.seq == 5


def test_events_before_the_lie_count() -> None:
    reader = EventReader("desk", 0)
    received = reader.read(sent(1) + sent(2) + changed(seq=1.5))
    assert [next(received).body, next(received).body] == [event(1), event(2)]
    with pytest.raises(ProtocolViolation):
        next(received)
    assert reader.seq == 2


def test_what_a_server_says() -> None:
    """Its opening, events, a reset to a number before, and what a later release may add."""
    reader = EventReader("desk", None)
    stream = (
        encode(retry_ms=1000, seq=7)
        + encode(event="connected", data='{"connection": "c", "presence": [], "more": 1}')
        + encode(event="ping", data="{}")
        + encode(event="counts", data='{"counts": {"all": 3}}')
        + sent(9)
        + encode(event="ticket.teleported", data='{"shape": "another"}', seq=10)
        + encode(event="reset", data='{"seq": 3}', seq=3)
        + sent(4)
    )
    bodies = [received.body for received in reader.read(stream)]
    assert [body for body in bodies if isinstance(body, Event | Reset)] == [event(9), Reset(seq=Seq(3)), event(4)]
    assert reader.seq == 4


def _connected(**said: object) -> bytes:
    return encode(event="connected", data=json.dumps({"connection": "c", "presence": [], **said}))


def test_a_server_says_how_long_it_may_be_silent() -> None:
    """One of an earlier release does not say it, and pings every 20 s."""
    reader = EventReader("p", None)
    assert reader.silence_s is None
    for said, silence_s in (({"ping_s": 4}, 10.0), ({}, 50.0), ({"ping_s": 1}, 2.5)):
        list(reader.read(_connected(**said)))
        assert reader.silence_s == silence_s


@pytest.mark.parametrize("ping_s", [0, -1, 61, 1.5, "4", None, True])
def test_no_server_says_that_it_speaks_ever_or_never(ping_s: object) -> None:
    with pytest.raises(ProtocolViolation):
        list(EventReader("p", None).read(_connected(ping_s=ping_s)))


def test_another_field_is_passed_over_and_the_last_of_two_counts() -> None:
    reader = EventReader("desk", 0)
    data = event(1).model_dump_json()[:-1] + ',"project":"another","seq":1,"__proto__":{}}'
    assert [received.body for received in reader.read(encode(event="ticket.created", data=data, seq=1))] == [event(1)]


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(noise: bytes) -> None:
    reader = EventReader("desk", 0)
    with contextlib.suppress(ProtocolViolation):
        list(reader.read(noise + b"\n\n"))


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_no_data_raise_anything_else(data: object) -> None:
    reader = EventReader("desk", 0)
    for kind in ("ticket.created", "presence", "reset", "later"):
        with contextlib.suppress(ProtocolViolation):
            list(reader.read(encode(event=kind, data=json.dumps(data), seq=1)))


@pytest.mark.parametrize("number", [LARGEST, -LARGEST, 0, 1.5])
def test_numbers_that_a_browser_holds(number: float) -> None:
    assert parse_json(json.dumps([{"a": number}])) == [{"a": number}]


def test_a_pace_allows_a_burst_and_then_as_much_as_a_page_can_use() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    assert pace.charge(BURST_EVENTS, BURST_BYTES) == 0
    assert pace.charge(EVENTS_PER_S, 0) == pytest.approx(1.0)
    assert pace.charge(0, 3 * BYTES_PER_S) == pytest.approx(3.0)
    now = 3.0
    assert pace.charge(0, 0) == 0
    now = 1_000.0
    assert pace.charge(BURST_EVENTS, BURST_BYTES) == 0
    assert pace.charge(1, 0) > 0
