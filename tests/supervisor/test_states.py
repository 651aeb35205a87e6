"""Every cell of the table of states: what a trigger leads to, or that it cannot happen."""

from __future__ import annotations

import itertools

import pytest

from hero_assistance.supervisor.state.states import TRANSITIONS, ImpossibleTrigger, Trigger, next_state
from hero_assistance_sdk.hero_proc.wire import WORST_FIRST, ActionState, worst

pytestmark = pytest.mark.pure

S, T = ActionState, Trigger

# Written down a second time, by row, so that a change of the table is a decision and not a slip.
#              START        STOP         REPLACE      READY        PROBE_FAILED UNHEALTHY    EXITED       DONE
#              RETRY        GIVE_UP      GONE
EXPECTED: dict[ActionState, tuple[ActionState | None, ...]] = {
    S.STOPPED: (S.STARTING, S.STOPPED, None, None, None, None, None, None, None, None, None),
    S.STARTING: (S.STARTING, S.STOPPING, None, S.HEALTHY, None, S.BACKOFF, S.BACKOFF, S.STOPPED, None, None, None),
    S.HEALTHY: (S.HEALTHY, S.STOPPING, S.STARTING, None, S.DEGRADED, S.BACKOFF, S.BACKOFF, S.STOPPED, None, None, None),
    S.DEGRADED: (
        S.DEGRADED,
        S.STOPPING,
        S.STARTING,
        S.HEALTHY,
        None,
        S.BACKOFF,
        S.BACKOFF,
        S.STOPPED,
        None,
        None,
        None,
    ),
    S.BACKOFF: (S.BACKOFF, S.STOPPING, None, None, None, None, None, None, S.STARTING, S.FAILED, None),
    S.FAILED: (S.STARTING, S.STOPPING, None, None, None, None, None, None, None, None, None),
    S.STOPPING: (S.STOPPING, S.STOPPING, None, None, None, None, None, None, None, S.FAILED, S.STOPPED),
}
CELLS = [(state, trigger, EXPECTED[state][column]) for state in S for column, trigger in enumerate(T)]


@pytest.mark.parametrize(("state", "trigger", "following"), CELLS)
def test_each_cell_leads_where_the_table_says(
    state: ActionState, trigger: Trigger, following: ActionState | None
) -> None:
    if following is None:
        with pytest.raises(ImpossibleTrigger):
            next_state(state, trigger)
    else:
        assert next_state(state, trigger) is following


def test_an_operator_may_ask_in_every_state() -> None:
    for state, asked in itertools.product(S, (T.START, T.STOP)):
        next_state(state, asked)


def test_every_state_is_reached_and_can_be_left_for_stopped() -> None:
    reached = {S.STOPPED}
    for _step in S:
        reached |= {following for state in reached for following in TRANSITIONS[state].values()}
    assert reached == set(S)


@pytest.mark.parametrize("state", list(S))
def test_a_service_is_as_well_as_its_worst_action(state: ActionState) -> None:
    worse = WORST_FIRST[: WORST_FIRST.index(state)]
    assert worst((S.HEALTHY, state)) is state
    for other in worse:
        assert worst((state, other)) is other


def test_a_service_without_actions_is_stopped() -> None:
    assert worst(()) is S.STOPPED
