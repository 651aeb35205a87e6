"""The logs that messages and documents name: each is one that `hero_assistance logs` knows."""

from __future__ import annotations

import re

from hero_assistance.action_names import ACTIONS, REPLICA
from tests.builds import ROOT

_LOGS = re.compile(r"\bhero_assistance logs ([a-z_]+)")
# A sentence goes on behind the command that shows all of them.
_KNOWN = {*ACTIONS, REPLICA, "supervisor", "says"}


def find_unknown(text: str) -> list[str]:
    """The names that `hero_assistance logs` is said to show, and does not know."""
    return [name for name in _LOGS.findall(text) if name not in _KNOWN]


def test_an_unknown_name_is_found() -> None:
    assert find_unknown("`hero_assistance logs server` says why") == ["server"]
    assert find_unknown("`hero_assistance logs hero_assistance_server` says why") == []


def test_every_log_that_is_named_is_there() -> None:
    places = [*ROOT.glob("packages/*/src/**/*.py"), *ROOT.glob("docs/*.md"), ROOT / "README.md"]
    found = {str(path): unknown for path in places if (unknown := find_unknown(path.read_text()))}
    assert found == {}
