"""The secrets in the store of the supervisor, as the commands set and read them."""

from __future__ import annotations

from hero_assistance.supervisor.connection import hero_proc_or_embedded
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.paths import Paths


def set_secret(paths: Paths, context: str, name: str, value: str) -> bool:
    """Store a secret; false when it had that value already."""
    with hero_proc_or_embedded(paths) as supervisor:
        return supervisor.client.secret_set(name, value, context=context).changed


def get_secret(paths: Paths, context: str, name: str) -> str:
    """The value of a secret; raises `NotFound`."""
    with hero_proc_or_embedded(paths) as supervisor:
        return supervisor.client.secret_get(name, context=context)


def list_secrets(paths: Paths, context: str) -> list[str]:
    """The names of a context's secrets."""
    with hero_proc_or_embedded(paths) as supervisor:
        return list(supervisor.client.secret_list(context=context))


def delete_secret(paths: Paths, context: str, name: str) -> None:
    """Delete a secret; raises `NotFound`."""
    with hero_proc_or_embedded(paths) as supervisor:
        if not supervisor.client.secret_delete(name, context=context).changed:
            raise NotFound(f"there is no secret {name} in the context {context}")
