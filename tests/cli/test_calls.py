"""`call` and `ticket` against a real server: values by their types, errors with hints, completion."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import apsw
import pytest

from hero_assistance.rpc_command import Document, read_text_word
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_server.rpc.params import PAGE_LIMIT
from tests.cli.test_commands import run
from tests.server.desk import START_S, child


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    """The environment of a server in dev mode, on which Carol has filed ticket 1."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "PATH_ROOT": folder}
        with child(env, Paths.from_environ(env)):
            assert run("ticket", "create", "The VPN is down", "--as", "carol", env=env).returncode == 0
            yield env


def result(*words: str, env: dict[str, str], stdin: str | None = None) -> object:
    """What a call prints, as JSON."""
    done = run("call", *words, "--json", env=env, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def completed(line: str, env: dict[str, str]) -> list[str]:
    """What a shell offers at the end of a line."""
    words = f"hero_assistance {line}"
    asked = {
        **env,
        "_HERO_ASSISTANCE_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = run(env=asked)
    assert done.stderr == ""
    return [word.partition(",")[2] for word in done.stdout.splitlines() if word]


def test_values_have_the_types_of_their_params(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "body.md").write_text("from a \u2603 file\n", "utf-8")
    words = ["title=5", f"body=@{tmp_path}/body.md", "tags=vpn,network", "priority=high", "client_token:=null"]
    made = result("ticket.create", *words, "--as", "dave", env=env)
    assert isinstance(made, dict)
    number = f"ticket_id={made['ticket_id']}"
    found = {name: made[name] for name in ("title", "body", "priority", "customer")}
    assert found == {
        "title": "5",
        "body": "from a \u2603 file\n",
        "priority": "high",
        "customer": "dave",
    }
    assert result("ticket.get", number, "--as", "dave", env=env) == made
    seen = result("ticket.get", number, env=env)
    assert isinstance(seen, dict)
    assert seen["tags"] == ["vpn", "network"]
    listed = result("ticket.list", "limit:=1", "--as", "dave", env=env)
    assert isinstance(listed, dict)
    shown = {name: made[name] for name in made if name not in {"body", "attachments"}}
    assert listed["tickets"] == [shown | {"unread": None}]


@pytest.mark.parametrize(
    ("word", "tags"),
    [
        ('tags=["a","b"]', ["a", "b"]),
        ('tags=["a,b"]', ["a,b"]),
        ('tags= ["a"] ', ["a"]),
        ('tags:=["a","b"]', ["a", "b"]),
        ("tags=[]", []),
        ("tags=", []),
        ("tags=a,b", ["a", "b"]),
        ("tags=[a,b", ["[a", "b"]),
    ],
)
def test_a_list_is_written_as_json_or_with_commas(word: str, tags: list[str], env: dict[str, str]) -> None:
    made = result("ticket.create", "title=t", "body=b", word, env=env)
    assert isinstance(made, dict)
    assert made["tags"] == tags


def test_a_text_can_come_from_standard_input(env: dict[str, str]) -> None:
    made = result("message.reply", "ticket_id=1", "body=-", "--as", "bob", env=env, stdin="two\nlines")
    assert isinstance(made, dict)
    assert (made["body"], made["author"]) == ("two\nlines", "bob")


@pytest.mark.parametrize(
    ("words", "status", "shown"),
    [
        (["ticket.lst"], 2, "did you mean ticket.list"),
        (["zzz"], 2, "there are: "),
        (["ticket.get", "tiket_id=1"], 2, "did you mean ticket_id?"),
        (["ticket.get", "1"], 2, "'1' is not KEY=VALUE"),
        (["ticket.get", "ticket_id=one"], 2, "ticket_id is not JSON: 'one'"),
        (["ticket.get", "ticket_id=true"], 2, "ticket_id is integer, not 'true'"),
        (["ticket.get", "ticket_id:={"], 2, "ticket_id is not JSON: '{'\n  hint: Expecting property name"),
        (["ticket.get", "ticket_id:="], 2, "a text is ticket_id=TEXT"),
        (
            ["ticket.create", "title=t", "body=", "tags=[a,b]"],
            2,
            "not '[a,b]'\n  hint: write tags=a,b",
        ),
        (["ticket.create", "title=t", "body=", "tags=[1]"], 2, "tags is a list of string, not '[1]'"),
        (["ticket.create", "title=@/nowhere", "body="], 2, "cannot read /nowhere"),
        (["ticket.create"], 1, "| title: "),
        (["ticket.create", "title=t", "body=", "priority=super"], 1, "| priority: "),
        (["ticket.get", "ticket_id=99"], 1, "there is no ticket 99"),
        (["message.note", "ticket_id=1", "body=b", "--as", "carol"], 1, "may not call message.note"),
        (["ticket.list", "--as", "nobody"], 1, "names no user of this project"),
        (["ticket.list", "--as", "a\nb"], 2, "is not a user's name"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_error_says_what_to_do(env: dict[str, str], words: list[str], status: int, shown: str) -> None:
    done = run("call", *words, env=env)
    assert done.returncode == status, done.stderr
    assert shown in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_without_a_method_the_methods_are_listed(env: dict[str, str]) -> None:
    listed = json.loads(run("call", "--json", env=env).stdout)
    assert {"ticket.create", "rpc.discover"} <= {one["method"] for one in listed}
    assert "ticket.create" in run("call", env=env).stdout


def test_without_a_server_there_is_a_hint(hero_env: dict[str, str]) -> None:
    for words in (["call", "ticket.list"], ["ticket", "list"]):
        done = run(*words, env=hero_env)
        assert done.returncode == 1
        assert "hint: start it with: hero_assistance --start" in done.stderr


def test_methods_params_and_choices_are_completed(env: dict[str, str]) -> None:
    offered = completed("call ticket.", env)
    assert offered == sorted(offered)
    assert {"ticket.create", "ticket.get", "ticket.list"} <= set(offered)
    assert completed("call ticket.cr", env) == ["ticket.create"]
    rest = ["body=", "priority=", "tags=", "client_token=", "attachments=", "customer="]
    assert completed("call ticket.create title=x ", env) == rest
    assert completed("call ticket.create priority=h", env) == ["priority=high"]
    assert completed("call zzz ", env) == []


def test_completion_without_a_server_is_silent(hero_env: dict[str, str]) -> None:
    assert completed("call ticket.", hero_env) == []
    assert completed("call ticket.create ", hero_env) == []


def test_the_daily_verbs(env: dict[str, str]) -> None:
    """From filing to the answer, as each of the two reads it."""
    create = ["ticket", "create", "Printer", "--body", "-", "--tag", "paper", "--priority", "low", "--as", "carol"]
    made = json.loads(run(*create, "--json", env=env, stdin="It jams.").stdout)
    number = str(made["ticket_id"])
    assert (made["body"], made["priority"]) == ("It jams.", "low")
    shown = run("ticket", "show", number, "--as", "bob", "--json", env=env).stdout
    assert json.loads(shown)["ticket"]["tags"] == ["paper"]
    replied = run("ticket", "reply", number, "Which tray?", "--as", "bob", env=env)
    assert (replied.returncode, replied.stdout) == (0, f"replied to ticket {number}\n")
    assert run("ticket", "note", number, "Again.", "--as", "bob", env=env).stdout == f"noted on ticket {number}\n"
    for user, seen in (("bob", True), ("carol", False)):
        shown = run("ticket", "show", number, "--as", user, env=env).stdout
        assert "Printer" in shown
        assert "Which tray?" in shown
        assert ("Again." in shown) is seen
        kinds = [
            one["kind"]
            for one in json.loads(run("ticket", "show", number, "--as", user, "--json", env=env).stdout)["messages"]
        ]
        assert kinds == (["reply", "note"] if seen else ["reply"])
    listed = run("ticket", "list", "--limit", "1", "--as", "bob", env=env)
    assert listed.stdout.splitlines()[0].split() == [
        "id",
        "status",
        "priority",
        "title",
        "customer",
        "last",
        "activity",
    ]
    assert listed.stdout.splitlines()[1].split()[:4] == [number, "waiting", "low", "Printer"]
    assert "there are more" in listed.stderr


def test_every_ticket_is_listed_by_its_number(env: dict[str, str]) -> None:
    for title in ("first", "second", "third"):
        run("ticket", "create", title, "--as", "carol", env=env)
    page = json.loads(run("ticket", "list", "--all", "--limit", "1", "--as", "bob", "--json", env=env).stdout)
    numbers = [ticket["ticket_id"] for ticket in page["tickets"]]
    assert (numbers, page["next_cursor"]) == (sorted(numbers), None)
    assert len(numbers) >= 3
    listed = run("ticket", "list", "--all", "--as", "bob", env=env)
    assert [line.split()[0] for line in listed.stdout.splitlines()[1:]] == [str(number) for number in numbers]
    assert listed.stderr == ""


def test_a_reply_to_a_merged_ticket_says_where_it_is(env: dict[str, str]) -> None:
    first, second = (
        json.loads(run("ticket", "create", title, "--as", "carol", "--json", env=env).stdout)["ticket_id"]
        for title in ("one", "two")
    )
    run("call", "ticket.merge", f"ticket_id={second}", f"into={first}", "--as", "bob", env=env)
    replied = run("ticket", "reply", str(second), "hi", "--as", "carol", env=env)
    assert replied.stdout == f"replied to ticket {first}; ticket {second} was merged into it\n"
    noted = run("ticket", "note", str(second), "hi", "--as", "bob", env=env)
    assert noted.returncode == 1
    assert f"ticket {first}" in noted.stderr


def test_what_others_wrote_commands_no_terminal(env: dict[str, str]) -> None:
    """Earlier releases took control characters, which are refused now."""
    made = json.loads(run("ticket", "create", "t", "--json", env=env).stdout)
    refused = run("ticket", "reply", str(made["ticket_id"]), "\x1b]0;owned\x07red", env=env)
    assert (refused.returncode, "U+001B" in refused.stderr, "\x1b" in refused.stderr) == (1, True, False)
    database = apsw.Connection(str(Paths.from_environ(env).data / "tickets.db"))
    database.set_busy_timeout(10_000)
    database.execute("UPDATE tickets SET body = ? WHERE ticket_id = ?", ("\x1b]0;owned\x07red", made["ticket_id"]))
    database.close()
    shown = run("ticket", "show", str(made["ticket_id"]), env=env).stdout
    assert "\x1b" not in shown
    assert r"\x1b]0;owned\x07red" in shown


def test_on_a_terminal_an_answer_has_colours(env: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "hero_assistance", "call", "user.me", "--as", "carol"]
    with subprocess.Popen(command, env={**env, "TERM": "xterm"}, stdout=theirs, stdin=subprocess.DEVNULL) as calling:
        os.close(theirs)
        drawn = _read_to_end(ours)
        assert calling.wait(START_S) == 0
    assert b"\x1b[" in drawn
    assert b"carol" in drawn


def _read_to_end(descriptor: int) -> bytes:
    drawn, deadline = b"", time.monotonic() + START_S
    while time.monotonic() < deadline and select.select([descriptor], [], [], START_S)[0]:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:
            # Linux says so when the last process that had the terminal is gone.
            break
        if not piece:
            break
        drawn += piece
    os.close(descriptor)
    return drawn


@pytest.mark.parametrize(("word", "text"), [("a@b", "a@b"), ("@@carol", "@carol"), ("", ""), ("--", "--")])
def test_a_word_that_is_a_text(word: str, text: str) -> None:
    assert read_text_word(word) == text


def test_values_of_every_type() -> None:
    schemas = {
        "whole": {"type": "integer"},
        "real": {"type": "number"},
        "yes": {"type": "boolean"},
        "perhaps": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "numbers": {"type": "array", "items": {"$ref": "#/components/schemas/Whole"}},
        "record": {"type": "object"},
        "any": {},
        "text": {"type": "string"},
        "empty": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "texts": {"type": "array", "items": {"type": "string"}},
        "rows": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "mixed": {"type": "array"},
    }
    params = [{"name": name, "schema": schema} for name, schema in schemas.items()]
    document = Document(
        {"methods": [{"name": "m", "params": params}], "components": {"schemas": {"Whole": {"type": "integer"}}}}
    )
    method = document.find_method("m")
    words = ["whole=-5", "real=2", "yes=true", "perhaps=null", "numbers=1,2", 'record={"a":1}', "any=[1]"]
    assert document.parse_params(method, words) == {
        "whole": -5,
        "real": 2,
        "yes": True,
        "perhaps": None,
        "numbers": [1, 2],
        "record": {"a": 1},
        "any": [1],
    }
    for word, value in {
        "whole= 5 ": 5,
        "real=1e3": 1000.0,
        "numbers=[1, 2]": [1, 2],
        "rows=[[1],[]]": [[1], []],
        'mixed=["a",1,null]': ["a", 1, None],
        "text=5": "5",
        'text="5"': '"5"',
        "text=null": "null",
        'text=["a"]': '["a"]',
        'text:="5"': "5",
        "text:=[1]": [1],
        "empty=null": None,
        "empty=nul": "nul",
        'empty:="null"': "null",
        'either=["a","b"]': ["a", "b"],
        "either=[1]": "[1]",
        "either=a,b": "a,b",
        'texts=["a=b","c,d"]': ["a=b", "c,d"],
        "texts=null,true": ["null", "true"],
        "any=null": None,
        'any="a"': "a",
    }.items():
        assert document.parse_params(method, [word]) == {word.partition("=")[0].removesuffix(":"): value}, word
    wrong = ["whole=1.5", "whole=true", "yes=1", "perhaps=x", "numbers=1,x", "record=[]", "real=NaN", "real=1e999"]
    wrong += ["text:=NaN", "text:=-Infinity", "text:='a'", "any=a", "numbers=[1,true]", "numbers=[1,]", "texts=[a, b ]"]
    wrong += [f"any={'[' * 100_000}", f"whole={'9' * 10_000}", "rows=[1]", "whole=", "any:="]
    for word in wrong:
        with pytest.raises(UsageError) as refused:
            document.parse_params(method, [word])
        assert len(refused.value.message) < 200


def test_a_long_thread_is_shown_from_its_beginning(env: dict[str, str]) -> None:
    """The server hands it over in pages, the last one first."""
    made = result("ticket.create", "title=Long", "body=Text", "--as", "carol", env=env)
    assert isinstance(made, dict)
    with RpcClient(Paths.from_environ(env).socket("rpc"), headers={"x-dev-user": "carol"}) as client:
        for number in range(PAGE_LIMIT + 1):
            client.call("message.reply", ticket_id=made["ticket_id"], body=f"reply {number}")
    shown = json.loads(run("ticket", "show", str(made["ticket_id"]), "--as", "carol", "--json", env=env).stdout)
    assert [one["body"] for one in shown["messages"]] == [f"reply {number}" for number in range(PAGE_LIMIT + 1)]
