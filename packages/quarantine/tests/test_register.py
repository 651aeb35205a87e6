"""The register: read strictly, edited without touching anything else."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake_quarantine import register
from flake_quarantine.cli import register_editor
from flake_quarantine.errors import BrokenRegister, QuarantineError
from flake_quarantine.node_ids import covers, strip_group
from flake_quarantine.register import Entry, Evidence, Kind, Register

GOOD = """\
# our flakes

# the first of them
[[test]]
nodeid = "tests/test_a.py::test_x"
kind = "load"
reason = "shares a port"
owner = "me"
issue = "https://example.org/1"
since = 2030-01-01
expires = 2030-03-02  # two months
evidence = { alone_runs = 30, alone_failures = 0, load_runs = 100, load_failures = 20 }

# the second
[[test]]
nodeid = "tests/test_b.py::TestAll"
kind = "order"
reason = "order"
owner = "you"
issue = "https://example.org/2"
since = 2030-01-05
expires = 2030-02-01

[test.evidence]
alone_runs = 1
alone_failures = 0
load_runs = 2
load_failures = 1
"""


def broken(text: str) -> str:
    with pytest.raises(BrokenRegister) as caught:
        register.parse(text, "q.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('kind = "load"', 'kind = "slow"', 'q.toml:6: `kind` must be one of "load", "order", "unknown"'),
        ('kind = "load"', "knd = 1", "q.toml:6: unknown key `knd`"),
        ('kind = "load"\n', "", "q.toml:4: `kind` is missing"),
        ('reason = "shares a port"', 'reason = ""', "q.toml:7: `reason` must be a string that is not empty"),
        ("expires = 2030-03-02", "expires = 2030-03-03", "q.toml:11: `expires` is more than 60 days after `since`"),
        ("expires = 2030-03-02", "expires = 2029-03-03", "q.toml:11: `expires` is before `since`"),
        ("since = 2030-01-01", 'since = "2030-01-01"', "q.toml:10: `since` must be a date such as 2030-01-31"),
        ("alone_runs = 30", "alone_runs = -1", "q.toml:12: `evidence.alone_runs` must be a count"),
        ("alone_failures = 0, load", "alone_failures = 31, load", "more than the runs"),
        ("load_runs = 2\n", "load_rnus = 2\n", "q.toml:27: unknown key `load_rnus`"),
        (
            "tests/test_b.py::TestAll",
            "tests/test_a.py::test_x",
            "q.toml:15: `nodeid` tests/test_a.py::test_x is already",
        ),
        ("tests/test_b.py::TestAll", "/tests/test_b.py", "q.toml:16: `nodeid` must be relative"),
        ('owner = "me"', "owner = me", "q.toml:8: not valid TOML"),
        ('owner = "me"', 'owner = "me"\nowner = "two"', "q.toml:9: not valid TOML"),
        ("# our flakes", "version = 1", "q.toml:1: unknown key `version`"),
    ],
)
def test_what_is_wrong_is_named_with_line_and_key(old: str, new: str, message: str) -> None:
    assert old in GOOD
    assert message in broken(GOOD.replace(old, new))


def test_the_key_of_a_syntax_error_is_named() -> None:
    assert "(key `owner`)" in broken(GOOD.replace('owner = "me"', "owner = me"))


def test_an_entry_covers_its_parameters_and_members_and_nothing_else() -> None:
    first, second = register.parse(GOOD, "q.toml")
    assert covers(first.nodeid, "tests/test_a.py::test_x[1-2]")
    assert not covers(first.nodeid, "tests/test_a.py::test_xy")
    assert covers(second.nodeid, "tests/test_b.py::TestAll::test_one")


def test_the_closest_entry_is_found() -> None:
    _, second = register.parse(GOOD, "q.toml")
    closer = replace(second, nodeid="tests/test_b.py::TestAll::test_one", owner="closer")
    both = register.Register(Path("q.toml"), (second, closer))
    assert both.find("tests/test_b.py::TestAll::test_one[0]") == closer
    assert both.find("tests/test_c.py::test_one") is None


NAMES = st.text(alphabet="ab:[]", min_size=1, max_size=12)


@given(names=st.lists(NAMES, unique=True, max_size=8), nodeid=NAMES)
def test_the_entries_that_cover_a_test_are_found_the_narrowest_first(names: list[str], nodeid: str) -> None:
    found = Register(Path(), tuple(entry(name) for name in names)).find_all(nodeid)
    covering = sorted((name for name in names if covers(name, nodeid)), key=len, reverse=True)
    assert [one.nodeid for one in found] == covering


def test_a_long_register_is_searched_as_fast_as_a_short_one() -> None:
    long = Register(Path(), tuple(entry(f"tests/test_a.py::test_{number}") for number in range(2000)))
    begin = time.process_time()
    assert all(long.find(f"tests/test_a.py::test_{number}[1]") for number in range(2000))
    assert time.process_time() - begin < 0.4  # one by one takes a second


def test_a_clock_that_went_back_does_not_revive_an_entry() -> None:
    entries = register.parse(GOOD, "q.toml")
    assert register.Register(Path("q"), entries).resolve_today(dt.date(1970, 1, 1)) == dt.date(2030, 1, 5)


@pytest.mark.parametrize(
    ("nodeid", "plain"),
    [
        ("a.py::test_x@group", "a.py::test_x"),
        ("a.py::test_x[p]@group", "a.py::test_x[p]"),
        ("a.py::test_x[u@host]", "a.py::test_x[u@host]"),
        ("d@x/a.py::test_x", "d@x/a.py::test_x"),
    ],
)
def test_the_group_of_loadgroup_is_not_part_of_the_name(nodeid: str, plain: str) -> None:
    assert strip_group(nodeid) == plain


def entry(nodeid: str = "tests/test_c.py::test_new") -> Entry:
    return Entry(
        nodeid=nodeid,
        kind=Kind.UNKNOWN,
        reason='says "no" \\ ünïcode',
        owner="me",
        issue="LINK",
        since=dt.date(2030, 1, 1),
        expires=dt.date(2030, 1, 31),
        evidence=Evidence(alone_runs=1, alone_failures=0, load_runs=2, load_failures=1),
    )


def test_adding_keeps_every_byte_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    path.write_text(GOOD)
    register_editor.add_entry(path, entry())
    assert path.read_text().startswith(GOOD)
    assert register.load(path).entries[2] == entry()


def test_adding_makes_the_file(tmp_path: Path) -> None:
    register_editor.add_entry(tmp_path / "tests" / "q.toml", entry())
    assert register.load(tmp_path / "tests" / "q.toml").entries == (entry(),)


def test_adding_twice_is_refused(tmp_path: Path) -> None:
    register_editor.add_entry(tmp_path / "q.toml", entry())
    with pytest.raises(QuarantineError, match="already"):
        register_editor.add_entry(tmp_path / "q.toml", entry())


@pytest.mark.parametrize("number", [0, 1])
def test_releasing_keeps_comments_and_order(tmp_path: Path, number: int) -> None:
    path = tmp_path / "q.toml"
    path.write_text(GOOD)
    both = register.load(path).entries
    register_editor.remove_entry(path, both[number].nodeid)
    assert register.load(path).entries == (both[1 - number],)
    assert all(comment in path.read_text() for comment in ("# our flakes", "# the first of them", "# the second"))


def test_adding_and_releasing_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    path.write_text(GOOD)
    register_editor.add_entry(path, entry())
    register_editor.remove_entry(path, entry().nodeid)
    assert path.read_text().rstrip("\n") == GOOD.rstrip("\n")


def test_releasing_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuarantineError, match="is not in"):
        register_editor.remove_entry(tmp_path / "q.toml", "nothing")


def test_an_entry_that_cannot_be_cut_out_is_left_to_a_person(tmp_path: Path) -> None:
    path = tmp_path / "q.toml"
    table = GOOD.split("[[test]]\n")[1].split("\n\n")[0].replace("  # two months", "")
    path.write_text("test = [{ " + ", ".join(table.splitlines()) + " }]\n")
    with pytest.raises(QuarantineError, match="only a person"):
        register_editor.remove_entry(path, "tests/test_a.py::test_x")
