"""The environment that builds, `.buildenv/venv`: made from `requirements/build.txt`, looked at before each use.

`buildenv.sh COMMAND ...` runs this file with a Python that has nothing but its standard library. It makes the
environment if it is not there, does not fit the lock, or is broken, and then becomes COMMAND inside it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:  # run as a file, by `buildenv.sh`
    sys.path.insert(0, str(ROOT))

from scripts.build.locks.installer_settings import keep_index_settings, pip_variables  # noqa: E402

OWN_OPTION = "--changed-since"
# Another run may be in the middle of making the environment.
LOCK_TIMEOUT_S = 600.0
LOCK_POLL_S = 0.2
# Run by the finished environment: prints what it lacks of the lock, with the markers of this machine.
_CHECK = """\
import re, sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from packaging.requirements import Requirement

def fault(wanted):
    try:
        found = distribution(wanted.name)
    except PackageNotFoundError:
        return f"{wanted.name} is missing"
    if not Path(found.locate_file("")).resolve().is_relative_to(Path(sys.prefix).resolve()):
        return f"{wanted.name} is in {found.locate_file('')}"
    return None if wanted.specifier.contains(found.version, True) else f"{wanted.name} is {found.version}"

lines = re.findall(r"^([\\w.-]+==.*?) *\\\\?$", Path(sys.argv[1]).read_text(), re.MULTILINE)
wanted = [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate()]
print("; ".join(filter(None, map(fault, wanted))) if wanted else "the lock lists nothing")
"""


class EnvironmentFault(Exception):
    """Why there is no tool environment, in one line."""


@dataclass(frozen=True)
class ToolEnvironment:
    """The environment of one checkout."""

    root: Path = ROOT

    @property
    def store(self) -> Path:
        """Where everything lies that is made once for the checkout."""
        return self.root / ".buildenv"

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.store / "venv"

    @property
    def lock(self) -> Path:
        """The locked requirements that it is made from."""
        return self.root / "requirements" / "build.txt"

    def ensure(self, environ: Mapping[str, str]) -> None:
        """Make the environment unless it is there, fits and is whole; raises `EnvironmentFault`."""
        if self._is_whole():
            return
        self.store.mkdir(parents=True, exist_ok=True)
        with _exclusive(self.store / ".making"):
            if not self._is_whole():
                self._make(environ)

    def _is_whole(self) -> bool:
        """Whether it was made from this lock, by this interpreter, here, and nothing of it is gone."""
        try:
            made = json.loads(self._stamp.read_text("utf-8"))
            return bool(
                made["from"] == self._describe_wanted()
                and os.access(self.venv / "bin" / "python", os.X_OK)
                and set(made["entries"]) <= set(self._entries())
            )
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def _make(self, environ: Mapping[str, str]) -> None:
        _say("making the tool environment (once for each requirements/build.txt)")
        self._stamp.unlink(missing_ok=True)
        created = _run([sys.executable, "-I", "-m", "venv", "--clear", str(self.venv)], environ)
        if created.returncode:
            raise EnvironmentFault(
                f"{created.stderr or created.stdout}\n{sys.executable} has no venv module that works; "
                "on Debian: apt-get install python3-venv"
            )
        self._install(keep_index_settings(environ, self.store))
        checked = _run([*self._python, "-c", _CHECK, str(self.lock)], environ)
        fault = checked.stderr.strip() or checked.stdout.strip()
        if fault or checked.returncode:
            raise EnvironmentFault(f"what was installed in {self.venv} is not what {self.lock.name} lists: {fault}")
        self._write_stamp()

    def _install(self, environ: Mapping[str, str]) -> None:
        pip = [*self._python, "-m", "pip"]
        listed = _run([*pip, "config", "list"], environ)
        if listed.returncode:
            raise EnvironmentFault(f"pip cannot read its own settings: {listed.stderr.strip()}")
        others = {name: value for name, value in environ.items() if not name.startswith("PIP_")}
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps"]
        command = [*pip, "install", *options, "-r", str(self.lock)]
        if subprocess.run(command, env={**others, **pip_variables(listed.stdout)}, check=False).returncode:
            raise EnvironmentFault("the tools could not be installed; is the package index reachable?")

    @property
    def _python(self) -> list[str]:
        return [str(self.venv / "bin" / "python"), "-I"]

    @property
    def _stamp(self) -> Path:
        return self.store / "made-from"

    def _write_stamp(self) -> None:
        temporary = self._stamp.with_name(f"made-from.{os.getpid()}")
        temporary.write_text(json.dumps({"from": self._describe_wanted(), "entries": self._entries()}), "utf-8")
        temporary.replace(self._stamp)

    def _describe_wanted(self) -> dict[str, Any]:
        """What the environment depends on; its own place is among it, because its programs name it."""
        digest = hashlib.sha256(self.lock.read_bytes()).hexdigest()
        return {"lock": digest, "python": sys.version, "base": sys.base_prefix, "place": str(self.venv)}

    def _entries(self) -> list[str]:
        """The programs and packages that are there, by name."""
        base = str(self.venv)
        packages = Path(sysconfig.get_path("purelib", "venv", {"base": base, "platbase": base}))
        return sorted(
            f"{folder.name}/{path.name}"
            for folder in (self.venv / "bin", packages)
            for path in folder.iterdir()
            if path.name != "__pycache__"
        )


def arrange_arguments(command: Sequence[str]) -> list[str]:
    """Put our own option behind the `--` of a nox command: nox hands a session only what stands there."""
    if command[0] != "nox" or OWN_OPTION not in command:
        return list(command)
    place = command.index(OWN_OPTION)
    return list(command) if "--" in command[:place] else [*command[:place], "--", *_without_dashes(command[place:])]


def _without_dashes(arguments: Sequence[str]) -> list[str]:
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return [*arguments[:place], *arguments[place + 1 :]]


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file; it is free again when its holder ends, however that happens."""
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    with path.open("a") as file:
        while not _is_taken(file.fileno()):
            if time.monotonic() > deadline:
                raise EnvironmentFault(f"another run has kept {path} for {LOCK_TIMEOUT_S:g} s")
            time.sleep(LOCK_POLL_S)
        yield


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=dict(environ), capture_output=True, text=True, errors="replace", check=False)


def _become(command: list[str], environ: dict[str, str]) -> NoReturn:
    try:
        os.execvpe(command[0], command, environ)  # noqa: S606
    except FileNotFoundError:
        _say(f"{command[0]}: not found")
        sys.exit(127)
    except OSError as error:
        _say(f"{command[0]}: {error.strerror}")
        sys.exit(126)


def _say(line: str) -> None:
    print(f"buildenv.sh: {line}", file=sys.stderr, flush=True)


def main(command: Sequence[str]) -> int:
    """Make the environment if need be, and become the command in it."""
    tools = ToolEnvironment()
    try:
        tools.ensure(os.environ)
        environ = keep_index_settings(os.environ, tools.store)
    except (EnvironmentFault, OSError) as error:
        _say(str(error))
        return 1
    environ["PATH"] = os.pathsep.join([str(tools.venv / "bin"), environ.get("PATH", os.defpath)])
    environ["VIRTUAL_ENV"] = str(tools.venv)
    _become(arrange_arguments(command), environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
