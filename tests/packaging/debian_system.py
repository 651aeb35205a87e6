"""A Debian system in which nothing but our package is installed, laid over the programs of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.capabilities import NAMESPACES, require

_TIMEOUT_S = 120.0
# Without root's rights, a namespace of users makes root of whoever runs the tests.
_MAP = [] if os.geteuid() == 0 else ["--map-root-user"]
_OWN_PIDS = ["--pid", "--fork", "--kill-child", "--mount-proc"]
_ENTER = """\
ip link set lo up
mount -t overlay overlay -o "lowerdir=$SYSTEM/usr:/usr" /usr
cd "$HOME"
"""


@dataclass(frozen=True)
class DebianSystem:
    """The files of the system, and the home folder of the user who works there."""

    root: Path
    home: Path

    @classmethod
    def make(cls, folder: Path) -> DebianSystem:
        """Make one without a package."""
        require(NAMESPACES)
        found = cls(folder / "root", folder / "home")
        database = found.root / "var" / "lib" / "dpkg"
        database.mkdir(parents=True)
        (database / "status").touch()
        found.home.mkdir()
        return found

    def dpkg(self, *arguments: str) -> str:
        """Run dpkg on the system; the packages that ours needs are those of this machine."""
        options = [f"--root={self.root}", "--force-depends", "--force-not-root", "--log=/dev/null"]
        return _must_run(["unshare", "--mount", *_MAP, "--", "dpkg", *options, *arguments], {})

    def list_files(self) -> set[str]:
        """The files that packages have brought."""
        return {str(path.relative_to(self.root)) for path in (self.root / "usr").rglob("*") if path.is_file()}

    def run(self, script: str) -> str:
        """Run a shell script in the system, which ends with all that it started; returns what it printed."""
        path = os.pathsep.join(["/usr/bin", "/bin", "/usr/sbin", str(Path(sys.executable).resolve().parent)])
        environ = {"PATH": path, "HOME": str(self.home), "SYSTEM": str(self.root)}
        command = ["unshare", "--mount", "--net", *_OWN_PIDS, *_MAP, "--", "sh", "-ec", _ENTER + script]
        return _must_run(command, environ)


def _must_run(command: list[str], environ: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        env={"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
