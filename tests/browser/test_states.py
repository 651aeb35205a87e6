"""Every state of every page is judged by axe, in both themes, on a phone and on a wide screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.axe import BY_FINGER, DESK, Judge, find_faults_in_both_themes
from tests.browser.page_object import Visitor
from tests.browser.states.agent_states import COMPOSER_STATES, LIST_STATES, THREAD_STATES
from tests.browser.states.customer_states import CUSTOMER_STATES, OUTAGE_STATES
from tests.browser.states.full_desk import fill
from tests.browser.states.settings_states import ADMIN_STATES, SETTINGS_STATES
from tests.browser.states.stage import Stage, States
from tests.ui.daemons import Desk

Person = Callable[..., Visitor]
# Whose page it is, and its states.
PAGES: dict[str, tuple[str, States]] = {
    "list": ("bob", LIST_STATES),
    "thread": ("bob", THREAD_STATES),
    "composer": ("bob", COMPOSER_STATES),
    "settings": ("bob", SETTINGS_STATES),
    "administration": ("alice", ADMIN_STATES),
    "customer": ("carol", CUSTOMER_STATES),
    "outage": ("bob", OUTAGE_STATES),
}


@pytest.mark.parametrize("device", [{"viewport": DESK}, BY_FINGER], ids=["desk", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_any_state(
    served: Desk, person: Person, axe: str, name: str, device: dict[str, Any]
) -> None:
    fill(served)
    user, states = PAGES[name]
    visitor = person(user, reduced_motion="reduce", **device)
    visitor.live()
    stage = Stage(served, visitor)
    judge = Judge(stage.page, axe)
    for state, reach in states.items():
        stage.leave()
        reach(stage)
        judge.look(state)
    assert judge.faults == []


def test_the_judge_finds_what_is_of_little_weight(served: Desk, person: Person, axe: str) -> None:
    """A level of headings left out, a text outside of all parts, and one that is too pale in one theme alone."""
    page = person("bob").page
    page.evaluate(
        """() => {
          const heading = document.body.appendChild(document.createElement("h6"));
          heading.textContent = "Out of order";
          const pale = document.body.appendChild(document.createElement("p"));
          pale.textContent = "Pale";
          pale.style.color = "light-dark(#ddd, #fff)";
        }"""
    )
    found = " ".join(find_faults_in_both_themes(page, axe))
    for rule in ("moderate heading-order", "moderate region", "serious color-contrast"):
        assert rule in found
