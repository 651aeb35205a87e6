"""Which address the TCP listener gets: the command line's, narrowed by `MYCELIUM_BIND`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from hero_assistance_sdk.errors import SettingError, UsageError
from hero_assistance_sdk.net.ports import SERVER_PORT
from hero_assistance_sdk.net.sockets import parse_address

AUTO = "auto"
_BROAD = frozenset({"::", "0.0.0.0"})  # noqa: S104


@dataclass(frozen=True, slots=True)
class Bind:
    """A host and a port; the host `auto` stands for the node's own address on the overlay."""

    host: str
    port: int

    @property
    def is_auto(self) -> bool:
        """Whether the host has to be asked for."""
        return self.host == AUTO

    @property
    def is_broad(self) -> bool:
        """Whether every address of this machine is meant."""
        return self.host in _BROAD

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def wanted_bind(tcp: str, mycelium_bind: str | None) -> Bind:
    """What to bind for `--tcp` and `MYCELIUM_BIND`; raises `UsageError`, or `SettingError` for the secret.

    The secret stands in for a broad bind alone: it narrows, and what the command line names stays.
    """
    chosen = Bind(*parse_address(tcp))
    if mycelium_bind is None or not chosen.is_broad:
        return chosen
    return _read_bind(mycelium_bind, chosen.port)


def _read_bind(text: str, port: int) -> Bind:
    """Read `ADDRESS`, `ADDRESS:PORT`, `[V6]:PORT`, `auto:` or `auto:PORT`."""
    if text in (AUTO, f"{AUTO}:"):
        return Bind(AUTO, port)
    if _is_address(bare := text.removeprefix("[").removesuffix("]")):
        return Bind(bare, port)
    try:
        bind = Bind(*parse_address(text))
    except UsageError:
        raise _unusable() from None
    if not bind.is_auto and not _is_address(bind.host):
        raise _unusable()
    return bind


def _unusable() -> SettingError:
    # The text is a secret, so the error does not quote it.
    port = SERVER_PORT
    return SettingError("MYCELIUM_BIND is not an address", hint=f"write 400::1, [400::1]:{port}, auto: or auto:{port}")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
