"""The sessions of this repository, as `nox -l` lists them; the work is in `scripts/build/`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "packages" / "sdk" / "src"))

from scripts.build.locks.locked_nox import is_locked, locked_session  # noqa: E402

nox.needs_version = ">=2022.11.21"
nox.options.sessions = ["lint", "types", "tests"]
DIST = ROOT / "dist"
REQUIREMENTS = ROOT / "requirements"
QUARANTINE_TESTS = ROOT / "packages" / "quarantine" / "tests"

# Another nox lists the sessions and hands over: it can import none of this, and may not know these options.
if is_locked():
    from scripts.build import npm
    from scripts.build.checks import changed
    from scripts.build.locks import interpreters, lock, lock_targets
    from scripts.build.packaging import deb, image
    from scripts.build.release import dist, reproduce
    from scripts.build.tool import ToolError
    from scripts.build.workspace import Workspace
    from scripts.deploy.command_line import needs_build

    nox.options.default_venv_backend = "uv"
    nox.options.reuse_existing_virtualenvs = True
    nox.options.error_on_external_run = True
    nox.options.allow_parallel = True

    WORKSPACE = Workspace(ROOT)
    CLI = DIST / WORKSPACE.names["PROJECT_NAME"]
    INSTALLED = Path(WORKSPACE.names["INSTALL_DIR"]) / CLI.name

# `nox -s up -- ...` hands its arguments to `install`, too, which it requires: each takes its own.
INSTALL_FLAGS = ("--force", "--restart")
HISTORY = ".quarantine/history.db"
DEMO_FLAGS = ("--auth-mode", "dev", "--seed-dev-users", "--ui-tcp", "127.0.0.1:9771")
# What `lint` checks, by the names that .pre-commit-config.yaml uses; `locks` is one more.
LINT = {
    "style": (("ruff", "check"), ("ruff", "format", "--check")),
    "imports": (("lint-imports", "--config", "pyproject.toml"),),
    "shell": (("shellcheck", "buildenv.sh", ".ci/run"),),
    "news": (("python", "-m", "scripts.build.checks.news"),),
    "words": (("python", "-m", "scripts.build.checks.words"),),
    "catalogues": (("python", "-m", "scripts.build.checks.catalogues"),),
}
# Percent of statements and branches: 84 was measured with the tests of server, sdk, httpd and cli, and a part of those
# of ui, supervisor and quarantine; the others can only add to it. Coverage cannot get into the sealed zipapps.
COVERAGE_FLOOR = "84"
PURE_TESTS = ("--pure", "-m", "pure", "tests")
# The supported versions of CPython: each has a session `tests-X.Y`.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# What `types` checks next to the sources of the packages.
TYPED = ("scripts", "deploy", "noxfile.py", "tests", "packages/quarantine/tests", "benchmarks")
# What `newest` runs of the tests: the whole way from the build to a stop and what is read without a daemon. With the
# build that takes 40 s of processor time, where the environment is made already.
NEWEST_TESTS = (
    "tests/e2e/test_four_words.py::test_from_install_to_nothing_left",
    *("tests/cli/test_commands.py", "tests/sdk", "tests/supervisor/test_processes.py"),
)

# What `tests_postgres -- quick` runs. What a storage engine promises is in `tests` itself, for each engine.
QUICK_POSTGRES_TESTS = [
    f"tests/server/test_{name}.py"
    for name in ("attachments", "end_of_access", "erasure", "events", "lists", "search", "sharing", "tickets")
]

# What `oldest_pytest` runs: what depends on the hooks of pytest and xdist.
OLDEST_PYTEST_TESTS = [
    str(QUARANTINE_TESTS / f"test_{name}.py") for name in ("distribution", "forks", "ordinary_runs", "sound_runs")
]


@locked_session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Build the zipapps into dist/, unless nothing changed."""
    with _tool_errors(session):
        dist.build(WORKSPACE, DIST, session.log)


@locked_session(venv_backend="none", requires=["build"], name="deb")
def deb_(session: nox.Session) -> None:
    """Write the build as a package for Debian and Ubuntu into dist/."""
    with _tool_errors(session):
        session.log(f"wrote {deb.write_deb(DIST, DIST).name}")


@locked_session(venv_backend="none", requires=["build"], name="image")
def image_(session: nox.Session) -> None:
    """Write the build as an image for containers into dist/; needs mmdebstrap and a mirror of Debian."""
    with _tool_errors(session):
        session.log(f"wrote {image.write_image(DIST, DIST).name}")


@locked_session(venv_backend="none", requires=["build"])
def install(session: nox.Session) -> None:
    """Build if anything changed, then install into ~/hero/bin with one rename."""
    flags = [argument for argument in session.posargs if argument in INSTALL_FLAGS]
    session.run(str(CLI), "install", str(DIST), *flags, external=True)


