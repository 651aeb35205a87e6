"""Changes to the register that leave everything else in the file, comments and order too, as it is."""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path

from flake_quarantine.errors import QuarantineError
from flake_quarantine.register import TABLE, Entry, load, parse

HEADER = "# Tests that fail only while others run beside them; `flake-quarantine explain NODEID` tells more.\n"
OTHER_TABLE = re.compile(r"\s*\[(?!\s*[\"']?test[\"']?\s*\.)")


def toml_of(entry: Entry) -> str:
    """The entry as it stands in the register."""
    texts = {key: str(getattr(entry, key)) for key in ("nodeid", "kind", "reason", "owner", "issue")}
    counts = vars(entry.evidence)
    lines = [
        "[[test]]",
        *(f"{key} = {_string(text)}" for key, text in texts.items()),
        f"since = {entry.since.isoformat()}",
        f"expires = {entry.expires.isoformat()}",
        "evidence = { " + ", ".join(f"{key} = {count}" for key, count in counts.items()) + " }",
    ]
    return "\n".join(lines) + "\n"


def add(path: Path, entry: Entry) -> None:
    """Append the entry to the register, which is made if there is none."""
    if any(there.nodeid == entry.nodeid for there in load(path).entries):
        raise QuarantineError(f"{entry.nodeid} is already in {path}")
    before = path.read_text(encoding="utf-8") if path.exists() else HEADER
    joint = "" if before.endswith("\n\n") or not before else "\n" if before.endswith("\n") else "\n\n"
    _replace(path, before + joint + toml_of(entry))


def release(path: Path, nodeid: str) -> None:
    """Take the entry out of the register; comments that stand outside of it stay."""
    entries = load(path).entries
    gone = next((entry for entry in entries if entry.nodeid == nodeid), None)
    if gone is None:
        raise QuarantineError(f"{nodeid} is not in {path}; `flake-quarantine list` shows what is")
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    first = gone.line - 1
    text = "".join(lines[:first] + lines[_end_of_table(lines, first) :])
    left = [entry for entry in entries if entry is not gone]
    if not TABLE.match(lines[first]) or list(parse(text, str(path))) != left:
        raise QuarantineError(f"{path}:{gone.line}: {nodeid} is written in a way that only a person can take out")
    _replace(path, text)


def _end_of_table(lines: list[str], first: int) -> int:
    """The line after the table: comments and blanks just above the next table belong to that one."""
    rest = range(first + 1, len(lines))
    following = next((number for number in rest if OTHER_TABLE.match(lines[number])), len(lines))
    end = following
    while end > first + 1 and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    blank = end < following and not lines[end].strip()
    return end + 1 if blank else end


def _string(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's, but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, text: str) -> None:
    """Write all or nothing, and only what can be read again."""
    parse(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(path.stat().st_mode if path.exists() else 0o644)
    Path(name).replace(path)
