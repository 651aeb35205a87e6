"""Where everything lives, from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance_sdk.errors import SettingError, SocketPathTooLong
from hero_assistance_sdk.paths import Paths, forwarded_environ

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("env", "root", "sockets", "var"),
    [
        ({"HOME": "/h"}, "/h/hero", "/h/hero/var/sockets", "/h/hero/var"),
        ({"HOME": "/h", "PATH_ROOT": "/r"}, "/r", "/r/var/sockets", "/r/var"),
        ({"HOME": "/h", "PATH_ROOT": "/r", "PATH_VAR": "/v"}, "/r", "/r/var/sockets", "/v"),
        ({"HOME": "/h", "HERO_SOCKET_DIR": "/old"}, "/h/hero", "/old", "/h/hero/var"),
        ({"HOME": "/h", "HERO_SOCKET_DIR": "/old", "PATH_SOCKET": "/new"}, "/h/hero", "/new", "/h/hero/var"),
        ({"HOME": "/h", "PATH_ROOT": ""}, "/h/hero", "/h/hero/var/sockets", "/h/hero/var"),
    ],
)
def test_folders(env: dict[str, str], root: str, sockets: str, var: str) -> None:
    assert Paths.from_environ(env) == Paths(Path(root), Path(sockets), Path(var))


def test_everything_of_a_root_is_in_it() -> None:
    paths = Paths.from_environ({"HOME": "/h", "PATH_ROOT": "/r"})
    assert paths.socket("rpc") == Path("/r/var/sockets/hero_assistance/rpc.sock")
    assert paths.hero_proc_socket == Path("/r/var/sockets/hero_proc/rpc.sock")
    assert paths.data == Path("/r/var/data/hero_assistance")
    assert paths.bin == Path("/r/bin")


def test_a_relative_folder_is_refused() -> None:
    with pytest.raises(SettingError, match="PATH_VAR must be an absolute path"):
        Paths.from_environ({"HOME": "/h", "PATH_VAR": "var"})


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\x1b", "\x7f"])
@pytest.mark.parametrize("name", ["PATH_ROOT", "PATH_VAR", "PATH_SOCKET", "HERO_SOCKET_DIR", "HOME"])
def test_a_folder_with_a_control_character_is_refused(name: str, character: str) -> None:
    with pytest.raises(SettingError, match=f"{name} must not hold a line break") as refused:
        Paths.from_environ({"HOME": "/h", name: f"/a{character}b"})
    assert character not in refused.value.message


def test_a_home_that_is_not_used_is_not_looked_at() -> None:
    assert Paths.from_environ({"HOME": "/a\nb", "PATH_ROOT": "/r"}).root == Path("/r")


def test_a_socket_path_that_is_too_long_says_what_to_set() -> None:
    paths = Paths.from_environ({"HOME": "/h", "PATH_ROOT": "/" + "r" * 100})
    with pytest.raises(SocketPathTooLong, match="PATH_SOCKET"):
        paths.socket("rpc")


def test_only_settings_that_are_set_are_forwarded() -> None:
    env = {"PATH_ROOT": "/r", "PATH_VAR": "", "PATH": "/bin", "SECRET": "x"}
    assert forwarded_environ(env) == {"PATH_ROOT": "/r"}
