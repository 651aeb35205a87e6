"""The methods of the server, each with who may call it and whether pages do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from hero_assistance_sdk.errors import HeroError, TooOften
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import MethodTable
from hero_assistance_server.identity.permissions import STAFF, Caller, CallerKind, Permission, permit
from hero_assistance_server.quotas.admission import Admission
from hero_assistance_server.quotas.usage import Usage

Handler = Callable[[Caller, Any], Awaitable[Any]]


@dataclass(slots=True)
class MethodRegistry:
    """Collects the methods that the folders register."""

    table: MethodTable[Caller] = field(default_factory=MethodTable)
    permissions: dict[str, Permission] = field(default_factory=dict)
    usages: dict[str, Usage] = field(default_factory=dict)
    admission: Admission = field(default_factory=Admission)

    def method(
        self,
        name: str,
        *,
        allow: frozenset[CallerKind],
        page: bool = False,
        adds: Usage | None = None,
        errors: Sequence[type[HeroError]] = (),
        examples: Sequence[Example] = (),
    ) -> Callable[[Handler], Handler]:
        """Register `async def handler(caller, params: Model) -> Result`; with `page`, a browser's page may call it.

        `adds` is what a call of it takes of its caller's rate, and of the disk.
        """
        self.grant(Permission(name, allow))
        if adds is not None:
            self.usages[name] = adds
        if CallerKind.ANONYMOUS in allow or (adds is not None and not allow <= STAFF):
            errors = (*errors, TooOften)
        extensions: dict[str, Any] = {"x-allow": [kind.value for kind in CallerKind if kind in allow], "x-page": page}
        return self.table.method(name, errors=errors, examples=examples, extensions=extensions)

    def grant(self, permission: Permission) -> None:
        """Register who may do something that is not called as a method, such as a download."""
        if permission.action in self.permissions:
            raise ValueError(f"{permission.action} is registered twice")
        self.permissions[permission.action] = permission

    def permit(self, caller: Caller, method: str) -> None:
        """Return when the caller may call the method now.

        Raises `Unauthenticated`, `Forbidden`, `TooOften` or `DiskFull`.
        """
        permit(caller, self.permissions[method])
        usage = self.usages.get(method)
        if usage is not None:
            self.admission.admit(caller, usage)
