"""What is registered: on the disk before a call is answered, and a stop holds where the disk takes no change."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hero_assistance.supervisor.registry.registry import Registered, Registry
from hero_assistance_sdk.files.reserved_file import ReservedFile
from hero_assistance_sdk.hero_proc.specs import ServiceSpec
from hero_assistance_sdk.hero_proc.wire import ActionState, Wanted
from tests.supervisor.harness import SERVICE, Harness

UP = Registered(spec=ServiceSpec(name=SERVICE, actions=()), wanted=Wanted.UP)


@pytest.fixture
def refuse(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let every write fail with an error from now on."""

    def begin(number: int) -> None:
        def fail(_file: ReservedFile, _content: bytes) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(ReservedFile, "write", fail)

    return begin


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_change_that_is_not_written_is_none(number: int, tmp_path: Path, refuse: Callable[[int], None]) -> None:
    registry = Registry(tmp_path)
    registry.set("one", UP.model_copy(update={"wanted": Wanted.DOWN}))
    refuse(number)
    with pytest.raises(OSError, match=os.strerror(number)):
        registry.set("two", UP)
    with pytest.raises(OSError, match=os.strerror(number)):
        registry.save_wanted("one", Wanted.UP)
    assert {name: known.wanted for name, known in registry.services.items()} == {"one": Wanted.DOWN}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_stop_holds_although_it_is_not_written(number: int, tmp_path: Path, refuse: Callable[[int], None]) -> None:
    registry = Registry(tmp_path)
    for name in ("one", "two"):
        registry.set(name, UP)
    refuse(number)
    registry.save_wanted("one", Wanted.DOWN)
    assert registry.services["one"].wanted is Wanted.DOWN
    registry.delete("one")
    assert list(registry.services) == ["two"]
    assert list(Registry(tmp_path).services) == ["one", "two"]


def test_the_last_service_is_forgotten_without_a_write(tmp_path: Path, refuse: Callable[[int], None]) -> None:
    """To remove a file takes no space."""
    registry = Registry(tmp_path)
    registry.set("one", UP)
    refuse(errno.ENOSPC)
    registry.delete("one")
    assert not Registry(tmp_path).services


def test_the_space_of_a_stop_is_taken_when_a_service_is_registered(tmp_path: Path) -> None:
    Registry(tmp_path).keep_reserve()
    assert list(tmp_path.iterdir()) == []
    Registry(tmp_path).set("one", UP)
    reserves = sorted(path.name for path in tmp_path.glob(".registry.json.reserve-*"))
    assert reserves == [".registry.json.reserve-1", ".registry.json.reserve-2"]
    (tmp_path / reserves[0]).unlink()
    Registry(tmp_path).keep_reserve()
    assert (tmp_path / reserves[0]).exists()


def test_an_action_whose_records_cannot_be_written_starts_and_stops(supervised: Harness) -> None:
    """A file stands where the folder of the records belongs."""
    records = supervised.record_path().parent
    records.parent.mkdir(parents=True, exist_ok=True)
    records.write_text("")
    supervised.start_actions(supervised.action())
    supervised.until_state(ActionState.HEALTHY)
    assert supervised.stop().state is ActionState.STOPPED
    log = supervised.log.read_text()
    assert "action.not-recorded action=one" in log
    assert "Traceback" not in log
    assert supervised.descendants() == set()
