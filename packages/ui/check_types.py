"""The type check of the page's sources and of their tests: tsc reads each `tsconfig` and emits nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from bundle import npm_command

PACKAGE = Path(__file__).resolve().parent
SOURCES = PACKAGE / "frontend"
# The tests run in node, which the page does not know.
CONFIGURATIONS = ("tsconfig.json", "tsconfig.test.json")
CHECK_TIMEOUT_S = 120


def check_types(installed: Path, sources: Path = SOURCES) -> int:
    """Check every module of the page; returns tsc's exit status, its findings go to standard output.

    `installed` is the folder whose `node_modules` holds what `package-lock.json` names, the checker included.
    """
    return max(_check(installed / "node_modules", sources, name) for name in CONFIGURATIONS)


def _check(modules: Path, sources: Path, configuration: str) -> int:
    given = json.loads((sources / configuration).read_text())
    settings = {
        "extends": str(sources / configuration),
        "compilerOptions": {"paths": {"*": [str(modules / "*")]}, "typeRoots": [str(modules / "@types")]},
        "include": [str(sources / pattern) for pattern in given["include"]],
        "exclude": [str(sources / pattern) for pattern in given["exclude"]],
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tsconfig.json"
        file.write_text(json.dumps(settings))
        command = [npm_command()[0], str(modules / "typescript" / "bin" / "tsc"), "--project", str(file)]
        return subprocess.run([*command, "--pretty", "false"], timeout=CHECK_TIMEOUT_S, check=False).returncode


if __name__ == "__main__":
    import sys

    sys.exit(check_types(*(Path(argument).resolve() for argument in sys.argv[1:])))
