"""`hero_assistance logs`: which lines of which start, since when, as text and as JSON; no supervisor is needed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import click
import pytest

from hero_assistance.action_names import SERVER, UI
from hero_assistance.commands.logs import Attempt, PointInTime
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance.supervisor.logs.live_file import open_live_file
from hero_assistance.supervisor.logs.time_index import TimeMark, append_mark
from hero_assistance_sdk.paths import Paths
from tests.cli.test_commands import run


@pytest.fixture
def place(paths: Paths) -> LogLayout:
    """Two starts: one that ended an hour ago, and one that ended without a line break."""
    made = LogLayout(paths.logs, SERVER)
    now = int(time.time() * 1000)
    for number, content, at_ms in ((1, b"one\ntwo\n", now - 3_600_000), (2, b"three\nfour\nfive", now)):
        with open_live_file(made, number) as file:
            file.write(content)
        append_mark(made.marks_path(number), TimeMark(at_ms, len(content)))
    return made


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([], "one two three four five"),
        (["-n", "4"], "two three four five"),
        (["--lines", "0"], ""),
        (["--attempt", "1"], "one two"),
        (["--attempt", "all", "-n", "1"], "five"),
        (["--since", "30m"], "three four five"),
        (["--since", "2h"], "one two three four five"),
        (["--since", "2h", "-n", "2"], "four five"),
        (["--since", "30m", "--attempt", "1"], ""),
        (["--since", "2001-01-01", "--attempt", "1"], "one two"),
        (["--since", "2999-01-01T00:00:00Z"], ""),
    ],
)
def test_which_lines(place: LogLayout, hero_env: dict[str, str], arguments: list[str], shown: str) -> None:
    found = run("logs", SERVER, *arguments, env=hero_env)
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == shown.split()


def test_an_object_a_line(place: LogLayout, hero_env: dict[str, str]) -> None:
    found = [json.loads(line) for line in run("logs", "--json", "-n", "2", env=hero_env).stdout.splitlines()]
    assert found == [
        {"action": SERVER, "attempt": 2, "text": "four", "is_cut": False},
        {"action": SERVER, "attempt": 2, "text": "five", "is_cut": False},
    ]


def test_a_line_of_ten_megabytes_is_one_line(paths: Paths, hero_env: dict[str, str]) -> None:
    line = "é" * 5_000_000
    with open_live_file(LogLayout(paths.logs, UI), 1) as file:
        file.write(f"{line}\nlast\n".encode())
    assert run("logs", env=hero_env).stdout == f"{UI} | {line}\n{UI} | last\n"
    objects = [json.loads(text) for text in run("logs", UI, "--json", env=hero_env).stdout.splitlines()]
    assert "".join(one["text"] for one in objects[:-1]) == line
    assert [one["is_cut"] for one in objects] == [True] * (len(objects) - 2) + [False, False]


def test_more_lines_than_an_answer_holds(paths: Paths, hero_env: dict[str, str]) -> None:
    lines = [f"{number:0100}" for number in range(30_000)]
    with open_live_file(LogLayout(paths.logs, UI), 1) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
    assert run("logs", UI, "-n", "25000", env=hero_env).stdout.splitlines() == lines[-25_000:]
    assert run("logs", UI, "--since", "1d", env=hero_env).stdout.splitlines() == lines


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["--attempt", "1"], 2, "--attempt wants an ACTION"),
        ([SERVER, "--attempt", "last"], 2, "neither a number nor 'all'"),
        ([SERVER, "--since", "yesterday"], 2, "neither an age such as"),
        ([SERVER, "--attempt", "7"], 1, "there is no output of attempt 7"),
        (["nobody"], 1, "there is no action 'nobody'"),
    ],
)
def test_what_cannot_be_shown(
    place: LogLayout, hero_env: dict[str, str], arguments: list[str], status: int, said: str
) -> None:
    found = run("logs", *arguments, env=hero_env)
    assert (found.returncode, found.stdout) == (status, "")
    assert said in found.stderr


@pytest.mark.parametrize(
    ("words", "cword", "shown"), [("logs hero_assistance_u", 2, UI), ("logs --att", 2, "--attempt")]
)
def test_completion(hero_env: dict[str, str], words: str, cword: int, shown: str) -> None:
    env = {
        **hero_env,
        "_HERO_ASSISTANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": f"hero_assistance {words}",
        "COMP_CWORD": str(cword),
    }
    assert shown in run(env=env).stdout


@pytest.mark.parametrize(("text", "ago_s"), [("0s", 0), ("45s", 45), ("10m", 600), ("2h", 7200), ("3d", 259_200)])
def test_an_age(text: str, ago_s: int) -> None:
    before = int(time.time() * 1000)
    found = PointInTime().convert(text, None, None)
    assert before - 1 <= found + ago_s * 1000 <= int(time.time() * 1000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T14:49:24Z", datetime(2026, 11, 22, 14, 49, 24, tzinfo=UTC)),
        ("2026-11-22T14:49:24.031+02:00", datetime(2026, 11, 22, 12, 49, 24, 31_000, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22).astimezone()),
        ("2026-11-22 14:49", datetime(2026, 11, 22, 14, 49).astimezone()),
    ],
)
def test_an_iso_time(text: str, expected: datetime) -> None:
    assert PointInTime().convert(text, None, None) == int(expected.timestamp() * 1000)


@pytest.mark.parametrize("text", ["", "10", "m", "-5m", "1.5h", "10 m", "٣m", "10M", "2026-13-01", "9999999999h"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter):
        PointInTime().convert(text, None, None)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "ALL", "٣", "9" * 5000])
def test_what_is_no_attempt(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Attempt().convert(text, None, None)
