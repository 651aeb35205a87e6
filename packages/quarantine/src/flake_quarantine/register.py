"""The register of quarantined tests: one TOML file that is read strictly."""

from __future__ import annotations

import datetime as dt
import enum
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flake_quarantine.errors import BrokenRegister

DEFAULT_PATH = "tests/quarantine.toml"
TABLE = re.compile(r"\s*\[\[\s*[\"']?test[\"']?\s*\]\]")
LONGEST = dt.timedelta(days=60)  # a quarantine ends; whoever needs more must say so again


class Kind(enum.StrEnum):
    """What makes the test fail: what runs beside it, what ran before it, or nobody knows yet."""

    LOAD = "load"
    ORDER = "order"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Runs and failures in both arms at the time when the entry was made."""

    alone_runs: int
    alone_failures: int
    load_runs: int
    load_failures: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One quarantined test, parametrised test, class or file."""

    nodeid: str
    kind: Kind
    reason: str
    owner: str
    issue: str
    since: dt.date
    expires: dt.date
    evidence: Evidence
    line: int = field(default=0, compare=False)

    def covers(self, nodeid: str) -> bool:
        """Whether `nodeid` is this entry, a parameter set of it, or inside it."""
        rest = nodeid[len(self.nodeid) :]
        return nodeid.startswith(self.nodeid) and (not rest or rest.startswith(("::", "[")))

    def days_left(self, today: dt.date) -> int:
        """Days until the entry expires; negative when it has."""
        return (self.expires - today).days


@dataclass(frozen=True)
class Register:
    """All entries of one file."""

    path: Path
    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    def find(self, nodeid: str) -> Entry | None:
        """The entry that covers `nodeid`, the closest one if several do."""
        fitting = [entry for entry in self.entries if entry.covers(nodeid)]
        return max(fitting, key=lambda entry: len(entry.nodeid), default=None)

    def today(self, clock: dt.date) -> dt.date:
        """Today by the clock, but never before a day on which an entry was made: a clock may go back."""
        return max([clock, *(entry.since for entry in self.entries)])


def without_group(nodeid: str) -> str:
    """The node id without the `@group` that xdist's loadgroup appends."""
    path, separator, names = nodeid.rpartition("::")
    if not separator or names.endswith("]") or "@" not in names:
        return nodeid
    return path + separator + names.rpartition("@")[0]


