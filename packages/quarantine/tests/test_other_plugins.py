"""Next to other plugins: the same outcomes with and without this one, and quarantined failures as anywhere."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET  # pytest wrote the files a moment ago
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

# A run alone belongs to a trial and has no worker; everywhere else the flaky tests of these suites fail.
ALONE = "import os\nALONE = 'FLAKE_QUARANTINE_TRIAL' in os.environ and 'PYTEST_XDIST_WORKER' not in os.environ\n"
FLAKY = ALONE + "def test_flaky(): assert ALONE, 'flaky'\n"
OTHERS = "def test_fine(): pass\ndef test_broken(): assert 0, 'broken'\n"
WORKERS = [(), ("-n2",)]


@dataclass(frozen=True)
class Suite:
    """A small suite in the manner of one plugin; `flaky` is the test that passes alone."""

    name: str
    test_a: str
    options: tuple[str, ...] = ()
    flaky: str = "test_a.py::test_flaky"
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()  # files that the plugin writes: the same, too


SUITES = [
    Suite("plain", FLAKY + OTHERS),
    Suite(
        "rerunfailures",
        FLAKY + OTHERS + "TIMES = []\ndef test_second_time():\n    TIMES.append(1)\n    assert len(TIMES) > 1\n",
        ("--reruns=2",),
    ),
    Suite(
        "randomly",
        FLAKY + OTHERS + "import random\ndef test_drawn():\n"
        "    with open('drawn.txt', 'w') as file: file.write(str(random.random()))\n",
        ("--randomly-seed=7",),
        outputs=("drawn.txt",),
    ),
    Suite(
        "asyncio",
        "import asyncio\nimport pytest\n"
        + ALONE
        + "async def test_flaky():\n    await asyncio.sleep(0)\n    assert ALONE\n"
        "async def test_broken(): assert 0\n"
        "@pytest.fixture\nasync def one():\n    await asyncio.sleep(0)\n    yield 1\n"
        "async def test_fine(one): assert one == 1\n",
        ("-o", "asyncio_mode=auto"),
    ),
    Suite(
        "timeout",
        "import pytest, time\n" + FLAKY + "def test_fine(): pass\n"
        "@pytest.mark.timeout(0.2)\ndef test_broken(): time.sleep(60)\n",
        ("--timeout=50",),
    ),
    Suite(
        "cov",
        FLAKY + OTHERS + "import lib\ndef test_lib(): assert lib.half(4) == 2\n",
        ("--cov=lib", "--cov-branch", "--cov-report=json:cov.json"),
        files={"lib.py": "def half(n):\n    if n % 2:\n        return None\n    return n // 2\n"},
        outputs=("cov.json",),
    ),
    Suite(
        "django",
        "import pytest\n" + FLAKY + OTHERS + "from django.contrib.auth.models import Group\n"
        "@pytest.mark.django_db\n@pytest.mark.parametrize('n', [1, 2])\ndef test_stored(n):\n"
        "    Group.objects.create(name='g')\n    assert Group.objects.count() == 1\n",
        ("--ds=settings",),
        files={
            "settings.py": "SECRET_KEY = 'x'\nUSE_TZ = True\n"
            "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.contenttypes']\n"
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': ':memory:'}}\n"
        },
    ),
    Suite(
        "order",
        "import pytest\n" + FLAKY + "SEEN = []\n@pytest.mark.order(2)\ndef test_two(): SEEN.append(2)\n"
        "@pytest.mark.order(1)\ndef test_one(): assert not SEEN\ndef test_broken(): assert 0\n",
    ),
    Suite("split", FLAKY + OTHERS + "def test_more(): pass\ndef test_last(): assert 0\n", ("--splits=2", "--group=1")),
    Suite("repeat", FLAKY + OTHERS, ("--count=2",)),
    Suite(
        "unittest",
        ALONE + "import unittest\nclass TestAll(unittest.TestCase):\n"
        "    def test_flaky(self): self.assertTrue(ALONE)\n"
        "    def test_broken(self): self.fail('broken')\n"
        "    @unittest.expectedFailure\n    def test_expected(self): self.fail('expected')\n"
        "    @unittest.skip('never')\n    def test_skipped(self): pass\n"
        "class TestSetup(unittest.TestCase):\n"
        "    @classmethod\n    def setUpClass(cls): raise OSError('no class')\n    def test_broken(self): pass\n",
        flaky="test_a.py::TestAll::test_flaky",
    ),
    Suite(
        "doctest",
        OTHERS + ALONE + "def flaky():\n    '''\n    >>> ALONE\n    True\n    '''\n"
        "def fine():\n    '''\n    >>> 1 + 1\n    2\n    '''\n",
        ("--doctest-modules",),
        flaky="test_a.py::test_a.flaky",
    ),
    Suite(
        "hypothesis",
        ALONE + "from hypothesis import given, settings, strategies as st\n"
        "@settings(derandomize=True)\n@given(st.integers())\ndef test_flaky(n): assert ALONE or n < 50\n"
        "@settings(derandomize=True)\n@given(st.integers())\ndef test_broken(n): assert n < 50\n"
        "@settings(derandomize=True)\n@given(st.integers())\ndef test_fine(n): assert n == n\n",
    ),
]
NAMES = [suite.name for suite in SUITES]


class Place:
    """A project with one of the suites, and a test in a file of its own that is quarantined and passes."""

    def __init__(self, project: Any, suite: Suite) -> None:
        self.project, self.suite = project, suite
        project.write("pytest.ini", "[pytest]\n")
        for name, text in {"test_a.py": suite.test_a, "test_z.py": "def test_z(): pass\n", **suite.files}.items():
            project.write(name, text)

    def run(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the suite with its plugin; what shuffles is only in the suite that is about it."""
        shuffles = [] if self.suite.name == "randomly" else ["-p", "no:randomly"]
        done: subprocess.CompletedProcess[str] = self.project.pytest(
            *shuffles, *self.suite.options, "--junitxml=j.xml", *options, PYTEST_ADDOPTS=""
        )
        return done

    def read_outcomes(self) -> list[tuple[str, str, str]]:
        """Return the tests of the last run and how each ended, in the order in which they were reported."""
        return [
            (case.get("classname", ""), case.get("name", ""), ",".join(sorted(part.tag for part in case)))
            for case in ET.parse(self.project.folder / "j.xml").getroot().iter("testcase")  # noqa: S314
        ]

    def read_outputs(self) -> list[object]:
        """Return what the plugin wrote, without the time of it; the files are removed."""
        found = []
        for path in (self.project.folder / name for name in self.suite.outputs):
            text = path.read_text()
            path.unlink()
            found.append({**json.loads(text), "meta": None} if path.suffix == ".json" else text)
        return found


