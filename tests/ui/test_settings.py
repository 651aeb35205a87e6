"""The theme that the operator set in the supervisor's secret store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.paths import Paths
from hero_assistance_ui.page import Theme
from hero_assistance_ui.settings import theme_of
from tests.ui.daemons import Daemon, answers, eventually


@pytest.fixture
def supervisor(paths: Paths, hero_env: dict[str, str]) -> Iterator[SupervisorClient]:
    """The embedded supervisor, running for this test."""
    daemon = Daemon("hero_assistance", ["supervisor", "run"], hero_env, paths.root / "supervisor.log")
    daemon.start()
    try:
        socket = paths.socket("supervisor")
        eventually(lambda: answers(socket), "the supervisor answers")
        with SupervisorClient(socket) as client:
            yield client
    finally:
        daemon.close()


@pytest.mark.parametrize(
    ("value", "theme"), [("light", Theme.LIGHT), (" Light\n", Theme.LIGHT), ("dark", Theme.DARK), ("pink", Theme.DARK)]
)
def test_the_operator_chooses(paths: Paths, supervisor: SupervisorClient, value: str, theme: Theme) -> None:
    supervisor.secret_set("THEME", value)
    assert theme_of(paths) is theme


def test_a_supervisor_that_was_told_nothing_leaves_it_dark(paths: Paths, supervisor: SupervisorClient) -> None:
    assert supervisor.secret_list() == ()
    assert theme_of(paths) is Theme.DARK


def test_without_a_supervisor_it_is_dark(paths: Paths) -> None:
    assert theme_of(paths) is Theme.DARK
