"""What nouns without repositories still call on a unit of work; goes with the last of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import apsw

from hero_assistance_sdk.wire import Seq
from hero_assistance_server.events.model import AnyChange
from hero_assistance_server.identity.permissions import Caller


class FormerNames:
    """Former names of the methods of `SqliteUnitOfWork`; every connection answers alike, with everything written."""

    __slots__ = ()

    @property
    def connection(self: Any) -> apsw.Connection:
        connection: apsw.Connection = self.session.complete
        return connection

    @property
    def unsettled(self: Any) -> apsw.Connection:
        connection: apsw.Connection = self.session.direct
        return connection

    @property
    def afterwards(self: Any) -> list[Callable[[], None]]:
        notify: list[Callable[[], None]] = self.notify_after_commit
        return notify

    def settled(self: Any) -> apsw.Connection:
        connection: apsw.Connection = self.session.complete
        return connection

    def note(self: Any, action: str, by: Caller, detail: Mapping[str, str]) -> None:
        self.record_audit_entry(action, by, detail)

    def tell(self: Any, change: AnyChange) -> Seq:
        seq: Seq = self.record_event(change)
        return seq
