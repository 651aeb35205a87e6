"""The group that may connect to `ui.sock`, for a web server that runs as another user of this machine."""

from __future__ import annotations

import grp
import os
from collections.abc import Mapping

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.shell_words import quote_command

SETTING = "HERO_ASSISTANCE_SOCKET_GROUP"


def read_socket_group(environ: Mapping[str, str] | None = None) -> int | None:
    """Return the id of the group that is set, by its name or its number; `None` where none is set.

    Raises `SettingError` for one that this machine does not have, or that this user may not give a file to.
    """
    name = (os.environ if environ is None else environ).get(SETTING, "").strip()
    if not name:
        return None
    group = _find_group(name)
    if os.geteuid() != 0 and group not in {os.getegid(), *os.getgroups()}:
        join = quote_command("sudo", "usermod", "-aG", name, "USER")
        raise SettingError(
            f"{SETTING}: this user is not in the group {name}",
            hint=f"{join}, then sign in again and end the supervisor by hero_assistance --stop",
        )
    return group


def _find_group(name: str) -> int:
    try:
        return grp.getgrgid(int(name)).gr_gid if name.isascii() and name.isdigit() else grp.getgrnam(name).gr_gid
    except (KeyError, OverflowError, ValueError):
        raise SettingError(f"{SETTING}: there is no group {name}", hint="see: getent group") from None
