"""Says what makes a test fail under load and what to change, from its failures' signatures and what it shares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flake_quarantine.inference.suspects import ITSELF, PORTS

# What a failure says of the thing that it met. The first two are collisions: load without another holder makes none.
PORT_IN_USE = re.compile(r"address (already )?in use|EADDRINUSE", re.IGNORECASE)
FILE_EXISTS = re.compile(r"FileExistsError|EEXIST")
DATABASE_LOCKED = re.compile(r"database (table )?is locked", re.IGNORECASE)
TIME_OUT = re.compile(r"\bTimeout|TimeoutError|\btimed? ?out\b", re.IGNORECASE)
SIGNS = ((PORT_IN_USE, "port"), (FILE_EXISTS, "file"), (DATABASE_LOCKED, "file"), (TIME_OUT, "timing"))
# How the names of shared things begin that belong to each kind.
PREFIXES = {"port": PORTS, "file": ("file ", "temporary path "), "environment": ("variable ",)}
UNSEEN = {"port": "a port", "file": "a file or database"}
CHANGES = {
    "port": "bind port 0, and read the port that the system chose",
    "file": "give each run a path of its own, such as pytest's tmp_path",
    "environment": "set it with pytest's monkeypatch, and in the test that needs it",
}
TIMING = "it waits for a time that is too short on a busy machine: wait for the condition, with a longer limit"
MAX_HOLDERS = 3


@dataclass(frozen=True)
class Cause:
    """A cause: its kind (port, file, environment or timing), the things that are shared, and a sentence for people."""

    kind: str
    resources: tuple[str, ...]
    sentence: str


def is_collision(signature: str) -> bool:
    """Tell whether a failure says that something else held what the test wanted."""
    return bool(PORT_IN_USE.search(signature) or FILE_EXISTS.search(signature))


def find_cause(shared: Mapping[str, Sequence[str]], signatures: Iterable[str]) -> Cause | None:
    """Return the cause that the failures name, the most frequent first; otherwise the only port that is shared.

    `shared` has the holders of each thing that the test touched. A file or variable that no failure names explains
    nothing: most tests share some.
    """
    signatures = list(signatures)
    for signature in signatures:
        kind = next((kind for sign, kind in SIGNS if sign.search(signature)), None)
        if kind == "timing":
            return Cause(kind, (), TIMING)
        if kind:
            return _blame(kind, [name for name in shared if name.startswith(PREFIXES[kind])], shared)
        variables = [name for name in shared if _names_variable(signature, name)]
        if variables:
            return _blame("environment", variables, shared)
    ports = [name for name in shared if name.startswith("port ")]
    if len(ports) != 1:
        return None
    sentence = f"it may fail because it shares {_describe(ports[0], shared[ports[0]])}: {CHANGES['port']}"
    return Cause("port", tuple(ports), sentence)


def _names_variable(signature: str, resource: str) -> bool:
    """Tell whether the failure names the shared variable as a word."""
    kind, _, name = resource.partition(" ")
    return kind == "variable" and bool(re.search(rf"\b{re.escape(name)}\b", signature))


def _blame(kind: str, resources: Sequence[str], shared: Mapping[str, Sequence[str]]) -> Cause:
    if not resources:
        return Cause(kind, (), f"it needs {UNSEEN[kind]} that something else holds: {CHANGES[kind]}")
    things = " and ".join(_describe(name, shared[name]) for name in resources[:MAX_HOLDERS])
    return Cause(kind, tuple(resources), f"it shares {things}: {CHANGES[kind]}")


def _describe(resource: str, holders: Sequence[str]) -> str:
    """Return a shared thing with its holders, such as `port 80 with a.py::b and 2 more`."""
    names = ["a copy of itself" if name == ITSELF else name for name in holders[:MAX_HOLDERS]]
    more = f" and {len(holders) - MAX_HOLDERS} more" if len(holders) > MAX_HOLDERS else ""
    return f"{resource} with {', '.join(names)}{more}"
