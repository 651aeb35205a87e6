"""`nox -s dev`: server and ui from the source tree; a source that changes is built and started again."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from watchfiles import DefaultFilter, watch

from hero_assistance_sdk.net.ports import PAGE_PORT, SERVER_PORT
from scripts.build.design_server import DesignServer
from scripts.build.workspace import REPOSITORY, Workspace

# In the order of starting; the ui waits for the server's socket by itself.
_DAEMONS = (
    ("hero_assistance_server", ["--auth-mode", "dev", "--seed-dev-users", "--tcp", f"127.0.0.1:{SERVER_PORT}"]),
    ("hero_assistance_ui", ["--auth-mode", "dev", "--tcp"]),
)
_STOP_TIMEOUT_S = 5.0
_PAGE = REPOSITORY / "packages" / "ui"


class SourceFilter(DefaultFilter):
    """Passes over what the build of the page writes, which would start everything a second time."""

    ignore_dirs = (*DefaultFilter.ignore_dirs, "bundle")


def main() -> int:
    """Run until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="nox -s dev --", description=__doc__)
    parser.add_argument("--root", type=Path, default=REPOSITORY / ".dev", help="where data and sockets go")
    parser.add_argument("--page", default=f"127.0.0.1:{PAGE_PORT}", metavar="ADDRESS", help="where the page is served")
    parser.add_argument("--design", default=9772, type=int, metavar="PORT", help="where the design page is served")
    options = parser.parse_args()
    options.root.mkdir(exist_ok=True)
    env = {**os.environ, "PATH_ROOT": str(options.root.resolve())}
    print(f"page: http://{options.page}/   root: {options.root}", flush=True)
    changes = watch(*watched_folders(), watch_filter=SourceFilter(), raise_interrupt=True)
    try:
        while True:
            build_page()
            build_design(options.root / "design")
            with DesignServer(options.root / "design", options.design) as design, _daemons(options.page, env):
                print(f"design: {design.address}", flush=True)
                changed = next(changes)
            print(f"changed: {', '.join(sorted(Path(path).name for _, path in changed))}", flush=True)
    except KeyboardInterrupt:
        return 130


def build_page(package: Path = _PAGE) -> bool:
    """Build the page's bundle as the build hook does; print what is wrong with a source and keep the last bundle."""
    return _build(package, lambda bundle: bundle.make_bundle(package))


def build_design(folder: Path, package: Path = _PAGE) -> bool:
    """Build the design page; print what is wrong with a source and keep what was built before."""
    folder.mkdir(exist_ok=True)
    return _build(package, lambda bundle: bundle.make_design(folder, package))


def watched_folders() -> list[Path]:
    """Return what the daemons read at their start: modules, and the sources of the page."""
    workspace = Workspace()
    packages = [workspace.closure(workspace.package_of(name)) for name, _ in _DAEMONS]
    return sorted({package.folder / "src" for closure in packages for package in closure} | {_PAGE / "frontend"})


def _build(package: Path, make: Callable[[ModuleType], object]) -> bool:
    bundle = _load(package / "bundle.py")
    try:
        make(bundle)
    except bundle.BundleError as error:
        print(error, file=sys.stderr, flush=True)
        return False
    return True


def _load(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
            _wait(process)


def _wait(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