@locked_session(venv_backend="none", requires=["install"])
def up(session: nox.Session) -> None:
    """Build, install and start with four demo users; print status and the page's address."""
    flags = [argument for argument in session.posargs if argument not in INSTALL_FLAGS]
    session.run(str(INSTALLED), "--start", *(flags or DEMO_FLAGS), external=True)
    session.run(str(INSTALLED), "status", external=True)


@locked_session()
def deploy(session: nox.Session) -> None:
    """Bring the release to the boxes of a fleet, such as `-- inventory.py`, or look after it there; `-- --help`."""
    _install_locks(session, REQUIREMENTS / "deploy.txt")
    if needs_build(session.posargs):
        with _tool_errors(session):
            dist.build(WORKSPACE, DIST, session.log)
    # Otherwise nox mixes the progress into the JSON.
    session.run("python", "-m", "scripts.deploy", *session.posargs, env=_source_path(), stderr=None)


@locked_session(venv_backend="none")
def down(session: nox.Session) -> None:
    """Stop what `up` started."""
    if not INSTALLED.exists():
        session.skip(f"nothing is installed in {INSTALLED.parent}")
    session.run(str(INSTALLED), "--stop", external=True)


@locked_session(requires=["build"])
def tests(session: nox.Session) -> None:
    """Test the built wheels and zipapps; `--changed-since REF` runs what a change reaches."""
    if session.python:  # by `nox -s tests -P X.Y`
        _test_build_for(session, str(session.python))
        return
    _install_tools(session)
    _run_tests(session, DIST, HISTORY)


def _register_tests(version: str) -> None:
    """Register `tests-X.Y`: the tests of a build for that CPython, where this machine has it."""
    found = interpreters.find_interpreter(version) if is_locked() else None

    def tests_with(session: nox.Session) -> None:
        if found is None:
            session.skip(f"this machine has no CPython {version}")
        _test_build_for(session, version)

    tests_with.__doc__ = f"Build for CPython {version} and test that; skipped where this machine has none."
    options = {"python": str(found) if found else False, "tags": ["pythons"]}
    locked_session(name=f"tests-{version}", **options)(tests_with)


for _version in PYTHONS:
    _register_tests(_version)


@locked_session(venv_backend="none")
def newest(session: nox.Session) -> None:
    """Run a part of the tests with the newest other CPython of this machine; skipped where there is none."""
    found = interpreters.find_newest_other()
    if found is None:
        session.skip(f"this machine has no other CPython of {', '.join(PYTHONS)}")
    session.notify(f"tests-{found[0]}", posargs=session.posargs or NEWEST_TESTS)


@locked_session()
def quick(session: nox.Session) -> None:
    """Run the pure tests, or what `-- PATH` names, from the source tree: no build, seconds."""
    _install_tools(session)
    session.run("pytest", *(session.posargs or PURE_TESTS), env=_source_path())


@locked_session()
def tests_postgres(session: nox.Session) -> None:
    """Run the tests of the server once more on PostgreSQL, from the source tree; `-- quick` for a part in 2 minutes."""
    _install_tools(session)
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    selected = QUICK_POSTGRES_TESTS if session.posargs == ["quick"] else session.posargs or ["tests/server"]
    env = {**_source_path(), "TESTS_ENGINE": "postgresql"}
    session.run("pytest", "-n", workers, "--dist", "worksteal", *selected, env=env)


@locked_session(requires=["build"])
def coverage(session: nox.Session) -> None:
    """Measure the branches that the tests take, subprocesses included; `-- PATH` for some tests, without the floor."""
    _install_tools(session)
    _install_wheels(session)
    session.run("coverage", "erase")
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    command = ("coverage", "run", "-m", "pytest", "-n", workers, "--dist", "worksteal", *session.posargs)
    # Tests of memory, imports and speed fail under measurement; `tests` is where a failed test counts.
    session.run(*command, success_codes=[0, 1])
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "html", "--quiet")
    floor = () if session.posargs else ("--fail-under", COVERAGE_FLOOR)
    session.run("coverage", "report", "--skip-covered", *floor)


@locked_session()
def lint(session: nox.Session) -> None:
    """Check style, imports, shell scripts, news, words, catalogues and locks; `-- words news` checks only those."""
    _install_tools(session)
    unknown = set(session.posargs) - LINT.keys() - {"locks"}
    if unknown:
        session.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join([*LINT, 'locks'])}")
    for name, commands in LINT.items():
        if name in session.posargs or not session.posargs:
            for command in commands:
                session.run(*command, env=_source_path())
    if "frontend" in session.posargs or not session.posargs:
        _run_npm_checks(session, "check_style.py")
    stale = lock.stale_locks(WORKSPACE) if "locks" in session.posargs or not session.posargs else []
    if stale:
        session.error(f"run `nox -s lock`; stale: {', '.join(path.name for path in stale)}")


