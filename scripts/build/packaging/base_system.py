"""The Debian below an image: an interpreter, certificates and what these need, made by mmdebstrap without root."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from scripts.build.packaging.tar_tree import MOMENT_S
from scripts.build.tool import ToolError, must_run

# The release of Debian that has a Python as its own.
SUITES = {"python3.11": "bookworm", "python3.13": "trixie"}
# The user of an image; above those that systems give to people.
USER_ID = 10001
USER = "hero"
# Downloads some 40 MB.
TIMEOUT_S = 600.0
_KEPT_OUT = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
_KEPT = ("/usr/share/doc/*/copyright",)


def make_base_system(python: str, home: str, target: Path) -> None:
    """Write the tar file of a system with this interpreter and a user with this home folder; raises `ToolError`.

    What Debian's mirrors have today is taken, security updates included: the same mirrors give the same bytes.
    """
    suite = SUITES.get(python)
    if suite is None:
        raise ToolError(f"no Debian has {python}", hint=f"build with {' or '.join(SUITES)}: PYTHON=... nox -s image")
    if shutil.which("mmdebstrap") is None:
        raise ToolError("mmdebstrap is not installed", hint="apt install mmdebstrap uidmap debian-archive-keyring")
    options = [
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in _KEPT_OUT),
        *(f"--dpkgopt=path-include={pattern}" for pattern in _KEPT),
        "--dpkgopt=force-unsafe-io",
        # Of the machine that builds, and of the day.
        '--customize-hook=rm -f "$1"/etc/resolv.conf "$1"/etc/hostname',
        f'--customize-hook=echo {USER}:x:{USER_ID}:{USER_ID}::{home}:/usr/sbin/nologin >>"$1"/etc/passwd',
        f'--customize-hook=echo {USER}:x:{USER_ID}: >>"$1"/etc/group',
    ]
    command = ["mmdebstrap", "--quiet", "--variant=essential", f"--include={python},ca-certificates", *options]
    must_run(
        f"making a system of {suite}",
        [*command, suite, str(target.absolute())],
        target.parent,
        timeout_s=TIMEOUT_S,
        hint="is a mirror of Debian reachable, and are its keys there? apt install debian-archive-keyring uidmap",
        env={**os.environ, "SOURCE_DATE_EPOCH": str(MOMENT_S)},
    )
