"""The group of `ui.sock`: by name or number, of this machine and of this user."""

from __future__ import annotations

import grp
import os
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.net.socket_group import SETTING, read_socket_group
from hero_assistance_sdk.net.sockets import bind_unix
from tests.capabilities import FOREIGN_GROUP


def test_no_group_is_set() -> None:
    assert read_socket_group({}) is read_socket_group({SETTING: " "}) is None


def test_a_group_is_named_or_numbered() -> None:
    mine = grp.getgrgid(os.getegid())
    assert read_socket_group({SETTING: mine.gr_name}) == read_socket_group({SETTING: str(mine.gr_gid)}) == mine.gr_gid


@pytest.mark.parametrize("name", ["no such group", "4294967295", "9" * 40, "٣", "-1"])
def test_a_group_that_this_machine_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="there is no group"):
        read_socket_group({SETTING: name})


def test_a_group_of_others_is_refused_where_the_user_cannot_give_it(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {os.getegid(), *os.getgroups()}
    other = next((group for group in grp.getgrall() if group.gr_gid not in mine), None)
    if other is None:
        pytest.skip(FOREIGN_GROUP.reason)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SettingError, match="this user is not in the group") as refused:
        read_socket_group({SETTING: other.gr_name})
    assert f"usermod -aG {other.gr_name}" in str(refused.value.hint)


def test_a_socket_has_its_group_from_the_start(hero_root: Path) -> None:
    other = max(os.getgroups(), default=os.getegid()) if os.geteuid() else grp.getgrnam("www-data").gr_gid
    with bind_unix(hero_root / "a.sock", group=other):
        about = (hero_root / "a.sock").stat()
    assert (about.st_gid, about.st_mode & 0o777) == (other, 0o660)