@locked_session()
def types(session: nox.Session) -> None:
    """Check the types of every package and script, and of the packages as for macOS."""
    _install_tools(session, "deploy")
    sources = [str(package.folder / "src") for package in WORKSPACE.packages.values()]
    session.run("mypy", *sources, *TYPED)
    # What only Linux's Python has must be kept to Linux by a condition.
    as_mac = ("--platform", "darwin", "--no-warn-unreachable", "--cache-dir", ".mypy_cache/darwin")
    session.run("mypy", *as_mac, *sources)
    _run_npm_checks(session, "check_types.py")


@locked_session(venv_backend="none", name="lock")
def lock_(session: nox.Session) -> None:
    """Resolve the requirements again, for every target of a release; `-- --upgrade` takes what is newest."""
    with _tool_errors(session):
        written = lock.write_locks(WORKSPACE, upgrade="--upgrade" in session.posargs)
        projects = [ROOT / "tools", *(path.parent for path in ROOT.glob("packages/*/package.json"))]
        written += [project / "package-lock.json" for project in projects if npm.write_lock(project)]
    for path in written:
        session.log(f"wrote {path.relative_to(ROOT)}")
    released = [REQUIREMENTS / f"{name}.txt" for name in ("build", "deploy", *WORKSPACE.binaries)]
    if faults := lock_targets.find_faults(released, [REQUIREMENTS / "test.txt"]):
        session.error("what is locked is not there for every target of a release:\n" + "\n".join(faults))


@locked_session(venv_backend="none", name="reproduce")
def reproduce_(session: nox.Session) -> None:
    """Build twice under different circumstances and compare every checksum."""
    with _tool_errors(session):
        reproduce.build_twice(WORKSPACE, session.log)


@locked_session()
def docs(session: nox.Session) -> None:
    """Make the site of the documentation in site/; a broken link ends it. `-- serve` shows it with reload."""
    _install_locks(session, REQUIREMENTS / "docs.txt")
    session.run("mkdocs", *(session.posargs or ["build"]), "--strict", env={"NO_MKDOCS_2_WARNING": "true"})


@locked_session()
def changelog(session: nox.Session) -> None:
    """Move the news fragments into CHANGELOG.md for a release, such as `-- 1.2.0`."""
    _install_tools(session)
    session.run("python", "-m", "scripts.build.checks.news", "--release", *session.posargs)


@locked_session()
def workflows(session: nox.Session) -> None:
    """Check the GitHub workflows with actionlint and zizmor."""
    _install_tools(session)
    session.run("python", "-m", "scripts.build.checks.workflows")


@locked_session(requires=["build"])
def bench(session: nox.Session) -> None:
    """Measure every figure that the documentation states, and its peers."""
    _install_tools(session, "bench")
    _install_wheels(session)
    session.run("python", "-m", "benchmarks", *session.posargs)


@locked_session(requires=["build"])
def bench_short(session: nox.Session) -> None:
    """Run every benchmark in its short form, which shows that it runs; the figures mean nothing."""
    _install_tools(session, "bench")
    _install_wheels(session)
    session.run("pytest", "-m", "bench", "tests/build/test_every_benchmark.py", *session.posargs)


@locked_session(requires=["build"])
def faults(session: nox.Session) -> None:
    """Run the fault tests with their full counts; CI runs a short form of each in `tests`."""
    _install_tools(session)
    _install_wheels(session)
    session.run("pytest", "-n", "auto", "-m", "fault", *session.posargs, env={"FAULT_ROUNDS": "full"})


@locked_session(requires=["build"])
def quarantine(session: nox.Session) -> None:
    """Test the quarantine plugin in full, then measure and check every quarantined test."""
    _install_tools(session)
    _install_wheels(session)
    everything = ("-m", "measures or not measures")
    session.run("pytest", "-n", "auto", "--dist", "worksteal", *everything, "packages/quarantine/tests")
    session.run("flake-quarantine", "measure", "--history", HISTORY, *session.posargs)
    session.run("flake-quarantine", "check", "--history", HISTORY)


