"""Whose replica a target holds, and where in it the database of now is.

Two desks that copied to one target would destroy each other's replica; so would a machine that comes back after
another one has taken its desk over. Each looks for its own claim before it writes.
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from hero_assistance.replication.errors import ReplicaFailed, TargetTaken
from hero_assistance.replication.target_folder import CLAIM, TargetFolder
from hero_assistance_sdk.files.durable_files import write_atomic

# In the data folder: a restore replaces that, and what is written then has another history.
GENERATION_FILE = ".replica"
_ID = re.compile(r"[0-9a-f]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Claim:
    """What is written at the target; no generation before the first is whole."""

    owner: str
    generation: str | None = None

    def require_generation(self) -> str:
        """Return the generation; raises `ReplicaFailed` where none is whole yet."""
        if self.generation is None:
            raise ReplicaFailed("the replica was begun, and never became whole")
        return self.generation


def make_id() -> str:
    """Return an id that no other claim or generation has."""
    return secrets.token_hex(8)


def name_database(generation: str) -> str:
    """Return the name of the folder that Litestream writes a generation to."""
    return f"database-{generation}"


def read_claim(folder: TargetFolder) -> Claim | None:
    """Read the claim at a target; raises `ReplicaFailed` or `OSError`."""
    content = folder.read(CLAIM)
    if content is None:
        return None
    try:
        told = json.loads(content)
        owner, generation = told["owner"], told["generation"]
        if not _is_id(owner) or not (generation is None or _is_id(generation)):
            raise ValueError("there is another text where an id belongs")
    except (ValueError, KeyError, TypeError):
        raise ReplicaFailed(f"{CLAIM} at the target is damaged", hint="delete it, then set the replica up") from None
    return Claim(owner, generation)


def write_claim(folder: TargetFolder, claim: Claim) -> None:
    """Write the claim; raises `ReplicaFailed` or `OSError`."""
    folder.write(CLAIM, json.dumps({"owner": claim.owner, "generation": claim.generation}).encode())


def require_own(folder: TargetFolder, owner: str) -> Claim:
    """Return the claim of this owner; raises `TargetTaken`, or `ReplicaFailed` where there is none any more."""
    found = read_claim(folder)
    if found is None:
        raise ReplicaFailed(
            f"the target has no {CLAIM} any more", hint="see that its disk is mounted, or set the replica up again"
        )
    if found.owner != owner:
        raise TargetTaken(
            "another desk copies to the target now", hint="hero_assistance replicate setup with another target"
        )
    return found


def read_generation(data: Path) -> str | None:
    """Return the generation of a data folder, `None` before one began."""
    try:
        text = (data / GENERATION_FILE).read_text().strip()
    except FileNotFoundError:
        return None
    return text if _is_id(text) else None


def begin_generation(data: Path) -> str:
    """Have a data folder begin a generation, and return it."""
    generation = make_id()
    write_atomic(data / GENERATION_FILE, generation.encode())
    return generation


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None