def load(path: Path) -> Register:
    """Read the register; a file that is not there is an empty one."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Register(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenRegister(f"{path}: cannot be read: {error}") from error
    return Register(path, parse(text, str(path)))


def parse(text: str, name: str) -> tuple[Entry, ...]:
    """The entries in `text`; raises BrokenRegister, which names `name`, line and key."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenRegister(f"{name}:{_with_key(text, error)}") from error
    for key in document:
        if key != "test":
            raise BrokenRegister(f"{name}:{_line_of(text, key)}: unknown key `{key}`; entries are [[test]] tables")
    tables = document.get("test", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BrokenRegister(f"{name}:{_line_of(text, 'test')}: `test` must be written as [[test]] tables")
    starts = [*_starts(text), *[1] * len(tables)]
    entries = [_Reader(table, text, name, start).entry() for table, start in zip(tables, starts, strict=False)]
    _refuse_twice(entries, name)
    return tuple(entries)


class _Reader:
    """Reads one [[test]] table and knows the line of each of its keys."""

    REQUIRED = ("nodeid", "kind", "reason", "issue", "since", "expires", "evidence")
    OPTIONAL = ("owner",)
    EVIDENCE = ("alone_runs", "alone_failures", "load_runs", "load_failures")

    def __init__(self, table: Mapping[str, object], text: str, name: str, start: int) -> None:
        self.table, self.text, self.name, self.start = table, text, name, start

    def entry(self) -> Entry:
        """The entry, or BrokenRegister at the first thing that is wrong."""
        self._only(self.table, (*self.REQUIRED, *self.OPTIONAL))
        for key in self.REQUIRED:
            if key not in self.table:
                raise self._broken(key, f"`{key}` is missing", at_table=True)
        since, expires = self._date("since"), self._date("expires")
        if expires < since:
            raise self._broken("expires", "`expires` is before `since`")
        if expires - since > LONGEST:
            raise self._broken("expires", f"`expires` is more than {LONGEST.days} days after `since`")
        return Entry(
            nodeid=self._nodeid(),
            kind=self._kind(),
            reason=self._text("reason"),
            owner=self._text("owner", empty=True) if "owner" in self.table else "",
            issue=self._text("issue"),
            since=since,
            expires=expires,
            evidence=self._evidence(),
            line=self.start,
        )

    def _nodeid(self) -> str:
        nodeid = self._text("nodeid")
        if "\\" in nodeid.split("[")[0] or nodeid.startswith(("/", "./")):
            raise self._broken("nodeid", "`nodeid` must be relative to pytest's root folder, with forward slashes")
        return nodeid

    def _kind(self) -> Kind:
        value = self._text("kind")
        try:
            return Kind(value)
        except ValueError:
            kinds = ", ".join(f'"{kind}"' for kind in Kind)
            raise self._broken("kind", f"`kind` must be one of {kinds}") from None

    def _text(self, key: str, *, empty: bool = False) -> str:
        value = self.table[key]
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self._broken(key, f"`{key}` must be a string that is not empty")
        return value

    def _date(self, key: str) -> dt.date:
        value = self.table[key]
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise self._broken(key, f"`{key}` must be a date such as 2030-01-31, without quotes")
        return value

    def _evidence(self) -> Evidence:
        table = self.table["evidence"]
        if not isinstance(table, dict):
            raise self._broken("evidence", "`evidence` must be a table of runs and failures")
        self._only(table, self.EVIDENCE)
        counts = {}
        for key in self.EVIDENCE:
            value = table.get(key)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise self._broken(key if key in table else "evidence", f"`evidence.{key}` must be a count")
            counts[key] = value
        for arm in ("alone", "load"):
            if counts[f"{arm}_failures"] > counts[f"{arm}_runs"]:
                raise self._broken(f"{arm}_failures", f"`evidence.{arm}_failures` is more than the runs")
        return Evidence(**counts)

    def _only(self, table: Mapping[str, object], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                raise self._broken(key, f"unknown key `{key}`")

    def _broken(self, key: str, message: str, *, at_table: bool = False) -> BrokenRegister:
        line = self.start if at_table else _line_of(self.text, key, self.start)
        return BrokenRegister(f"{self.name}:{line}: {message}")


def _refuse_twice(entries: list[Entry], name: str) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.nodeid in seen:
            first = seen[entry.nodeid]
            raise BrokenRegister(f"{name}:{entry.line}: `nodeid` {entry.nodeid} is already there, on line {first}")
        seen[entry.nodeid] = entry.line


def _starts(text: str) -> list[int]:
    """The line of each [[test]]."""
    return [number for number, line in enumerate(text.splitlines(), 1) if TABLE.match(line)]


def _line_of(text: str, key: str, start: int = 1) -> int:
    """The line on which `key` is written, from line `start` on; `start` if it is nowhere."""
    written = re.compile(rf"(^|[\s{{,.\[\"']){re.escape(key)}[\"']?\s*([=.\]]|$)")
    for number, line in enumerate(text.splitlines()[start - 1 :], start):
        if written.search(line.split("#")[0]):
            return number
    return start


def _with_key(text: str, error: tomllib.TOMLDecodeError) -> str:
    """The parser's message, opened by the line and closed by the key that stands there."""
    message = str(error)
    found = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    number = int(found.group(1)) if found else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    key = re.match(r"\s*([\w\"'.-]+)\s*=", line)
    place = f" (key `{key.group(1)}`)" if key else ""
    return f"{number}: not valid TOML: {message}{place}"
