"""The register of quarantined tests: one TOML file, in which unknown keys and wrong values are errors."""

from __future__ import annotations

import datetime as dt
import enum
import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from flake_quarantine import node_ids
from flake_quarantine.errors import BrokenRegister

TABLE_HEADER = re.compile(r"\s*\[\[\s*[\"']?test[\"']?\s*\]\]")
MAX_AGE = dt.timedelta(days=60)  # a quarantine ends; an owner who needs more time must renew it


class Kind(enum.StrEnum):
    """What makes the test fail: tests that run at the same time, tests that ran before, or not known yet."""

    LOAD = "load"
    ORDER = "order"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Runs and failures, alone and under load, at the time when the entry was made."""

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

    def count_days_left(self, today: dt.date) -> int:
        """Count the days until the entry expires; negative when it has expired."""
        return (self.expires - today).days


def count_of_days(days: int) -> str:
    """Return a number of days in words, such as `1 day`."""
    return f"{days} day" if days == 1 else f"{days} days"


def format_days_left(days: int) -> str:
    """Return how long an entry lasts, such as `28 days left`."""
    return f"{count_of_days(days)} left"


@dataclass(frozen=True)
class Register:
    """All entries of one file."""

    path: Path
    entries: tuple[Entry, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries)

    @property
    def is_owned(self) -> bool:
        """Whether every entry has an owner."""
        return all(entry.owner for entry in self.entries)

    def find(self, nodeid: str) -> Entry | None:
        """Return the entry that covers `nodeid`, the narrowest one if several do."""
        return next(self.find_all(nodeid), None)

    def find_all(self, nodeid: str) -> Iterator[Entry]:
        """Yield the entries that cover `nodeid`, the narrowest first; as fast in a long register as in a short one."""
        for name in node_ids.list_covering(nodeid):
            if name in self._by_nodeid:
                yield self._by_nodeid[name]

    @functools.cached_property
    def _by_nodeid(self) -> dict[str, Entry]:
        return {entry.nodeid: entry for entry in self.entries}

    def resolve_today(self, clock: dt.date) -> dt.date:
        """Return the clock's date, but none before the newest `since`: a clock that went back revives no entry."""
        return max([clock, *(entry.since for entry in self.entries)])


def load(path: Path, root: Path | None = None) -> Register:
    """Read the register; a missing file is an empty register. Raises BrokenRegister.

    With `root`, pytest's root folder, an entry that names no owner has those of its file in CODEOWNERS.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Register(path)
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenRegister(f"{path}: cannot be read: {error}") from error
    register = Register(path, parse(text, str(path)))
    return register if root is None or register.is_owned else fill_owners(register, root)


def fill_owners(register: Register, root: Path) -> Register:
    """Return the register with the owners in CODEOWNERS for entries that name none; `root` is pytest's root folder."""
    # Imported here: a run without such an entry does not load it.
    from flake_quarantine.codeowners import find_code_owners

    owners = find_code_owners(root)
    if owners is None:
        return register
    filled = (
        entry if entry.owner else replace(entry, owner=owners.find(root / node_ids.extract_path(entry.nodeid)))
        for entry in register.entries
    )
    return replace(register, entries=tuple(filled))


