"""An upgrade that meets a full disk: the old release is live again, and what runs is not touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.releases import upgrade
from hero_assistance.releases.store import ReleaseStore
from hero_assistance.releases.upgrade import UpgradeRolledBack, restart_or_roll_back
from hero_assistance.results import Progress
from hero_assistance.status import Status
from hero_assistance.supervisor_lookup import Kind
from hero_assistance_sdk.files.allocation import TooLittleSpace
from hero_assistance_sdk.paths import Paths
from tests.cli.test_releases import installed


class Silent:
    def step(self, text: str) -> None:
        pass


def test_the_old_release_is_live_again_without_another_restart(
    store: ReleaseStore, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarts: list[str | None] = []

    def refuse(_paths: Paths, _progress: Progress) -> None:
        restarts.append(store.live())
        raise TooLittleSpace("there is no room", hint="free some space on this disk")

    def read(_paths: Paths) -> Status:
        # Something runs, and is not healthy.
        return Status(service="", supervisor=Kind.EMBEDDED, release=None, actions=())

    monkeypatch.setattr(upgrade, "restart", refuse)
    monkeypatch.setattr(upgrade, "read_status", read)
    monkeypatch.setattr(upgrade, "NOTHING_RUNS", -1)
    installed(store, tmp_path, "1.0-one")
    outcome = installed(store, tmp_path, "1.0-two")
    with pytest.raises(UpgradeRolledBack, match=r"was not started, and 1\.0-one runs on") as failed:
        restart_or_roll_back(paths, outcome.switched, Silent())
    assert failed.value.hint == "free some space on this disk"
    assert restarts == ["1.0-two"]
    assert store.live() == "1.0-one"