@locked_session(requires=["build"])
def oldest_pytest(session: nox.Session) -> None:
    """Test the quarantine plugin with the oldest pytest and pytest-xdist that it supports."""
    if sys.version_info >= (3, 14):
        session.skip("pytest 7.4 does not run on CPython 3.14")
    _install_locks(session, QUARANTINE_TESTS / "oldest_pytest.txt")
    _install_wheels(session, pattern="flake_quarantine-*")
    workers, settings = os.environ.get("PYTEST_WORKERS", "auto"), str(QUARANTINE_TESTS / "oldest_pytest.ini")
    session.run("pytest", "-n", workers, "-c", settings, *(session.posargs or OLDEST_PYTEST_TESTS))


@locked_session(requires=["build"])
def other_plugins(session: nox.Session) -> None:
    """Test the quarantine plugin next to the plugins of pytest that many suites have."""
    _install_locks(session, REQUIREMENTS / "pytest_plugins.txt")
    _install_wheels(session, pattern="flake_quarantine-*")
    workers, settings = os.environ.get("PYTEST_WORKERS", "auto"), str(QUARANTINE_TESTS / "oldest_pytest.ini")
    options = ("-p", "no:randomly", "-n", workers, "-c", settings, "--rootdir", str(ROOT))
    session.run("pytest", *options, str(QUARANTINE_TESTS / "test_other_plugins.py"), *session.posargs)


@locked_session(requires=["build"])
def hunt(session: nox.Session) -> None:
    """Look for unknown flakes in a time budget, such as `-- --budget 10m`, and write a report of them."""
    _install_tools(session)
    _install_wheels(session)
    try:
        # Not among the plugin's own tests, each of which starts workers of its own.
        session.run("flake-quarantine", "hunt", "tests", "--history", HISTORY, *session.posargs)
    finally:  # candidates end a hunt with 1
        session.run("flake-quarantine", "report", "--history", HISTORY, "--output", ".quarantine/report.html")


@locked_session()
def dev(session: nox.Session) -> None:
    """Run server and ui from the source tree, with reload."""
    _install_tools(session)
    session.run("python", "-m", "scripts.build.dev", *session.posargs, env=_source_path())


@contextmanager
def _tool_errors(session: nox.Session) -> Iterator[None]:
    """End the session with the line and the hint of a tool that failed, not with a traceback."""
    try:
        yield
    except ToolError as error:
        session.error(str(error))


def _install_tools(session: nox.Session, *more: str) -> None:
    """Install the locked tools of tests and checks."""
    _install_locks(session, *(REQUIREMENTS / f"{name}.txt" for name in ("test", *more)))


def _install_locks(session: nox.Session, *locks: Path) -> None:
    """Install what these locks list and nothing else, unless the environment was made from them."""
    stamp = Path(session.virtualenv.location) / "locks.sha256"
    digest = lock.digest_of(list(locks))
    if stamp.exists() and stamp.read_text() == digest:
        return
    session.run_install("uv", "pip", "sync", "--quiet", "--require-hashes", *map(str, locks))
    stamp.write_text(digest)


def _run_npm_checks(session: nox.Session, name: str) -> None:
    """Run this check of every package that has one, with the tools from npm that the package locks."""
    for check in sorted(ROOT.glob(f"packages/*/{name}")):
        with _tool_errors(session):
            modules = npm.install_locked(check.parent, ROOT / ".buildenv" / "npm")
        session.run("python", str(check), str(modules))


def _install_wheels(session: nox.Session, built: Path = DIST, pattern: str = "*") -> None:
    """Install what was built, not what lies in the tree: all wheels, or those whose names match."""
    wheels = [str(wheel) for wheel in dist.wheels(built) if fnmatch(wheel.name, pattern)]
    session.run("uv", "pip", "install", "--quiet", "--no-deps", "--reinstall", *wheels)


def _test_build_for(session: nox.Session, version: str) -> None:
    """Build with the interpreter of the session, and run the tests on that; dist/ stays as it is."""
    _install_tools(session)
    built = ROOT / ".buildenv" / f"dist-{version}"
    session.run("python", "-m", "scripts.build.release.dist", str(built), env=_source_path())
    _run_tests(session, built, f".quarantine/history-{version}.db")


def _run_tests(session: nox.Session, built: Path, history: str) -> None:
    """Run the tests, or those that the arguments select, on what was built."""
    _install_wheels(session, built)
    selected = changed.pytest_arguments(WORKSPACE, session.posargs)
    if selected is None:
        session.log("no test is reached by the change")
        return
    workers = os.environ.get("PYTEST_WORKERS", "auto")
    command = ("pytest", "-n", workers, "--dist", "worksteal", "--quarantine-history", history, *selected)
    # What tests make with `buildenv.sh` of this checkout stays with the Python that it was made with.
    session.run(*command, env={"TESTED_BUILD": str(built), "PYTHON": str(Path(sys.executable).resolve())})


def _source_path() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(str(package.folder / "src") for package in WORKSPACE.packages.values())}
