"""Implements `ErasureEngine` in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

from hero_assistance_sdk.wire import TicketId
from hero_assistance_server.storage.postgres.database.connection import SCHEMA, PostgresConnection

# What the trigger asks that refuses changes of the trail; it is of one transaction.
_SET_CHANGEABLE = "SELECT set_config('hero_assistance.audit_is_changeable', ?, TRUE)"
_REFERENCES = """SELECT tables.relname::text, columns.attname::text FROM pg_constraint AS keys
    JOIN pg_class AS tables ON tables.oid = keys.conrelid
    JOIN pg_attribute AS columns ON columns.attrelid = keys.conrelid AND columns.attnum = ANY (keys.conkey)
    WHERE keys.contype = 'f' AND keys.confrelid = (?::text)::regclass ORDER BY 1, 2"""
_DETAILS = "SELECT detail, audit_id FROM audit WHERE audit_id IN (SELECT value::bigint FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class PostgresErasureEngine:
    """Deletes rows, whose room VACUUM frees; the nodes change their search indexes by the events."""

    connection: PostgresConnection

    def overwriting(self) -> AbstractContextManager[None]:
        """Leave it to VACUUM: no statement overwrites rows."""
        return nullcontext()

    @contextmanager
    def changeable_trail(self) -> Iterator[None]:
        """Tell the trigger; a rollback takes it back, also one to a savepoint."""
        self.connection.execute(_SET_CHANGEABLE, ("on",))
        yield
        self.connection.execute(_SET_CHANGEABLE, ("",))

    def list_references(self, parent: str) -> list[tuple[str, str]]:
        """Read the foreign keys of every table; the schema has none for `UNINDEXED`."""
        return list(self.connection.execute(_REFERENCES, (f"{SCHEMA}.{parent}",)))

    def delete_unreferenced(self, parent: str, key: str, ids: str) -> None:
        """Delete rows; raises `psycopg.errors.ForeignKeyViolation`."""
        cast = "::bigint" if parent == "tickets" else ""
        self.connection.execute(
            f"DELETE FROM {parent} WHERE {key} IN (SELECT value{cast} FROM json_each(?))",  # noqa: S608
            (ids,),
        )

    def rewrite_details(self, rewrite: Callable[[str], str], ids: str) -> None:
        """Read the entries and write those that are others then, in one journey each."""
        found = list(self.connection.execute(_DETAILS, (ids,)))
        changed = [(after, audit_id) for before, audit_id in found if (after := rewrite(before)) != before]
        if changed:
            self.connection.executemany("UPDATE audit SET detail = ? WHERE audit_id = ?", changed)

    def drop_documents(self, _ids: str) -> None:
        """Write nothing: each node deletes its own documents by the event."""

    def index(self, _ticket_ids: Sequence[TicketId]) -> None:
        """Write nothing: each node makes its own documents."""
