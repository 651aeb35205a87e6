"""What can be wrong with an installation, each found by one check that says what to do."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hero_assistance.releases.install import faults
from hero_assistance.releases.manifest import Installed, read_installed
from hero_assistance.releases.store import Store
from hero_assistance.releases.switch import is_foreign
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import SERVICE, Paths

# An upgrade needs about 150 MB beside the database; below this one fails soon.
DISK_WARNING_BYTES = 1024**3
DISK_FAULT_BYTES = 256 * 1024**2
# One a day is made while the server runs.
BACKUP_WARNING_DAYS = 3


class Verdict(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    verdict: Verdict
    detail: str
    hint: str = ""


def examine(paths: Paths) -> list[Finding]:
    """Run every check; a check that cannot be made is a finding, too."""
    store = Store.of(paths)
    live = store.live()
    installed = read_installed(store.release(live)) if live else None
    checks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _release(store, live, installed),
        lambda: _links(store, installed),
        lambda: _search_path(store),
        lambda: _leftovers(store),
        lambda: _disk(paths),
        lambda: _socket_folder(paths),
        lambda: _sockets(paths),
        lambda: _service(paths),
        lambda: _secrets(paths),
        lambda: _backups(paths),
    ]
    return [finding for check in checks for finding in _guarded(check)]


def _guarded(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(check())
    except HeroError as error:
        return [Finding("settings", Verdict.FAULT, error.message, error.hint or "")]
    except OSError as error:
        return [Finding("files", Verdict.FAULT, str(error), "run doctor as the user that owns the installation")]


def _release(store: Store, live: str | None, installed: Installed | None) -> Iterator[Finding]:
    if live is None:
        yield Finding("release", Verdict.FAULT, f"none is live in {store.folder}", "nox -s install")
        return
    if installed is None:
        yield Finding("release", Verdict.FAULT, f"the live release {live} has no record", "nox -s install")
        return
    yield Finding("release", Verdict.OK, f"{live} is live")
    wrong = faults(store, installed.manifest)
    if wrong:
        shown = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
        yield Finding("files", Verdict.FAULT, f"missing or damaged: {shown}", "hero_assistance --start mends them")
    else:
        yield Finding("files", Verdict.OK, f"{len(installed.manifest.binaries)} binaries are whole")


def _links(store: Store, installed: Installed | None) -> Iterator[Finding]:
    for binary in installed.manifest.binaries if installed else ():
        link = store.bin / binary.name
        if not link.is_symlink() and not link.exists():
            yield Finding("links", Verdict.FAULT, f"{link} is missing", "nox -s install")
        elif is_foreign(store, link):
            yield Finding("links", Verdict.FAULT, f"{link} is not ours", "nox -s install -- --force replaces it")


def _search_path(store: Store) -> Iterator[Finding]:
    if str(store.bin) in os.environ.get("PATH", "").split(os.pathsep):
        yield Finding("PATH", Verdict.OK, f"{store.bin} is on PATH")
    else:
        yield Finding("PATH", Verdict.WARNING, f"{store.bin} is not on PATH", f'export PATH="{store.bin}:$PATH"')


def _leftovers(store: Store) -> Iterator[Finding]:
    left = store.unfinished()
    if left:
        names = ", ".join(path.name for path in left)
        hint = "the next install removes them"
        yield Finding("leftovers", Verdict.WARNING, f"of an interrupted install: {names}", hint)


def _disk(paths: Paths) -> Iterator[Finding]:
    folder = next(path for path in (paths.var, *paths.var.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    limits = ((DISK_FAULT_BYTES, Verdict.FAULT), (DISK_WARNING_BYTES, Verdict.WARNING))
    verdict = next((verdict for limit, verdict in limits if free < limit), Verdict.OK)
    hint = "" if verdict is Verdict.OK else "free some space; hero_assistance releases shows what is kept"
    yield Finding("disk", verdict, f"{free / 1024**3:.1f} GiB free in {folder}", hint)


def _socket_folder(paths: Paths) -> Iterator[Finding]:
    folder = paths.service_sockets
    if not folder.exists():
        return
    about = folder.stat()
    if about.st_uid != os.geteuid():
        hint = f"sudo chown {os.geteuid()} {folder}"
        yield Finding("sockets", Verdict.FAULT, f"{folder} belongs to user {about.st_uid}", hint)
    if stat.S_IMODE(about.st_mode) & 0o022:
        yield Finding("sockets", Verdict.FAULT, f"{folder} can be written by others", f"chmod 755 {folder}")


def _sockets(paths: Paths) -> Iterator[Finding]:
    from hero_assistance_sdk.listeners import listening_pid

    for name in ("rpc", "events", "ui", "supervisor"):
        path = paths.socket(name)
        if not path.exists():
            continue
        pid = listening_pid(path)
        if pid is None:
            hint = "the next start replaces it"
            yield Finding("sockets", Verdict.WARNING, f"nobody listens on {path}", hint)
        else:
            yield Finding("sockets", Verdict.OK, f"{path.name} is held by process {pid}")


def _service(paths: Paths) -> Iterator[Finding]:
    from hero_assistance.lifecycle import status

    found = status(paths)
    if found.supervisor == "none":
        yield Finding("service", Verdict.WARNING, "nothing runs", "hero_assistance --start")
        return
    yield Finding("supervisor", Verdict.OK, str(found.supervisor))
    for action in found.actions:
        verdict = Verdict.OK if action.state == "healthy" else Verdict.FAULT
        hint = "" if verdict is Verdict.OK else f"hero_assistance logs {action.name}"
        yield Finding("service", verdict, f"{action.name} is {action.state}", hint)


def _secrets(paths: Paths) -> Iterator[Finding]:
    """Which settings a supervisor keeps, and which one; never what they are."""
    from hero_assistance_sdk.hero_proc.settings import SecretName, SettingsReader

    settings = asyncio.run(SettingsReader(paths).refresh())
    if not settings.is_current:
        names = ", ".join(SecretName)
        yield Finding("secrets", Verdict.WARNING, f"no supervisor tells {names}", "hero_assistance --start")
        return
    for name in SecretName:
        is_set = name in settings.given
        where = f"is set in {settings.source_of(name)}" if is_set else f"is not set in {settings.supervisor}"
        yield Finding("secrets", Verdict.OK, f"{name} {where}")
    if settings.access.invalid:
        count = len(settings.access.invalid)
        detail = f"{count} of the entries of ADMIN_SECRETS are neither address nor network"
        yield Finding("access", Verdict.WARNING, detail, "hero_assistance access list shows them")
    if not settings.access.is_enforced and (addresses := _page_addresses(paths)):
        detail = f"everybody who can reach {', '.join(addresses)} may open the page"
        yield Finding("access", Verdict.WARNING, detail, "hero_assistance access add ADDRESS")


def _backups(paths: Paths) -> Iterator[Finding]:
    """How old the last whole backup is, and whether one after it failed."""
    from hero_assistance_sdk.backups import FAILURE, newest_backup

    failed = paths.backups / FAILURE
    if failed.exists():
        yield Finding(
            "backups", Verdict.FAULT, f"the last one failed: {_failure(failed)}", "free space, or see the log"
        )
    newest = newest_backup(paths.backups)
    if newest is None:
        yield Finding("backups", Verdict.OK, "none yet; a running server makes one each day")
        return
    days = (time.time() - newest.stat().st_mtime) / 86_400
    if days > BACKUP_WARNING_DAYS:
        detail = f"the last one is {days:.0f} days old"
        yield Finding("backups", Verdict.WARNING, detail, f"hero_assistance backup {paths.backups}")
    else:
        yield Finding("backups", Verdict.OK, f"the last one is {newest.name}")


def _failure(path: Path) -> str:
    try:
        return str(json.loads(path.read_text())["error"])
    except (ValueError, KeyError, TypeError):
        return f"see {path}"


def _page_addresses(paths: Paths) -> tuple[str, ...]:
    """Where the registered service serves the page over TCP."""
    from hero_assistance.service import settings_of
    from hero_assistance.supervisor.connection import found, knows

    with found(paths) as supervisor:
        if supervisor is None or not knows(supervisor.client):
            return ()
        settings = settings_of(supervisor.client.service_get(SERVICE).spec)
    return settings.ui_tcp if settings else ()


def worst(findings: list[Finding]) -> Verdict:
    """The verdict over all of them."""
    found = {finding.verdict for finding in findings}
    return next((verdict for verdict in (Verdict.FAULT, Verdict.WARNING) if verdict in found), Verdict.OK)
