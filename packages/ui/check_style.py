"""The style check of the page's sources: biome's rules and its format, as `biome.json` has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from bundle import npm_command

PACKAGE = Path(__file__).resolve().parent
CHECK_TIMEOUT_S = 120


def check_style(installed: Path, *options: str, package: Path = PACKAGE) -> int:
    """Check every source of the page; returns biome's exit status, its findings go to standard output.

    `installed` is the folder whose `node_modules` holds what `package-lock.json` names. With `--write`, what can be
    put right is.
    """
    script = installed / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
    command = [npm_command()[0], str(script), "check", "--error-on-warnings", "--colors=off", *options]
    return subprocess.run(command, cwd=package, timeout=CHECK_TIMEOUT_S, check=False).returncode


if __name__ == "__main__":
    import sys

    sys.exit(check_style(Path(sys.argv[1]).resolve(), *sys.argv[2:]))
