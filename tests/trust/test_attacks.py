"""Strangers of the overlay who guess, flood and come back, each from its own address, against a server as it is run."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.capabilities import NAMESPACES, needs
from tests.trust.namespace import inside
from tests.ui.daemons import plain_environment

pytestmark = needs(NAMESPACES)


@pytest.fixture(scope="module")
def found() -> Any:
    """Everything that the strangers have seen, which takes one start of a server."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        return inside("tests.trust.namespace_attacks", plain_environment(Path(folder)))


def test_who_guesses_a_code_runs_out_before_the_code_does(found: Any) -> None:
    guess = found["guess"]
    assert guess["tried"] == ["!not-found"] * 3 + ["!too-often"] * 3
    assert (guess["user"], guess["stranger"], guess["after"]) == ("carol-example", None, None)


def test_a_link_is_used_once_by_one_device(found: Any) -> None:
    assert found["again"] == {"used": ["carol-example", "!not-found"], "other": None}


def test_a_late_link_and_a_late_code_bind_no_device(found: Any) -> None:
    assert found["late"] == {"tried": ["!not-found"] * 2, "name": None}


def test_a_stranger_ends_no_link_of_the_operator(found: Any) -> None:
    links = found["links"]
    assert links["asked"] == links["unknown"] == [True] * 6 + ["!too-often"] * 2
    assert links["user"] == "carol-example"


def test_a_thousand_connections_of_one_node_keep_out_no_other(found: Any) -> None:
    flood = found["flood"]
    # 256 are let in, from all addresses of the node together.
    assert flood["refused"] == 1000 - 256
    assert (flood["user"], flood["after"]) == (["carol-example", "carol-example"], "Support")


def test_many_strangers_together_slow_down_codes_and_not_the_link(found: Any) -> None:
    gang = found["gang"]
    assert set(gang["counts"]) == {"!not-found", "!too-often"}
    # Carol and the first stranger have tried some of the twenty.
    assert gang["counts"]["!not-found"] == 20 - 4 - 1
    assert gang["user"] == "carol-example"
