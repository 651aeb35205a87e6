"""The news fragments in `news/`: what their names and texts must be, and the changelog that towncrier makes of them.

python -m scripts.build.checks.news                 exit 1 and name every fragment that is wrong
python -m scripts.build.checks.news --release X.Y.Z     move the fragments into CHANGELOG.md
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.build.tool import ToolError, must_run, run
from scripts.build.workspace import REPOSITORY

FOLDER = "news"
KINDS = ("feature", "bugfix", "doc", "removal", "misc")
MOST_SENTENCES = 3
TIMEOUT_S = 60.0

_NAME = re.compile(rf"\+[a-z0-9]+(-[a-z0-9]+)*\.({'|'.join(KINDS)})\.md")
_CODE = re.compile(r"`[^`]*`")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def check_news(root: Path) -> list[str]:
    """Return one line for each fault of each fragment, and what towncrier says when it cannot make a draft."""
    fragments = sorted(path for path in (root / FOLDER).iterdir() if path.name != ".gitignore")
    faults = [f"{FOLDER}/{path.name}: {fault}" for path in fragments for fault in _faults(path)]
    return faults or list(_draft_faults(root, fragments))


def write_changelog(root: Path, version: str) -> None:
    """Move every fragment into CHANGELOG.md under a heading for the version; raises `ToolError`."""
    if not _VERSION.fullmatch(version):
        raise ToolError(f"{version!r} is no version", hint="give three numbers, such as 1.2.0")
    faults = check_news(root)
    if faults:
        raise ToolError("\n".join(faults))
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--version", version]
    must_run("towncrier", command, root, timeout_s=TIMEOUT_S, hint="run it in a git checkout")


def _faults(path: Path) -> Iterator[str]:
    if not _NAME.fullmatch(path.name):
        yield f"the name is not +short-name.KIND.md with KIND one of {', '.join(KINDS)}"
        return
    text = path.read_text("utf-8").strip()
    prose = _CODE.sub("code", text)
    if re.search(r"^\s*([#*-]|\d+\.)\s|\n\s*\n", prose, re.MULTILINE):
        yield "write one paragraph, without headings and lists"
    elif not re.search(r"[.!?]$", prose):
        yield "the text does not end with a full stop"
    elif len(_SENTENCE_END.findall(prose)) > MOST_SENTENCES:
        yield f"more than {MOST_SENTENCES} sentences"


def _draft_faults(root: Path, fragments: list[Path]) -> Iterator[str]:
    """Name the fragments that towncrier's own draft lacks."""
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0.0.0"]
    try:
        done = run(command, root, timeout_s=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        yield f"towncrier took more than {TIMEOUT_S:g} s"
        return
    if done.returncode:
        yield f"towncrier failed:\n{(done.stdout + done.stderr).strip()}"
        return
    drafted = " ".join(done.stdout.split())
    for path in fragments:
        if " ".join(path.read_text("utf-8").split()) not in drafted:
            yield f"{FOLDER}/{path.name}: towncrier leaves it out of the changelog"


def main(arguments: list[str]) -> int:
    """Check the fragments of this checkout, or make the changelog of a release."""
    try:
        match arguments:
            case []:
                faults = check_news(REPOSITORY)
                print("\n".join(faults), end="\n" if faults else "", file=sys.stderr)
                return 1 if faults else 0
            case ["--release", version]:
                write_changelog(REPOSITORY, version)
                return 0
            case _:
                raise ToolError("unknown arguments", hint="give none, or --release X.Y.Z")
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
