"""A sealed, reproducible zipapp: made by shiv, then given our header and start."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from shiv.bootstrap.environment import Environment
from shiv.builder import create_archive

from hero_assistance_sdk.zipapp.header import Target, portable_header

_MAIN = "__main__.py"
_MOMENT = (1980, 1, 1, 0, 0, 0)
_BUILT_AT = "1980-01-01 00:00:00"

# The first code of the archive that runs. It must be understood by every Python that may meet it,
# version 2 included, or a person would see a traceback instead of the one line that helps.
_MAIN_TEMPLATE = """\
# -*- coding: utf-8 -*-
import os
import sys


def met():
    name = getattr(getattr(sys, "implementation", None), "name", "cpython").replace("cpython", "CPython")
    machine = os.uname()
    glibc = machine[0] != "Linux" or sys.version_info[0] < 3 or "CS_GNU_LIBC_VERSION" in os.confstr_names
    version = "%d.%d%s" % (sys.version_info[0], sys.version_info[1], getattr(sys, "abiflags", ""))
    return "%s %s on %s-%s%s" % (name, version, machine[0].lower(), machine[4], "" if glibc else "-musl")


def main():
    if met() != "{target}":
        sys.stderr.write("{name}: built for {target}, met %s\\n" % met())
        sys.exit(1)
    if not (sys.flags.isolated and sys.flags.no_site):
        os.execv(sys.executable, [sys.executable, "-IS"] + sys.argv)
    sys.path.insert(0, os.path.join(sys.argv[0], "site-packages"))
    from hero_assistance_sdk.zipapp.bootstrap import main

    del sys.path[0]
    main("{name}")


main()
"""


@dataclass(frozen=True)
class Zipapp:
    """What goes into one zipapp."""

    name: str
    entry_point: str
    site: Path
    build_id: str


def this_target() -> Target:
    """The interpreter and platform that run this code, as `__main__.py` will compare them."""
    namespace: dict[str, object] = {}
    exec(_MAIN_TEMPLATE.split("def main")[0], namespace)  # noqa: S102
    met = namespace["met"]
    assert callable(met)  # noqa: S101
    python, _, platform = str(met()).partition(" on ")
    return Target(python, platform)


def write_zipapp(zipapp: Zipapp, output: Path, target: Target) -> None:
    """Write the zipapp to `output`; the same content gives the same bytes."""
    plain = output.with_name(f"{output.name}.shiv")
    environment = Environment(
        built_at=_BUILT_AT,
        shiv_version=_shiv_version(),
        build_id=zipapp.build_id,
        compile_pyc=False,
        entry_point=zipapp.entry_point,
        reproducible=True,
    )
    # Stored, not deflated: two builds of zlib need not compress alike, and start-up never opens the archive.
    create_archive([zipapp.site], plain, "/usr/bin/env python3", "_bootstrap:bootstrap", environment, compressed=False)
    try:
        _seal(plain, output, zipapp.name, target)
    finally:
        plain.unlink()


def _seal(plain: Path, output: Path, name: str, target: Target) -> None:
    """Copy the archive behind our header, with our `__main__.py` and modes that no umask reaches."""
    temporary = output.with_name(f"{output.name}.partial")
    with zipfile.ZipFile(plain) as source, temporary.open("wb") as file:
        file.write(portable_header(name, target))
        with zipfile.ZipFile(file, "w") as archive:
            for info in sorted(source.infolist(), key=lambda info: info.filename):
                if info.filename != _MAIN:
                    archive.writestr(_entry(info.filename, info.external_attr >> 16 or 0o100644), source.read(info))
            archive.writestr(
                _entry(_MAIN, 0o100644),
                _MAIN_TEMPLATE.replace("{target}", str(target)).replace("{name}", name),
            )
    temporary.chmod(0o755)
    temporary.rename(output)


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.create_system = 3
    info.external_attr = (0o100755 if mode & 0o111 else 0o100644) << 16
    return info


def _shiv_version() -> str:
    from importlib.metadata import version

    return version("shiv")
