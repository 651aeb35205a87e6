"""Adds and removes entries of the register, and leaves the rest of the file, comments and order too, as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

from flake_quarantine.errors import QuarantineError
from flake_quarantine.register import TABLE_HEADER, Entry, load, parse

HEADER = "# Tests that fail only while other tests run; `flake-quarantine explain NODEID` tells more.\n"
OTHER_TABLE = re.compile(r"\s*\[(?!\s*[\"']?test[\"']?\s*\.)")


def format_entry(entry: Entry) -> str:
    """Return the entry as TOML, as it stands in the register."""
    texts = {key: str(getattr(entry, key)) for key in ("nodeid", "kind", "reason", "owner", "issue")}
    counts = vars(entry.evidence)
    lines = [
        "[[test]]",
        *(f"{key} = {_format_string(text)}" for key, text in texts.items() if text or key != "owner"),
        f"since = {entry.since.isoformat()}",
        f"expires = {entry.expires.isoformat()}",
        "evidence = { " + ", ".join(f"{key} = {count}" for key, count in counts.items()) + " }",
    ]
    return "\n".join(lines) + "\n"


def add_entry(path: Path, entry: Entry) -> None:
    """Append the entry to the register, and create the file if it is missing.

    Raises QuarantineError if the test is listed already.
    """
    if any(there.nodeid == entry.nodeid for there in load(path).entries):
        raise QuarantineError(f"{entry.nodeid} is already in {path}")
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    joint = "" if before.endswith("\n\n") or not before else "\n" if before.endswith("\n") else "\n\n"
    _write_atomically(path, before + joint + format_entry(entry))


def remove_entry(path: Path, nodeid: str) -> None:
    """Remove the entry; comments outside of it stay.

    Raises QuarantineError if it is not listed, or if it cannot be cut out of the text.
    """
    entries = load(path).entries
    gone = next((entry for entry in entries if entry.nodeid == nodeid), None)
    if gone is None:
        raise QuarantineError(f"{nodeid} is not in {path}; `flake-quarantine list` shows what is")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = gone.line - 1
    text = "".join(lines[:first] + lines[_find_table_end(lines, first) :])
    left = [entry for entry in entries if entry is not gone]
    if not TABLE_HEADER.match(lines[first]) or list(parse(text, str(path))) != left:
        raise QuarantineError(f"{path}:{gone.line}: {nodeid} is written in a way that only a person can take out")
    _write_atomically(path, text)


def _find_table_end(lines: list[str], first: int) -> int:
    """Return the number of the line after the table; comments and blanks above the next table belong to that one."""
    rest = range(first + 1, len(lines))
    following = next((number for number in rest if OTHER_TABLE.match(lines[number])), len(lines))
    end = following
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    blank = end < following and not lines[end].strip()
    return end + 1 if blank else end


def _format_string(text: str) -> str:
    """Return a TOML basic string; JSON's escapes are a subset of TOML's, except for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_atomically(path: Path, text: str) -> None:
    """Write all or nothing, and only text that is a valid register."""
    parse(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
    Path(name).replace(path)
