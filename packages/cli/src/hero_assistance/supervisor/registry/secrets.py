"""Secrets: one file for each context, readable by its owner alone; only `secret.get` returns values."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hero_assistance.supervisor.registry.stored_model import StateDamaged
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.files.durable_files import write_atomic

SECRETS_FOLDER = "secrets"
_HINT = (
    "put it back from a copy, or move it away and set the secrets again: hero_assistance access add ADDRESS, "
    "hero_assistance secret set NAME VALUE"
)
_CONTENT = TypeAdapter(dict[str, str])


class Secrets:
    """The secrets of one state folder; the wire types have checked the names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / SECRETS_FOLDER

    def set(self, context: str, name: str, value: str) -> bool:
        """Save a value; false when it was there already."""
        known = self._load(context)
        if known.get(name) == value:
            return False
        self._save(context, {**known, name: value})
        return True

    def get(self, context: str, name: str) -> str:
        """The value; raises `NotFound`."""
        known = self._load(context)
        if name not in known:
            raise NotFound(f"there is no secret {name} in the context {context}")
        return known[name]

    def names(self, context: str) -> tuple[str, ...]:
        """The names, sorted; never the values."""
        return tuple(sorted(self._load(context)))

    def delete(self, context: str, name: str) -> bool:
        """Delete a value; false when there was none."""
        known = self._load(context)
        if name not in known:
            return False
        self._save(context, {other: value for other, value in known.items() if other != name})
        return True

    def _path(self, context: str) -> Path:
        return self._folder / f"{context}.json"

    def _load(self, context: str) -> dict[str, str]:
        path = self._path(context)
        try:
            return _CONTENT.validate_json(path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise StateDamaged(f"{path} cannot be read: {error.strerror}", hint=_HINT) from None
        except ValidationError:
            # The library's error quotes what it read, which is secret.
            raise StateDamaged(f"{path} is damaged", hint=_HINT) from None

    def _save(self, context: str, content: dict[str, str]) -> None:
        write_atomic(self._path(context), _CONTENT.dump_json(content))
