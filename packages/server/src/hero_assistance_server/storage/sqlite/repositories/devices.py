"""Devices in SQLite."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hero_assistance_sdk.wire import UserId
from hero_assistance_server.storage.sqlite.session import Session
from hero_assistance_server.users.model import Device

_SELECT = "SELECT mycelium_addr, user_id, name, bound_at, last_seen_at FROM device_bindings"


@dataclass(frozen=True, slots=True)
class SqliteDevices:
    """Implements `DeviceRepository`; no row of its table ever waits."""

    session: Session

    def find(self, address: str) -> Device | None:
        row = self.session.direct.execute(f"{_SELECT} WHERE mycelium_addr = ?", (address,)).fetchone()
        return Device(*row) if row else None

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[Device]:
        rows = self.session.direct.execute(
            f"""{_SELECT} WHERE user_id = ? AND (bound_at, mycelium_addr) > (?, ?)
            ORDER BY bound_at, mycelium_addr""",
            (user_id, *after),
        )
        return (Device(*row) for row in rows)

    def delete(self, address: str) -> None:
        self.session.direct.execute("DELETE FROM device_bindings WHERE mycelium_addr = ?", (address,))
