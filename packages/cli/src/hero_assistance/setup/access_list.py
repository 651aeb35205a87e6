"""The access list of the page over TCP, as an operator changes it from a shell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hero_assistance.supervisor.connection import hero_proc_or_embedded
from hero_assistance_sdk.access_list import AccessList, access_of, parse_access
from hero_assistance_sdk.errors import Conflict, NotFound, UsageError
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.hero_proc.settings import SecretName
from hero_assistance_sdk.paths import Paths

NAME = SecretName.ADMIN_SECRETS.value


def read_list(paths: Paths) -> AccessList:
    """The access list in the supervisor's store."""
    with hero_proc_or_embedded(paths) as supervisor:
        return _read(supervisor.client)


def add_entries(paths: Paths, entries: Sequence[str]) -> AccessList:
    """Put entries on the list; raises `UsageError` for one that is neither address nor network."""
    wanted = _parse_entries(entries)
    return _change(paths, lambda known: access_of([*known.entries, *wanted.entries]))


def remove_entries(paths: Paths, entries: Sequence[str]) -> AccessList:
    """Take entries off the list; raises `NotFound`, or `Conflict` when nothing would be left."""
    unwanted = _parse_entries(entries)

    def without(known: AccessList) -> AccessList:
        missing = [entry for entry in unwanted.entries if entry not in known.entries]
        if missing:
            raise NotFound(f"not on the list: {', '.join(missing)}", hint="see: hero_assistance access list")
        left = access_of(entry for entry in known.entries if entry not in unwanted.entries)
        if not left.is_enforced:
            raise Conflict("an empty list admits everybody", hint="if you mean it: hero_assistance access clear")
        return left

    return _change(paths, without)


def clear_list(paths: Paths) -> bool:
    """Admit everybody; false when everybody was admitted already."""
    with hero_proc_or_embedded(paths) as supervisor:
        return supervisor.client.secret_delete(NAME).changed


def _change(paths: Paths, change: Callable[[AccessList], AccessList]) -> AccessList:
    """Write the changed list; entries that were neither address nor network are not written again."""
    with hero_proc_or_embedded(paths) as supervisor:
        wanted = change(_read(supervisor.client))
        supervisor.client.secret_set(NAME, ",".join(wanted.entries))
        return wanted


def _read(client: SupervisorClient) -> AccessList:
    try:
        return parse_access(client.secret_get(NAME))
    except NotFound:
        return AccessList()


def _parse_entries(entries: Sequence[str]) -> AccessList:
    wanted = parse_access(",".join(entries))
    if wanted.invalid or not wanted.is_enforced:
        named = ", ".join(wanted.invalid) or "nothing"
        raise UsageError(f"neither address nor network: {named}", hint="write 192.0.2.1, 10.0.0.0/8 or 400::/7")
    return wanted
