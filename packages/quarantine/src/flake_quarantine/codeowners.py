"""Reads CODEOWNERS: who owns a file, by the rules of GitHub and GitLab."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PLACES = (".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
# GitLab's sections, such as `^[Database][2] @dba`, where `^` makes the approval optional. `[slug]/x @me` is none.
SECTION = re.compile(r"\^?\[(?P<name>[^\]]+)\](\[\d+\])?(?P<owners>(?:\s.*)?)")
WORDS = re.compile(r"(?:\\.|[^\s\\])+")  # a pattern may hold spaces, each after a backslash
FOLDERS = "(?:[^/]*+/)*"  # what `**/` stands for


@dataclass(frozen=True)
class Rule:
    """One line: the files that it is about, in which section it stands, and whom it names."""

    files: re.Pattern[str]
    section: str
    owners: tuple[str, ...]


@dataclass(frozen=True)
class CodeOwners:
    """All rules of one file; `folder` is the root of the repository, from which they count."""

    folder: Path
    rules: tuple[Rule, ...]

    def find(self, path: Path) -> str:
        """Return the owners of a file, separated by spaces; empty if it has none.

        The last rule that matches decides, in each section by itself.
        """
        if not path.is_relative_to(self.folder):
            return ""
        name = path.relative_to(self.folder).as_posix()
        last = {rule.section: rule.owners for rule in self.rules if rule.files.match(name)}
        return " ".join(dict.fromkeys(owner for owners in last.values() for owner in owners))


def find_code_owners(folder: Path) -> CodeOwners | None:
    """Read the CODEOWNERS of the repository that the folder is in; None if it has none."""
    for parent in (folder, *folder.parents):
        for place in PLACES:
            if (parent / place).is_file():
                text = (parent / place).read_text(encoding="utf-8", errors="replace")
                return CodeOwners(parent, tuple(parse(text.splitlines(), gitlab=place.startswith(".gitlab"))))
        if (parent / ".git").exists():
            return None
    return None


def parse(lines: Sequence[str], *, gitlab: bool = False) -> Iterator[Rule]:
    """Yield the rules; a line that names no owner has the owners of its section, or none.

    On GitLab, where alone a file has sections, a pattern without a slash at its front matches in every folder.
    """
    gitlab = gitlab or any(SECTION.fullmatch(line.strip()) for line in lines)
    section, default = "", tuple[str, ...]()
    for line in map(str.strip, lines):
        heading = SECTION.fullmatch(line)
        if heading:
            section, default = heading["name"].casefold(), tuple(_list_owners(WORDS.findall(heading["owners"])))
        elif not line.startswith("#") and (words := WORDS.findall(line)):
            pattern, *owners = words
            yield Rule(_compile(pattern, gitlab=gitlab), section, tuple(_list_owners(owners)) or default)


def _list_owners(words: Iterable[str]) -> Iterator[str]:
    """Yield the owners, up to a comment."""
    for word in words:
        if word.startswith("#"):
            return
        yield word


def _compile(pattern: str, *, gitlab: bool) -> re.Pattern[str]:
    """Return what a pattern means: as in .gitignore, without `!` and ranges.

    Where a wildcard is followed by another one, its first match is as good as any, so that no other is tried: the
    pattern of a stranger would otherwise take for ever.
    """
    pattern = re.sub(r"\\(.)", r"\1", pattern)
    is_anchored = pattern.startswith("/") if gitlab else "/" in pattern.rstrip("/")
    first, *deeper = re.split(r"(?:^|(?<=/))(?:\*\*/)+", ("" if is_anchored else "**/") + pattern.strip("/"))
    body = _translate(first)
    if deeper:
        *between, last = map(_translate, deeper)
        body += "".join(f"(?>{FOLDERS}?{names})" for names in between) + FOLDERS + last
    if pattern.endswith("/"):
        rest = "/.*"
    elif PurePosixPath(pattern).name == "*" and "/" in pattern:  # `docs/*` is about the files of that folder alone
        rest = ""
    else:
        rest = "(?:/.*)?"
    return re.compile(f"{body}{rest}\\Z", re.DOTALL)


def _translate(names: str) -> str:
    return "/".join(map(_translate_name, names.split("/")))


def _translate_name(name: str) -> str:
    """Return the expression for one name of a path; several `*` are as one, but a whole name `**` at the end is all."""
    if name == "**":
        return ".*"
    first, *others = (
        "".join("[^/]" if char == "?" else re.escape(char) for char in text) for text in re.split(r"\*+", name)
    )
    if not others:
        return first
    *between, last = others
    return first + "".join(f"(?>[^/]*?{text})" for text in between) + f"[^/]*{last}"
