"""What has to be done on a box, from how it was found: files to send and commands to run; nothing where all is well."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hero_assistance_sdk.paths import SERVICE
from scripts.deploy.box import EMPTY, STOPPED, Box
from scripts.deploy.build import Build

_INSTALLER = "install-"
# What is sent; folders next to it hold what the box downloads by itself.
_SENT = re.compile(rf"{SERVICE}-.+\.tar\.zst(\.sig)?|{_INSTALLER}.+")


@dataclass(frozen=True)
class Steps:
    """Files to send, from here to there, and then shell commands, each of which must succeed."""

    files: tuple[tuple[Path, Path], ...] = ()
    commands: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.commands)


def choose_steps(box: Box, build: Build, start: Sequence[str] = ()) -> Steps:
    """What brings the release to a box and starts it there; `start` are the flags of a service that does not run."""
    if box.live != build.release:
        return _install(box, build, start)
    commands = []
    if box.running not in {None, build.release}:
        # A run was interrupted between the two parts of an install.
        commands.append(_quote(box.program, "restart"))
    elif not box.serves:
        commands.append(_quote(box.program, "--start", *start))
    return Steps(commands=(*commands, *_clean(box, set())))


def choose_rollback(box: Box, release: str) -> Steps:
    """What brings a box back to a release that it has."""
    if box.live == release and box.running in {None, release}:
        return Steps()
    restart = () if box.state == STOPPED else ("--restart",)
    return Steps(commands=(_quote(box.program, "rollback", release, *restart),))


def _install(box: Box, build: Build, start: Sequence[str]) -> Steps:
    """Where the release is installed nothing travels: it makes itself live."""
    if build.release in box.releases:
        release = box.paths.releases / build.release
        return Steps(commands=(*_start(box, start, "sh", release / SERVICE, "install", release), *_clean(box, set())))
    return _send(box, build, start)


def _send(box: Box, build: Build, start: Sequence[str]) -> Steps:
    """The archive travels, and stays until it is installed; so does an installer where none runs that fits."""
    folder = box.paths.downloads
    archive = folder / build.archive.name
    files = [(build.archive, archive)]
    if build.signature is not None:
        files.append((build.signature, folder / build.signature.name))
    program: tuple[object, ...] = (box.program,)
    if box.live_target != build.target:
        installer = folder / f"{_INSTALLER}{build.release}"
        files.append((build.installer, installer))
        program = ("sh", installer)
    commands = _start(box, start, *program, "install", archive, "--sha256", build.sha256)
    return Steps(tuple(files), (*commands, *_clean(box, {target for _, target in files})))


def _start(box: Box, start: Sequence[str], *install: object) -> tuple[str, ...]:
    """The command that installs, and restarts what runs; else another one that starts it."""
    if box.state in {EMPTY, STOPPED}:
        return _quote(*install), _quote(box.program, "--start", *start)
    return (_quote(*install, "--restart"),)


def _clean(box: Box, files: set[Path]) -> list[str]:
    """The command that deletes these, and what runs that broke off or failed have sent."""
    left = {box.paths.downloads / name for name in box.sent if _SENT.fullmatch(name)}
    return [_quote("rm", "-f", *sorted(files | left))] if files | left else []


def _quote(*words: object) -> str:
    return shlex.join(map(str, words))
