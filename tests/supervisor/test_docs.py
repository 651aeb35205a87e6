"""The page about the supervisor names every state, method and file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.supervisor.descendants import MARK
from hero_assistance.supervisor.lock import LIFECYCLE_LOCK, SUPERVISOR_LOCK
from hero_assistance.supervisor.registry import REGISTRY_FILE, RUNS_FOLDER
from hero_assistance.supervisor.secrets import SECRETS_FOLDER
from hero_assistance_sdk.hero_proc.client import METHODS
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.succession import TAKES_OVER

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "supervisor.md").read_text()


@pytest.mark.parametrize("word", [*METHODS, *(state.value for state in ActionState), LIFECYCLE_LOCK, MARK, TAKES_OVER])
def test_a_name_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize(
    "file", [SUPERVISOR_LOCK, REGISTRY_FILE, f"{RUNS_FOLDER}/<service>", f"{SECRETS_FOLDER}/<context>"]
)
def test_a_file_is_listed(file: str) -> None:
    assert f"`<var>/state/hero_assistance/{file}" in PAGE
