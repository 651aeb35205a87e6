"""The methods of the server, each with who may call it and whether pages do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import MethodTable
from hero_assistance_server.identity.permissions import Caller, CallerKind, Permission, permit

Handler = Callable[[Caller, Any], Awaitable[Any]]


@dataclass(slots=True)
class MethodRegistry:
    """Collects the methods that the folders register."""

    table: MethodTable[Caller] = field(default_factory=MethodTable)
    permissions: dict[str, Permission] = field(default_factory=dict)

    def method(
        self,
        name: str,
        *,
        allow: frozenset[CallerKind],
        page: bool = False,
        errors: Sequence[type[HeroError]] = (),
        examples: Sequence[Example] = (),
    ) -> Callable[[Handler], Handler]:
        """Register `async def handler(caller, params: Model) -> Result`; with `page`, a browser's page may call it."""
        self.grant(Permission(name, allow))
        extensions: dict[str, Any] = {"x-allow": [kind.value for kind in CallerKind if kind in allow], "x-page": page}
        return self.table.method(name, errors=errors, examples=examples, extensions=extensions)

    def grant(self, permission: Permission) -> None:
        """Register who may do something that is not called as a method, such as a download."""
        if permission.action in self.permissions:
            raise ValueError(f"{permission.action} is registered twice")
        self.permissions[permission.action] = permission

    def permit(self, caller: Caller, method: str) -> None:
        """Return when the caller may call the method; raises `Unauthenticated` or `Forbidden`."""
        permit(caller, self.permissions[method])