def parse(text: str, name: str) -> tuple[Entry, ...]:
    """Return the entries in `text`; raises BrokenRegister, whose message names `name`, line and key."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BrokenRegister(f"{name}:{_locate_syntax_error(text, error)}") from error
    for key in document:
        if key != "test":
            raise BrokenRegister(f"{name}:{_find_line(text, key)}: unknown key `{key}`; entries are [[test]] tables")
    tables = document.get("test", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BrokenRegister(f"{name}:{_find_line(text, 'test')}: `test` must be written as [[test]] tables")
    starts = [*_find_table_lines(text), *[1] * len(tables)]
    entries = [_TableReader(table, text, name, start).read() for table, start in zip(tables, starts, strict=False)]
    _refuse_duplicates(entries, name)
    return tuple(entries)


class _TableReader:
    """Reads one [[test]] table and knows the line of each of its keys."""

    REQUIRED = ("nodeid", "kind", "reason", "issue", "since", "expires", "evidence")
    OPTIONAL = ("owner",)
    EVIDENCE = ("alone_runs", "alone_failures", "load_runs", "load_failures")

    def __init__(self, table: Mapping[str, object], text: str, name: str, start: int) -> None:
        self.table, self.text, self.name, self.start = table, text, name, start

    def read(self) -> Entry:
        """Return the entry; raises BrokenRegister at the first mistake."""
        self._refuse_unknown_keys(self.table, (*self.REQUIRED, *self.OPTIONAL))
        for key in self.REQUIRED:
            if key not in self.table:
                raise self._error(key, f"`{key}` is missing", at_table=True)
        since, expires = self._read_date("since"), self._read_date("expires")
        if expires < since:
            raise self._error("expires", "`expires` is before `since`")
        if expires - since > MAX_AGE:
            raise self._error("expires", f"`expires` is more than {MAX_AGE.days} days after `since`")
        return Entry(
            nodeid=self._read_nodeid(),
            kind=self._read_kind(),
            reason=self._read_text("reason"),
            owner=self._read_text("owner", empty=True) if "owner" in self.table else "",
            issue=self._read_text("issue"),
            since=since,
            expires=expires,
            evidence=self._read_evidence(),
            line=self.start,
        )

    def _read_nodeid(self) -> str:
        nodeid = self._read_text("nodeid")
        if "\\" in nodeid.split("[")[0] or nodeid.startswith(("/", "./")):
            raise self._error("nodeid", "`nodeid` must be relative to pytest's root folder, with forward slashes")
        return nodeid

    def _read_kind(self) -> Kind:
        value = self._read_text("kind")
        try:
            return Kind(value)
        except ValueError:
            kinds = ", ".join(f'"{kind}"' for kind in Kind)
            raise self._error("kind", f"`kind` must be one of {kinds}") from None

    def _read_text(self, key: str, *, empty: bool = False) -> str:
        value = self.table[key]
        if not isinstance(value, str) or not (empty or value.strip()):
            raise self._error(key, f"`{key}` must be a string that is not empty")
        return value

    def _read_date(self, key: str) -> dt.date:
        value = self.table[key]
        if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
            raise self._error(key, f"`{key}` must be a date such as 2030-01-31, without quotes")
        return value

    def _read_evidence(self) -> Evidence:
        table = self.table["evidence"]
        if not isinstance(table, dict):
            raise self._error("evidence", "`evidence` must be a table of runs and failures")
        self._refuse_unknown_keys(table, self.EVIDENCE)
        counts = {}
        for key in self.EVIDENCE:
            value = table.get(key)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise self._error(key if key in table else "evidence", f"`evidence.{key}` must be a count")
            counts[key] = value
        for arm in ("alone", "load"):
            if counts[f"{arm}_failures"] > counts[f"{arm}_runs"]:
                raise self._error(f"{arm}_failures", f"`evidence.{arm}_failures` is more than the runs")
        return Evidence(**counts)

    def _refuse_unknown_keys(self, table: Mapping[str, object], known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                raise self._error(key, f"unknown key `{key}`")

    def _error(self, key: str, message: str, *, at_table: bool = False) -> BrokenRegister:
        line = self.start if at_table else _find_line(self.text, key, self.start)
        return BrokenRegister(f"{self.name}:{line}: {message}")


def _refuse_duplicates(entries: list[Entry], name: str) -> None:
    seen: dict[str, int] = {}
    for entry in entries:
        if entry.nodeid in seen:
            first = seen[entry.nodeid]
            raise BrokenRegister(f"{name}:{entry.line}: `nodeid` {entry.nodeid} is already there, on line {first}")
        seen[entry.nodeid] = entry.line


def _find_table_lines(text: str) -> list[int]:
    """Return the line number of each [[test]]."""
    return [number for number, line in enumerate(text.splitlines(), 1) if TABLE_HEADER.match(line)]


def _find_line(text: str, key: str, start: int = 1) -> int:
    """Return the line on which `key` is written, from line `start` on; `start` if it is nowhere."""
    written = re.compile(rf"(^|[\s{{,.\[\"']){re.escape(key)}[\"']?\s*([=.\]]|$)")
    for number, line in enumerate(text.splitlines()[start - 1 :], start):
        if written.search(line.split("#")[0]):
            return number
    return start


def _locate_syntax_error(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Return the line number, the parser's message and the key on that line."""
    message = str(error)
    found = re.search(r"at line (\d+)", message)
    lines = text.splitlines()
    number = int(found.group(1)) if found else len(lines)
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    key = re.match(r"\s*([\w\"'.-]+)\s*=", line)
    place = f" (key `{key.group(1)}`)" if key else ""
    return f"{number}: not valid TOML: {message}{place}"
