"""Macros."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hero_assistance_sdk.wire import Macro, UserId
from hero_assistance_server.storage.sql.json_rows import json_text
from hero_assistance_server.storage.sql.session import StorageSession

_SELECT = "SELECT macro_id, name, actions, owner, updated_at FROM macros"
# What is in columns of its own; the rest is the JSON of `actions`.
_COLUMNS = {"noun", "macro_id", "name", "owner", "updated_at"}


@dataclass(frozen=True, slots=True)
class SqlMacros:
    """Implements `MacroRepository`; no row of its table ever waits."""

    session: StorageSession

    def find(self, macro_id: int) -> Macro | None:
        """Read one macro by its id."""
        row = self.session.direct.execute(f"{_SELECT} WHERE macro_id = ?", (macro_id,)).fetchone()
        return _to_macro(*row) if row else None

    def iterate_for(self, agent: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[Macro]:
        """Walk the agent's macros and those without an owner, by name."""
        # Only ids are sorted: the texts of all of them would fill the memory.
        rows: Iterable[tuple[int]] = self.session.direct.execute(
            """SELECT macro_id FROM macros
            WHERE (owner IS NULL OR owner = ?) AND (name, macro_id) > (?, ?) ORDER BY name, macro_id""",
            (agent, *after),
        )
        return (macro for (macro_id,) in list(rows) if (macro := self.find(macro_id)))

    def list_assigning(self, user_id: UserId) -> list[Macro]:
        """Look into the actions of every macro; there are some hundred at most."""
        rows = self.session.direct.execute(
            f"{_SELECT} WHERE json_extract(actions, '$.assignee') = ? ORDER BY name, macro_id", (user_id,)
        )
        return [_to_macro(*row) for row in rows]

    def next_id(self) -> int:
        """Return the number after the last one that the table ever gave."""
        return self.session.last_id("macros") + 1

    def save(self, macro: Macro) -> None:
        """Insert a macro, or replace its row; its actions are one JSON text."""
        actions = json_text(macro.model_dump(mode="json", exclude=_COLUMNS))
        self.session.direct.execute(
            """INSERT INTO macros (macro_id, name, actions, owner, updated_at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (macro_id) DO UPDATE SET name = excluded.name, actions = excluded.actions,
                owner = excluded.owner, updated_at = excluded.updated_at""",
            (macro.macro_id, macro.name, actions, macro.owner, macro.updated_at),
        )

    def delete(self, macro_id: int) -> None:
        """Delete the row of a macro, if there is one."""
        self.session.direct.execute("DELETE FROM macros WHERE macro_id = ?", (macro_id,))


def _to_macro(macro_id: int, name: str, actions: str, owner: UserId | None, updated_at: int) -> Macro:
    own = {"macro_id": macro_id, "name": name, "owner": owner, "updated_at": updated_at}
    return Macro.model_validate(json.loads(actions) | own)
