"""What others wrote commands no terminal, and is exact in a file or a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance.light_commands.foreign_text import make_encodable, sanitize, sanitize_json
from hero_assistance_sdk.paths import Paths

# A colour by an 8-bit control, a title, text turned round, an end of line, an invisible letter, one beyond 16 bits.
HOSTILE = "\x9b31m\x1b]0;owned\x07 \u202egpj.exe \u2028 \u200b \U000e0041 \r\x7f"
HARMLESS = "Zoë, naïve, 日本語\u3000\u00a0, \u0645\u06cc\u200c\u0634\u0648\u062f, 👩\u200d🚒, e\u0301\n\ttext"
# What a terminal with colours is sent by us: CSI ... m.
_PRINTS = "import sys, json; from hero_assistance.light_commands import output; output.{call}"


def on_terminal(command: list[str], env: dict[str, str]) -> str:
    """What a program writes on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, env={**env, "TERM": "dumb"}, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        written = b""
        while piece := _read(ours):
            written += piece
        running.wait(30)
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:
        # Linux says so when the last process that had the terminal is gone.
        return b""


def printing(call: str) -> list[str]:
    return [sys.executable, "-c", _PRINTS.format(call=call)]


def test_hostile_text_becomes_escapes() -> None:
    shown = sanitize(HOSTILE)
    assert shown.isprintable()
    assert shown.startswith(r"\x9b31m\x1b]0;owned\x07 \u202egpj.exe \u2028")
    assert r"\U000e0041" in shown


def test_text_of_any_language_stays_as_it_is() -> None:
    assert sanitize(HARMLESS) == HARMLESS


@given(st.text(st.characters(exclude_categories=[])))
def test_a_document_stays_the_same(text: str) -> None:
    document = json.dumps({text: [text]}, ensure_ascii=False)
    assert json.loads(sanitize_json(document)) == json.loads(document)
    assert json.loads(make_encodable(document)) == json.loads(document)
    make_encodable(document).encode()


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    for shown in (sanitize(text), sanitize_json(json.dumps(text, ensure_ascii=False))):
        # All escape sequences of a terminal begin with one of these.
        assert not any((ord(letter) < 32 and letter not in "\n\t") or 127 <= ord(letter) < 160 for letter in shown)
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f") & set(shown)


@pytest.mark.parametrize("call", ["print_value({value!a})", "print_json({value!a})"])
def test_json_on_a_terminal_has_escapes_and_is_the_same_document(call: str, hero_env: dict[str, str]) -> None:
    value = {"body": HOSTILE}
    shown = on_terminal(printing(call.format(value=value)), hero_env)
    assert json.loads(shown) == value
    assert shown.replace("\n", "").isprintable()


@pytest.mark.parametrize("call", ["print_value({value!a})", "print_json({value!a})"])
def test_json_in_a_pipe_is_exact(call: str, hero_env: dict[str, str]) -> None:
    value = {"body": HOSTILE}
    done = subprocess.run(printing(call.format(value=value)), env=hero_env, capture_output=True, check=True)
    assert done.stdout.decode() == json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def test_half_a_letter_is_no_traceback(hero_env: dict[str, str]) -> None:
    done = subprocess.run(printing(r"print_json('\ud800')"), env=hero_env, capture_output=True, check=True)
    assert done.stdout == b'"\\ud800"\n'


def test_a_cell_of_a_table_is_one_line(hero_env: dict[str, str]) -> None:
    call = r"print_table(['a'], [['one\ntwo\x9b']])"
    done = subprocess.run(printing(call), env=hero_env, capture_output=True, text=True, check=True)
    assert done.stdout == "a\none two\\x9b\n"


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_logs_have_escapes_on_a_terminal_alone(flags: list[str], hero_env: dict[str, str]) -> None:
    file = Paths.from_environ(hero_env).logs / "hero_assistance_server.log"
    _write(file, "\x9b31m \u202e said\n")
    command = [sys.executable, "-m", "hero_assistance", "logs", "hero_assistance_server", *flags]
    shown = on_terminal(command, hero_env)
    assert "said" in shown
    assert shown.replace("\n", "").isprintable()
    piped = subprocess.run(command, env=hero_env, capture_output=True, text=True, check=True).stdout
    assert "\x9b31m \u202e said" in piped


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