@pytest.mark.parametrize("workers", WORKERS, ids=["one process", "workers"])
@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_outcomes_are_the_same_with_and_without_the_plugin(
    project: Any, suite: Suite, workers: tuple[str, ...]
) -> None:
    place = Place(project, suite)
    without = place.run("-p", "no:flake_quarantine", *workers)
    outcomes, outputs = place.read_outcomes(), place.read_outputs()
    assert without.returncode == 1, without.stdout  # a test of each suite is broken
    project.quarantine("test_z.py::test_z")
    options = ("-o", "quarantine_alone_runs=0", "--quarantine-history=h.db", *workers)
    done = place.run(*options)
    assert done.returncode == 1, done.stdout
    assert "quarantine: 1 listed" in done.stdout
    order = sorted if workers else list
    assert order(place.read_outcomes()) == order(outcomes)
    assert place.read_outputs() == outputs


@pytest.mark.parametrize("workers", WORKERS, ids=["one process", "workers"])
@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_a_flaky_test_is_quarantined_next_to_the_plugin(project: Any, suite: Suite, workers: tuple[str, ...]) -> None:
    place = Place(project, suite)
    project.quarantine(suite.flaky)
    done = place.run("-k", "not broken and not last", "-o", "quarantine_alone_runs=1", *workers)
    assert done.returncode == 0, done.stdout
    assert "quarantined" in done.stdout.splitlines()[-1]
    assert "passes alone: a concurrency flake (1 of 1 runs alone passed)" in done.stdout


@pytest.mark.measures
@pytest.mark.parametrize("suite", SUITES, ids=NAMES)
def test_a_flaky_test_is_measured_next_to_the_plugin(project: Any, suite: Suite) -> None:
    place = Place(project, suite)
    shuffles = [] if suite.name == "randomly" else ["-p", "no:randomly"]
    limits = ("--workers", "2", "--copies", "12", "--foreign-load", "1", "--seed", "3")
    found = project.json("measure", suite.flaky, *limits, "--", *shuffles, *place.suite.options)
    assert {one["verdict"] for one in found} == {"load-only"}, found
