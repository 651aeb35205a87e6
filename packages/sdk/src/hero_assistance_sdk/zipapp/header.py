"""The shell lines in front of the archive: they find the interpreter without ever opening the archive.

A built zipapp has a *portable* header that looks for an interpreter of the version it was built for.
Installation overwrites it with a *pinned* header of the same size, which goes straight to the unpacked
tree with an absolute interpreter. The archive behind the header is never changed, so the checksum of
the built file can still be computed from the installed one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Room for two paths of 800 bytes; the offsets inside the archive count from the start of the file,
# so the size may never differ between the two headers.
HEADER_SIZE = 4096

_PIN = "#pin "
_BUILT_FOR = ", built for "


@dataclass(frozen=True)
class Target:
    """What a zipapp was built for, such as `CPython 3.11` and `linux-x86_64`."""

    python: str
    platform: str

    @property
    def executable(self) -> str:
        """The usual name of that interpreter, such as `python3.11`."""
        return "python" + self.python.rpartition(" ")[2]

    def __str__(self) -> str:
        return f"{self.python} on {self.platform}"


@dataclass(frozen=True)
class Pin:
    """Where an installed zipapp starts from."""

    interpreter: Path
    release: Path
    name: str

    @property
    def tree(self) -> Path:
        """The folder that holds what was `site-packages/` in the archive."""
        return self.release / "lib" / self.name

    @property
    def boot(self) -> Path:
        """The few lines of Python that the header starts."""
        return self.release / "lib" / f"{self.name}.py"

    @property
    def archive(self) -> Path:
        """The installed zipapp itself."""
        return self.release / self.name


def portable_header(name: str, target: Target) -> bytes:
    """The header of a built zipapp."""
    return _pad(["#!/bin/sh", f"# {name}{_BUILT_FOR}{target}", *_search(name, target)])


def pinned_header(pin: Pin, target: Target) -> bytes:
    """The header of an installed zipapp: pinned start first, the search as its fallback."""
    import shlex

    interpreter, boot = shlex.quote(str(pin.interpreter)), shlex.quote(str(pin.boot))
    start = f'[ -x {interpreter} ] && [ -f {boot} ] && exec {interpreter} -IS {boot} "$@"'
    lines = ["#!/bin/sh", f"# {pin.name}{_BUILT_FOR}{target}", start, *_search(pin.name, target)]
    return _pad([*lines, f"{_PIN}{pin.interpreter}\x1f{pin.release}\x1f{pin.name}"])


def read_pin(archive: Path) -> Pin | None:
    """The pin of an installed zipapp, or `None` when the file has a portable header."""
    for line in _read_lines(archive):
        if line.startswith(_PIN) and line.count("\x1f") == 2:
            interpreter, release, name = line.removeprefix(_PIN).split("\x1f")
            return Pin(Path(interpreter), Path(release), name)
    return None


def read_target(archive: Path) -> Target | None:
    """What a zipapp was built for, as its header says; `None` when it does not."""
    for line in _read_lines(archive):
        python, on, platform = line.partition(_BUILT_FOR)[2].partition(" on ")
        if line.startswith("# ") and on:
            return Target(python, platform)
    return None


def _read_lines(archive: Path) -> list[str]:
    with archive.open("rb") as file:
        return file.read(HEADER_SIZE).decode("utf-8", "surrogateescape").split("\n")


def _search(name: str, target: Target) -> list[str]:
    """Lines that start the archive with the first interpreter of the right version.

    A name on PATH is not enough: the shim of a version manager may point to nothing, so the header runs it.
    """
    version = target.python.rpartition(" ")[2]
    return [
        f"for p in {target.executable} python3 python; do",
        """  v=$("$p" -ISc 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)""",
        f'  [ "$v" = {version} ] &&',
        '    exec "$p" -IS "$0" "$@"',
        "done",
        "for p in python3 python; do",
        '  command -v "$p" >/dev/null 2>&1 && "$p" -c "" 2>/dev/null && exec "$p" "$0" "$@"',
        "done",
        f'echo "{name}: built for {target}, met no Python on PATH" >&2',
        "exit 1",
    ]


def _pad(lines: list[str]) -> bytes:
    text = "\n".join(lines).encode("utf-8", "surrogateescape")
    room = HEADER_SIZE - len(text) - 2
    if room < 0:
        raise ValueError(f"the paths of the header need {-room} bytes more than its {HEADER_SIZE}")
    return text + b"\n" + b"#" * room + b"\n"
