"""`nox -s dev`: server and ui from the source tree, started again whenever a source file changes."""

from __future__ import annotations

import argparse
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchfiles import DefaultFilter, watch

from hero_assistance_sdk.ports import SERVER_PORT
from scripts.build.workspace import REPOSITORY, Workspace

# In the order of starting; the ui waits for the server's socket by itself.
_DAEMONS = (
    ("hero_assistance_server", ["--auth-mode", "dev", "--seed-dev-users", "--tcp", f"127.0.0.1:{SERVER_PORT}"]),
    ("hero_assistance_ui", ["--auth-mode", "dev", "--tcp"]),
)
_STOP_TIMEOUT_S = 5.0


def main() -> int:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="nox -s dev --", description=__doc__)
    parser.add_argument("--root", type=Path, default=REPOSITORY / ".dev", help="where data and sockets go")
    parser.add_argument("--page", default="127.0.0.1:9771", metavar="ADDRESS", help="where the page is served")
    options = parser.parse_args()
    options.root.mkdir(exist_ok=True)
    _fill_vendors()
    env = {**os.environ, "PATH_ROOT": str(options.root.resolve())}
    print(f"page: http://{options.page}/   root: {options.root}", flush=True)
    changes = watch(*_sources(), watch_filter=DefaultFilter(), raise_interrupt=True)
    try:
        while True:
            with _daemons(options.page, env):
                changed = next(changes)
            print(f"changed: {', '.join(sorted(Path(path).name for _, path in changed))}", flush=True)
    except KeyboardInterrupt:
        return 130


def _fill_vendors() -> None:
    """Have the parts that come from npm in the tree, as the build hook has them in the wheel."""
    for script in REPOSITORY.glob("packages/*/vendor.py"):
        runpy.run_path(str(script))["fill_vendor"]()


def _sources() -> list[Path]:
    """What the daemons read at their start: modules, and the page with its scripts and styles."""
    workspace = Workspace()
    return sorted(
        {package.folder / "src" for name, _ in _DAEMONS for package in workspace.closure(workspace.package_of(name))}
    )


@contextmanager
def _daemons(page: str, env: dict[str, str]) -> Iterator[None]:
    running = []
    for module, flags in _DAEMONS:
        address = [page] if flags[-1] == "--tcp" else []
        running.append(subprocess.Popen([sys.executable, "-m", module, *flags, *address], env=env))
    try:
        yield
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
