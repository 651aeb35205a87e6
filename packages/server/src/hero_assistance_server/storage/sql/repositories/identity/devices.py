"""Devices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hero_assistance_sdk.wire import Millis, UserId
from hero_assistance_server.storage.sql.session import StorageSession
from hero_assistance_server.users.model import Device

_SELECT = "SELECT mycelium_addr, user_id, name, bound_at, last_seen_at, public_key FROM device_bindings"


@dataclass(frozen=True, slots=True)
class SqlDevices:
    """Implements `DeviceRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, address: str) -> Device | None:
        """Read the device with this address."""
        row = self.session.direct.execute(f"{_SELECT} WHERE mycelium_addr = ?", (address,)).fetchone()
        return Device(*row) if row else None

    def list_all(self) -> list[Device]:
        """Read the whole table."""
        return [Device(*row) for row in self.session.direct.execute(_SELECT)]

    def list_with_key(self, public_key: str) -> list[Device]:
        """Read the rows of a key, by its index."""
        rows = self.session.direct.execute(f"{_SELECT} WHERE public_key = ? ORDER BY mycelium_addr", (public_key,))
        return [Device(*row) for row in rows]

    def save(self, device: Device) -> None:
        """Insert the row of an address, or replace it."""
        self.session.direct.execute(
            """INSERT INTO device_bindings
            (mycelium_addr, user_id, name, bound_at, last_seen_at, public_key) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (mycelium_addr) DO UPDATE SET user_id = excluded.user_id, name = excluded.name,
                bound_at = excluded.bound_at, last_seen_at = excluded.last_seen_at, public_key = excluded.public_key""",
            (device.address, device.user_id, device.name, device.bound_at, device.last_seen_at, device.public_key),
        )

    def note_seen(self, seen: Mapping[str, Millis]) -> None:
        """Update the rows of these addresses."""
        self.session.direct.executemany(
            """UPDATE device_bindings SET last_seen_at = ?1
            WHERE mycelium_addr = ?2 AND coalesce(last_seen_at, 0) < ?1""",
            [(at, address) for address, at in seen.items()],
        )

    def iterate_for(self, user_id: UserId, after: tuple[int, str] = (0, "")) -> Iterator[Device]:
        """Walk a user's devices, the one bound first before the others."""
        rows = self.session.direct.execute(
            f"""{_SELECT} WHERE user_id = ? AND (bound_at, mycelium_addr) > (?, ?)
            ORDER BY bound_at, mycelium_addr""",
            (user_id, *after),
        )
        return (Device(*row) for row in rows)

    def delete(self, address: str) -> None:
        """Delete the row of an address, if there is one."""
        self.session.direct.execute("DELETE FROM device_bindings WHERE mycelium_addr = ?", (address,))
