"""What has to be done on a box, from how it was found: files to send and commands to run; nothing where all is well."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hero_assistance_sdk.paths import SERVICE
from scripts.deploy.box import EMPTY, STOPPED, Box
from scripts.deploy.build import Build

_INSTALLER = "install-"
# What is sent; folders next to it hold what the box downloads by itself.
_SENT = re.compile(rf"{SERVICE}-.+\.tar\.zst(\.sig)?|{_INSTALLER}.+")


@dataclass(frozen=True)
class Start:
    """What a desk is started with where none runs: the flags of `--start`, and secrets of its supervisor by name."""

    flags: tuple[str, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


_WITHOUT_DATA = Start()


@dataclass(frozen=True)
class Steps:
    """Files to send, from here to there, and then shell commands, each of which must succeed.

    `inputs` is what some of the commands read from standard input: no argument and no output has a secret.
    """

    files: tuple[tuple[Path, Path], ...] = ()
    commands: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.files or self.commands)


def choose_steps(box: Box, build: Build, start: Start = _WITHOUT_DATA) -> Steps:
    """What brings the release to a box and starts it there; `start` is for a service that does not run."""
    if box.live != build.release:
        return _install(box, build, start)
    commands: tuple[str, ...] = ()
    if box.running not in {None, build.release}:
        # A run was interrupted between the two parts of an install.
        commands = (_quote(box.program, "restart"),)
    elif not box.serves:
        commands = _start_service(box, start)
    return Steps(commands=(*commands, *_clean(box, set())), inputs=_choose_inputs(box, start))


def choose_rollback(box: Box, release: str) -> Steps:
    """What brings a box back to a release that it has."""
    if box.live == release and box.running in {None, release}:
        return Steps()
    restart = () if box.state == STOPPED else ("--restart",)
    return Steps(commands=(_quote(box.program, "rollback", release, *restart),))


def _install(box: Box, build: Build, start: Start) -> Steps:
    """Where the release is installed nothing travels: it makes itself live."""
    if build.release in box.releases:
        release = box.paths.releases / build.release
        commands = _install_and_start(box, start, "sh", release / SERVICE, "install", release)
        return Steps(commands=(*commands, *_clean(box, set())), inputs=_choose_inputs(box, start))
    return _send(box, build, start)


def _send(box: Box, build: Build, start: Start) -> Steps:
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
    commands = _install_and_start(box, start, *program, "install", archive, "--sha256", build.sha256)
    cleaning = _clean(box, {target for _, target in files})
    return Steps(tuple(files), (*commands, *cleaning), _choose_inputs(box, start))


def _install_and_start(box: Box, start: Start, *install: object) -> tuple[str, ...]:
    """The command that installs, and restarts what runs; else others that start it."""
    if box.state in {EMPTY, STOPPED}:
        return _quote(*install), *_start_service(box, start)
    return (_quote(*install, "--restart"),)


def _start_service(box: Box, start: Start) -> tuple[str, ...]:
    """The secrets come first: a server reads them when it starts."""
    return *(_set_secret(box, name) for name in start.secrets), _quote(box.program, "--start", *start.flags)


def _choose_inputs(box: Box, start: Start) -> dict[str, str]:
    return {_set_secret(box, name): value for name, value in start.secrets.items()}


def _set_secret(box: Box, name: str) -> str:
    return _quote(box.program, "secret", "set", name, "-")


def _clean(box: Box, files: set[Path]) -> list[str]:
    """The command that deletes these, and what runs that broke off or failed have sent."""
    left = {box.paths.downloads / name for name in box.sent if _SENT.fullmatch(name)}
    return [_quote("rm", "-f", *sorted(files | left))] if files | left else []


def _quote(*words: object) -> str:
    return shlex.join(map(str, words))
