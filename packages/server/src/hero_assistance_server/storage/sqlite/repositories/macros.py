"""Macros in SQLite."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hero_assistance_sdk.wire import Macro, UserId
from hero_assistance_server.storage.sqlite.json_rows import json_text
from hero_assistance_server.storage.sqlite.session import Session

_SELECT = "SELECT macro_id, name, actions, owner, updated_at FROM macros"
_LAST_ID = "SELECT seq FROM sqlite_sequence WHERE name = 'macros'"
# What is in columns of its own; the rest is the JSON of `actions`.
_COLUMNS = {"noun", "macro_id", "name", "owner", "updated_at"}


@dataclass(frozen=True, slots=True)
class SqliteMacros:
    """Implements `MacroRepository`; no row of its table ever waits."""

    session: Session

    def find(self, macro_id: int) -> Macro | None:
        row = self.session.direct.execute(f"{_SELECT} WHERE macro_id = ?", (macro_id,)).fetchone()
        return _to_macro(*row) if row else None

    def iterate_for(self, agent: UserId, after: tuple[str, int] = ("", 0)) -> Iterator[Macro]:
        # Only ids are sorted: the texts of all of them would fill the memory.
        rows: Iterable[tuple[int]] = self.session.direct.execute(
            """SELECT macro_id FROM macros
            WHERE (owner IS NULL OR owner = ?) AND (name, macro_id) > (?, ?) ORDER BY name, macro_id""",
            (agent, *after),
        )
        return (macro for (macro_id,) in list(rows) if (macro := self.find(macro_id)))

    def next_id(self) -> int:
        last: int | None = self.session.direct.execute(_LAST_ID).get
        return (last or 0) + 1

    def save(self, macro: Macro) -> None:
        actions = json_text(macro.model_dump(mode="json", exclude=_COLUMNS))
        self.session.direct.execute(
            "INSERT OR REPLACE INTO macros (macro_id, name, actions, owner, updated_at) VALUES (?, ?, ?, ?, ?)",
            (macro.macro_id, macro.name, actions, macro.owner, macro.updated_at),
        )

    def delete(self, macro_id: int) -> None:
        self.session.direct.execute("DELETE FROM macros WHERE macro_id = ?", (macro_id,))


def _to_macro(macro_id: int, name: str, actions: str, owner: UserId | None, updated_at: int) -> Macro:
    own = {"macro_id": macro_id, "name": name, "owner": owner, "updated_at": updated_at}
    return Macro.model_validate(json.loads(actions) | own)
