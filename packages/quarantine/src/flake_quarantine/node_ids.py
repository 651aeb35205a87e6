"""Node ids as pytest writes them: `folder/test_file.py::Class::test_name[parameters]`."""

from __future__ import annotations

import re
from collections.abc import Iterator

INNER_END = re.compile(r"(?=::|\[)")  # where a name inside of a node id may end


def extract_path(nodeid: str) -> str:
    """Return the file of a node id, relative to pytest's root folder."""
    return nodeid.split("::")[0]


def covers(name: str, nodeid: str) -> bool:
    """Tell whether `name`, a test, a class or a file, is `nodeid`, contains it, or is it without parameters."""
    rest = nodeid[len(name) :]
    return nodeid.startswith(name) and (not rest or rest.startswith(("::", "[")))


def list_covering(nodeid: str) -> Iterator[str]:
    """Yield every name that covers `nodeid`, the longest first."""
    yield nodeid
    for end in reversed([found.start() for found in INNER_END.finditer(nodeid)]):
        yield nodeid[:end]


def strip_group(nodeid: str) -> str:
    """Return the node id without the `@group` that xdist's loadgroup appends."""
    path, separator, names = nodeid.rpartition("::")
    if not separator or names.endswith("]") or "@" not in names:
        return nodeid
    return path + separator + names.rpartition("@")[0]
