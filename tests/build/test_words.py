"""The check of words: what it reads, what it finds, and the list of what is not yet clean."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.build.checks.words import GLOSSARY, PENDING, check_words, read_table
from tests.builds import ROOT

TABLE = """\
# Glossary

## Words with a better one

| not | but |
|---|---|
| whitelist | access list |
| read mark | read receipt |
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A git checkout with a glossary of two words."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    return write(tmp_path, GLOSSARY, TABLE)


def write(root: Path, name: str, text: str) -> Path:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)
    return root


def test_the_words_of_the_repository_are_plain() -> None:
    assert check_words(ROOT) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("README.md", "one\nWhoever asks", "README.md:2: 'Whoever': use a plainer word"),
        ("docs/a/b.md", "nobody's", "docs/a/b.md:1: 'nobody': use a plainer word"),
        ("news/+a.misc.md", "A read\nmark.", "news/+a.misc.md:1: 'read mark': use read receipt"),
        ("packages/a/src/a.py", '"""A whitelist."""', "packages/a/src/a.py:1: 'whitelist': use access list"),
        ("packages/a.py", 'def f():\n    """\n    Thus.\n    """', "packages/a.py:3: 'Thus': use a plainer word"),
        ("scripts/a.py", "a = 1\nb = 2  # anew", "scripts/a.py:2: 'anew': use a plainer word"),
        ("benchmarks/a.py", "class A:\n    '''Beside.'''", "benchmarks/a.py:2: 'Beside': use a plainer word"),
        ("noxfile.py", "async def told(): ...", "noxfile.py:1: 'def told': use a verb, such as notify"),
        ("docs/0001-whoever-asks.md", "# 1.", "docs/0001-whoever-asks.md:1: 'whoever': use a plainer word"),
        ("packages/a/read_mark.py", "", "packages/a/read_mark.py:1: 'read mark': use read receipt"),
        ("packages/a.py", "def _checked(): ...", "packages/a.py:1: 'def _checked': use a verb"),
        ("packages/a.py", "class A:\n    def found(self): ...", "packages/a.py:2: 'def found': use a verb"),
        ("packages/a/1.sql", "SELECT 1;\n-- Nobody.", "packages/a/1.sql:2: 'Nobody': use a plainer word"),
        ("packages/a/a.ts", "let a = 1;\n/**\n * Nobody.\n */", "packages/a/a.ts:3: 'Nobody': use a plainer word"),
        ("packages/a/a.tsx", "<p>a</p>; // anew", "packages/a/a.tsx:1: 'anew': use a plainer word"),
        ("packages/a/a.css", "p { } /* beside */", "packages/a/a.css:1: 'beside': use a plainer word"),
        ("a.sh", "true\ntrue # anew", "a.sh:2: 'anew': use a plainer word"),
        (".github/workflows/a.yml", "a: 1 # anew", ".github/workflows/a.yml:1: 'anew': use a plainer word"),
    ],
)
def test_a_word_is_named_with_its_line(checkout: Path, name: str, text: str, found: str) -> None:
    assert check_words(write(checkout, name, text)) == [found]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("README.md", "`nobody`, https://example.org/whoever and [a](docs/beside.md)"),
        ("README.md", "```\nnobody\n```\n"),
        ("README.md", "indeed, besiege, a whitelisted-thing"),
        ("packages/a.py", "nobody = 'whoever'"),
        ("packages/a.sql", "SELECT 'nobody';"),
        ("packages/a.ts", "const nobody = \"nobody\" + 'anew' + `beside`;"),
        ("packages/a.ts", 'const a = "https://a.example//nobody";'),
        ("a.sh", "echo nobody"),
        ("packages/a.py", "class A:\n    @property\n    def ended(self): ..."),
        ("packages/a.py", "@contextmanager\ndef opened(): ..."),
        ("packages/a.py", "@contextlib.asynccontextmanager\nasync def opened(): ..."),
        ("packages/a.py", "def need(): ...\ndef is_checked(): ..."),
        ("tests/a.py", "# whoever"),
    ],
)
def test_code_and_other_words_are_left_alone(checkout: Path, name: str, text: str) -> None:
    assert check_words(write(checkout, name, text)) == []


def test_a_pending_path_is_left_alone_until_it_is_clean(checkout: Path) -> None:
    write(checkout, PENDING, "# comment\npackages/a\ndocs/old.md\n")
    write(checkout, "packages/a/b.py", "# anew")
    write(checkout, "packages/ab.py", "# anew")
    write(checkout, "docs/old.md", "Clean.")
    assert check_words(checkout) == [
        "packages/ab.py:1: 'anew': use a plainer word",
        f"{PENDING}: docs/old.md is clean: remove the line",
    ]


def test_the_table_is_read_from_the_glossary() -> None:
    assert read_table(TABLE) == {"whitelist": "access list", "read mark": "read receipt"}
    assert read_table((ROOT / GLOSSARY).read_text())["whitelist"] == "access list"
