"""A ticket server reached over TCP, and the app as a child process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.app.program import App
from tests.ui.daemons import Desk, desk


@pytest.fixture
def server(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Desk]:
    """A ticket server in dev mode."""
    with desk(hero_root, hero_env) as made:
        made.start_server()
        yield made


@pytest.fixture
def start_app(hero_root: Path, hero_env: dict[str, str]) -> Iterator[Callable[..., App]]:
    """Start the app with arguments; what was started has ended afterwards."""
    started: list[App] = []

    def start(*arguments: str) -> App:
        app = App(arguments, hero_env, hero_root / f"app-{len(started)}.log")
        started.append(app)
        app.start()
        return app

    yield start
    for app in started:
        app.daemon.close()
