"""The type check of the page's JavaScript: tsc reads the JSDoc types and emits nothing."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from bundle import npm_command

PACKAGE = Path(__file__).resolve().parent
SCRIPTS = Path("frontend")
CHECK_TIMEOUT_S = 120


def check_types(installed: Path, package: Path = PACKAGE) -> int:
    """Check every module of the page; returns tsc's exit status, its findings go to standard output.

    `installed` is the folder whose `node_modules` holds what `package-lock.json` names, the checker included.
    """
    modules = installed / "node_modules"
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "tsconfig.json"
        settings.write_text(json.dumps(_settings(package, modules)))
        node = npm_command()[0]
        command = [
            node,
            str(modules / "typescript" / "bin" / "tsc"),
            "--project",
            str(settings),
            "--pretty",
            "false",
        ]
        return subprocess.run(command, cwd=package, timeout=CHECK_TIMEOUT_S, check=False).returncode


def _settings(package: Path, modules: Path) -> dict[str, object]:
    return {
        "compilerOptions": {
            "allowJs": True,
            "checkJs": True,
            "noEmit": True,
            "strict": True,
            "noUncheckedIndexedAccess": True,
            "noImplicitReturns": True,
            "noUnusedLocals": True,
            "noUnusedParameters": True,
            "target": "es2022",
            "lib": ["es2022", "dom", "dom.iterable"],
            "module": "esnext",
            "moduleResolution": "bundler",
            "types": [],
            "skipLibCheck": True,
            "paths": {"*": [str(modules / "*")]},
        },
        "include": [str(package / SCRIPTS / "**" / "*.js")],
    }


if __name__ == "__main__":
    import sys

    sys.exit(check_types(Path(sys.argv[1]).resolve()))
