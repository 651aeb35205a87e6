"""Says what makes a test fail under load and what to change, from its failures' signatures and what it shares."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flake_quarantine.inference.suspects import ITSELF, PORTS

# What a failure says of the thing that it met. The first two are collisions: load without another holder makes none.
PORT_IN_USE = re.compile(r"address (already )?in use|EADDRINUSE", re.IGNORECASE)
FILE_EXISTS = re.compile(r"FileExistsError|EEXIST")
FILE_GONE = re.compile(
    r"FileNotFoundError|No such file or directory|\bfile \S+ does not exist|disk I/O error|readonly database",
    re.IGNORECASE,
)
DATABASE_LOCKED = re.compile(r"database (table )?is locked", re.IGNORECASE)
DATABASE_TAKEN = re.compile(
    r"database \S+ (already exists|is being accessed by other users)|(relation|table|schema) \S+ already exists",
    re.IGNORECASE,
)
USED_UP = re.compile(
    r"Too many open files|EMFILE|ENFILE|MemoryError|Cannot allocate memory|No space left on device"
    r"|can't start new thread|Resource temporarily unavailable",
    re.IGNORECASE,
)
SIGNAL = re.compile(r"\bSIG(INT|TERM|HUP|QUIT|USR[N12]|CHLD|ALRM|KILL|PIPE)\b|\bKeyboardInterrupt\b")
TIME_OUT = re.compile(r"\bTimeout|TimeoutError|\btimed? ?out\b", re.IGNORECASE)
# What a test meets that comes too early: nothing listens yet, or the object that it calls has not begun.
NOT_READY = re.compile(
    r"connection ?refused|ECONNREFUSED|all connection attempts failed"
    r"|\b(is|was|are) not (yet )?(initiali[sz]ed|started|ready|running)\b",
    re.IGNORECASE,
)
# A word for a measured time, or a bound that a number with decimals misses: what else would differ under load?
CLOCK = re.compile(
    r"\b(elapsed|duration|took|monotonic|perf_counter)\b"
    r"|\bN\.N not (less|greater) than\b|\bnot (less|greater) than( or equal to)? N\.N"
    r"|\bassert\b(?=.*\bN\.N\b).* [<>]=? ",
    re.IGNORECASE,
)
SIGNS = (
    (PORT_IN_USE, "port"),
    (FILE_EXISTS, "file"),
    (DATABASE_LOCKED, "file"),
    (DATABASE_TAKEN, "database"),
    (USED_UP, "resources"),
    (SIGNAL, "signal"),
    (TIME_OUT, "timing"),
    (NOT_READY, "readiness"),
    (CLOCK, "clock"),
)
# How the names of shared things begin that belong to each kind.
PREFIXES = {"port": PORTS, "file": ("file ", "temporary path "), "environment": ("variable ",)}
UNSEEN = {"port": "a port", "file": "a file or database"}
CHANGES = {
    "port": "bind port 0, and read the port that the system chose",
    "file": "give each run a path of its own, such as pytest's tmp_path",
    "environment": "set it with pytest's monkeypatch, and in the test that needs it",
}
# What explains itself: no shared thing is to be named with it.
SENTENCES = {
    "database": "it makes a database or a table that another test makes, too: give each worker a database of its own",
    "resources": "it uses up what all programs of the machine share: close what it opens, or run fewer workers",
    "signal": "it sends or gets a signal: wait until the process that gets it is ready, and send it to no other",
    "timing": "it waits for a time that is too short on a busy machine: wait for the condition, with a longer limit",
    "readiness": "it calls what has not started yet on a busy machine: wait until that answers, not for a time",
    "clock": "it compares a measured time with a margin too narrow for a busy machine: assert the order of events",
}
MAX_HOLDERS = 3


@dataclass(frozen=True)
class Cause:
    """A cause: its kind, such as `port` or `timing`, the things that are shared, and a sentence for people."""

    kind: str
    resources: tuple[str, ...]
    sentence: str


SPEED = Cause(
    "timing",
    (),
    "it fails under any load, as it depends on how fast the machine is: wait for what it needs, not for a time",
)


def is_collision(signature: str) -> bool:
    """Tell whether a failure says that something else held what the test wanted."""
    return bool(PORT_IN_USE.search(signature) or FILE_EXISTS.search(signature))


def find_cause(shared: Mapping[str, Sequence[str]], signatures: Iterable[str]) -> Cause | None:
    """Return the cause that the failures name, the most frequent first; otherwise the only port that is shared.

    `shared` has the holders of each thing that the test touched. A file or variable that no failure names explains
    nothing: most tests share some.
    """
    ports = [name for name in shared if name.startswith("port ")]
    files = [name for name in shared if name.startswith(PREFIXES["file"])]
    for signature in signatures:
        kind = next((kind for sign, kind in SIGNS if sign.search(signature)), None)
        if kind == "readiness" and len(ports) == 1:
            continue  # a server that could not bind the port does not answer either
        if files and FILE_GONE.search(signature):
            return _suspect("file", files, shared)
        if kind in SENTENCES:
            return Cause(kind, (), SENTENCES[kind])
        if kind:
            return _blame(kind, [name for name in shared if name.startswith(PREFIXES[kind])], shared)
        variables = [name for name in shared if _names_variable(signature, name)]
        if variables:
            return _blame("environment", variables, shared)
    if len(ports) != 1:
        return None
    return _suspect("port", ports, shared)


def blame_order(names: Sequence[str], shared: Mapping[str, Sequence[str]]) -> Cause:
    """Return the cause of a failure that comes after these tests in the same process."""
    common = [resource for resource, holders in shared.items() if set(holders) & set(names)]
    both = f" and uses {', '.join(common[:MAX_HOLDERS])} as it does" if common else ""
    first = ", ".join(names[:MAX_HOLDERS])
    sentence = f"it fails after {first} in the same process{both}: undo there what is left behind, in a fixture"
    return Cause("order", tuple(common), sentence)


def blame_culprits(culprits: Collection[str], shared: Mapping[str, Sequence[str]]) -> Cause | None:
    """Return what the test shares with the tests that go with its failures, of which `ITSELF` is one; or None."""
    for kind in ("port", "file"):
        held = {
            name: [holder for holder in dict.fromkeys((*holders, ITSELF)) if holder in culprits]
            for name, holders in shared.items()
            if name.startswith(PREFIXES[kind])
        }
        if names := [name for name, holders in held.items() if holders]:
            return _suspect(kind, names, held)
    return None


def _names_variable(signature: str, resource: str) -> bool:
    """Tell whether the failure names the shared variable as a word."""
    kind, _, name = resource.partition(" ")
    return kind == "variable" and bool(re.search(rf"\b{re.escape(name)}\b", signature))


def _blame(kind: str, resources: Sequence[str], shared: Mapping[str, Sequence[str]]) -> Cause:
    if not resources:
        return Cause(kind, (), f"it needs {UNSEEN[kind]} that something else holds: {CHANGES[kind]}")
    things = " and ".join(_describe(name, shared[name]) for name in resources[:MAX_HOLDERS])
    return Cause(kind, tuple(resources), f"it shares {things}: {CHANGES[kind]}")


def _suspect(kind: str, resources: Sequence[str], shared: Mapping[str, Sequence[str]]) -> Cause:
    """Return a cause that is possible, but that no failure proves."""
    things = " and ".join(_describe(name, shared[name]) for name in resources[:MAX_HOLDERS])
    return Cause(kind, tuple(resources), f"it may fail because it shares {things}: {CHANGES[kind]}")


def _describe(resource: str, holders: Sequence[str]) -> str:
    """Return a shared thing with its holders, such as `port 80 with a.py::b and 2 more`."""
    names = ["a copy of itself" if name == ITSELF else name for name in holders[:MAX_HOLDERS]]
    more = f" and {len(holders) - MAX_HOLDERS} more" if len(holders) > MAX_HOLDERS else ""
    return f"{resource} with {', '.join(names)}{more}"
