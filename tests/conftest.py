"""What every test may ask for: a root of its own with short paths, and nothing of this machine's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from hero_assistance_sdk.paths import Paths
from tests.capabilities import POSTGRES, is_expected, require, require_all, require_engine
from tests.postgres import Cluster, name_of, running_cluster
from tests.pure import declares_pure, guarded

# A busy machine is no reason to fail: what hangs meets the time-out of its test.
settings.register_profile("suite", deadline=None)
# `HYPOTHESIS_PROFILE=thorough` looks longer where a test does not name its own number of examples.
settings.register_profile("thorough", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


def _outer_environment() -> dict[str, str]:
    passed = ("PATH", "LANG", "LC_ALL", "TMPDIR")
    return {name: value for name, value in os.environ.items() if name in passed or name.startswith("COVERAGE_")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pure", action="store_true", help="collect only the modules whose tests are marked as pure")
    parser.addoption("--guard-all", action="store_true", help="guard every test as if it were pure")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With `--pure`, import no other test module: this is what makes `nox -s quick` quick."""
    if config.getoption("--pure") and collection_path.suffix == ".py" and not declares_pure(collection_path):
        return True
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run."""
    require_all(item.iter_markers("needs"))
    require_engine(item.iter_markers("sqlite_only"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI, fail a test that is skipped although its platform is expected to run it."""
    report = yield
    if report.skipped and "CI" in os.environ and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not is_expected(reason):
            report.outcome = "failed"
            report.longrepr = f"this skip is not expected on this platform, see tests/capabilities.py: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Hold pure tests to what they declare."""
    if item.get_closest_marker("pure") is None and not item.config.getoption("--guard-all"):
        return (yield)
    with guarded():
        return (yield)


@pytest.fixture
def hero_root() -> Iterator[Path]:
    """An empty root folder; short, because a Unix socket path is limited to 107 bytes."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def hero_env(hero_root: Path) -> dict[str, str]:
    """The environment of a program that may touch nothing but `hero_root`."""
    home = hero_root / "home"
    home.mkdir()
    return {**_outer_environment(), "HOME": str(home), "PATH_ROOT": str(hero_root)}


@pytest.fixture
def paths(hero_env: dict[str, str]) -> Paths:
    """The folders of `hero_root`."""
    return Paths.from_environ(hero_env)


@pytest.fixture(scope="session")
def dist() -> Path:
    """The built zipapps, which the `tests` session makes before it starts; every worker shares them."""
    folder = Path(os.environ.get("TESTED_BUILD") or Path(__file__).resolve().parents[1] / "dist")
    if not (folder / "manifest.json").is_file():
        pytest.fail("there is no dist/; build it: ./buildenv.sh nox -s build")
    return folder


@pytest.fixture(scope="session")
def installed_root(dist: Path) -> Iterator[Path]:
    """A root with the built release installed, for tests that only read it; each worker has one."""
    root = Path(tempfile.mkdtemp(prefix="ha", dir="/tmp")).resolve()
    env = {**_outer_environment(), "HOME": str(root), "PATH_ROOT": str(root)}
    subprocess.run([dist / "hero_assistance", "install", dist], env=env, check=True, capture_output=True)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """A running PostgreSQL, for all tests of this process."""
    require(POSTGRES)
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres_cluster: Cluster) -> str:
    """A database with the schema, which those of the tests are copies of."""
    from hero_assistance_server.storage.postgres.database.connection import PostgresConnection
    from hero_assistance_server.storage.postgres.database.migrate import migrate, migrations

    url = postgres_cluster.create_database()
    connection = PostgresConnection(url)
    migrate(connection, migrations())
    connection.close()
    return name_of(url)


@pytest.fixture
def postgres_url(postgres_cluster: Cluster, postgres_template: str) -> Iterator[str]:
    """The address of a database with the schema and nothing in it."""
    url = postgres_cluster.create_database(postgres_template)
    yield url
    postgres_cluster.drop_database(url)
