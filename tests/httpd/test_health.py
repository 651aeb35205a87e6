"""The conditions of a daemon: reported and cleared by any thread, told on `/health`, read back by a client."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from hero_assistance_httpd.health import Health, serialize_health
from hero_assistance_sdk.health import Condition, HealthStatus, parse_conditions

pytestmark = pytest.mark.pure


def test_a_condition_degrades_until_it_is_cleared() -> None:
    health = Health()
    health.report("disk-low", "the disk is nearly full", hint="free some space")
    health.clear("another")
    assert [health.status, health.conditions] == [
        HealthStatus.DEGRADED,
        (Condition("disk-low", "the disk is nearly full", "free some space"),),
    ]
    health.clear("disk-low")
    assert [health.status, health.conditions] == [HealthStatus.OK, ()]


def test_one_line_of_the_log_for_each_change(caplog: pytest.LogCaptureFixture) -> None:
    health = Health()
    with caplog.at_level(logging.INFO):
        for hint in ("free some space", "free some space", "free much space"):
            health.report("disk-low", "the disk is nearly full", hint=hint)
        health.clear("disk-low")
        health.clear("disk-low")
    assert [record.getMessage() for record in caplog.records] == [
        "health.degraded",
        "health.degraded",
        "health.recovered",
    ]


def test_a_client_reads_what_a_daemon_says() -> None:
    health = Health()
    assert serialize_health(health) == {"status": "ok", "conditions": []}
    health.report("one", "first", hint="do this")
    health.report("two", "second", hint="do that")
    said = serialize_health(health)
    assert said["status"] == "degraded"
    assert parse_conditions(said) == health.conditions
    assert parse_conditions(said)[0].line == "first; do this"


@pytest.mark.parametrize("answer", [None, [], {}, {"conditions": None}, {"conditions": "x"}, {"status": "ok"}])
def test_an_answer_of_another_release_has_no_conditions(answer: object) -> None:
    assert parse_conditions(answer) == ()


def test_a_condition_of_another_shape_is_read_as_far_as_it_goes() -> None:
    assert parse_conditions({"conditions": [{"name": "x", "more": 1}, 7]}) == (
        Condition("x", "", ""),
        Condition("", "", ""),
    )


def test_threads_report_at_once() -> None:
    health = Health()

    def flap(number: int) -> None:
        for _ in range(300):
            health.report(f"c{number}", "m", hint="h")
            assert health.conditions
            health.clear(f"c{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(flap, range(8)))
    assert health.status is HealthStatus.OK
