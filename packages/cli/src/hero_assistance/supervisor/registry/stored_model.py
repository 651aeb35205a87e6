"""The base of the models that the state folder stores as JSON, and reading them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hero_assistance_sdk.errors import HeroError


class StateDamaged(HeroError):
    """A file of the supervisor's state cannot be read."""

    reason = "state-damaged"


class StoredModel(BaseModel):
    """What a file holds; fields of a newer release are ignored."""

    model_config = ConfigDict(extra="ignore")


M = TypeVar("M", bound=BaseModel)


def read_model(path: Path, model: type[M]) -> M | None:
    """The content of a file, `None` when it does not exist; raises `StateDamaged`."""
    try:
        return model.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise StateDamaged(
            f"{path} cannot be read: {error.errors(include_input=False)[0]['msg']}",
            hint="move it away; what it described is not supervised until it is started again",
        ) from None
