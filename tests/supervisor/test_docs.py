"""The page about the supervisor names every state, method and file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hero_assistance.supervisor.logs.layout import LogLayout, Segment
from hero_assistance.supervisor.logs.retention import RUNS_KEPT
from hero_assistance.supervisor.names import LIFECYCLE_LOCK, SUPERVISOR_LOCK
from hero_assistance.supervisor.process.process_family import MARK
from hero_assistance.supervisor.registry.file_names import REGISTRY_FILE, RUNS_FOLDER
from hero_assistance.supervisor.registry.secrets import SECRETS_FOLDER
from hero_assistance_sdk.hero_proc.client import METHODS
from hero_assistance_sdk.hero_proc.specs import LogSpec
from hero_assistance_sdk.hero_proc.wire import ActionState
from hero_assistance_sdk.net.sockets import TAKES_OVER

pytestmark = pytest.mark.pure

PAGE_PATH = Path(__file__).resolve().parents[2] / "docs" / "supervisor.md"
PAGE = PAGE_PATH.read_text()


@pytest.mark.parametrize("word", [*METHODS, *(state.value for state in ActionState), LIFECYCLE_LOCK, MARK, TAKES_OVER])
def test_a_name_is_explained(word: str) -> None:
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize(
    "file", [SUPERVISOR_LOCK, REGISTRY_FILE, f"{RUNS_FOLDER}/<service>", f"{SECRETS_FOLDER}/<context>"]
)
def test_a_file_is_listed(file: str) -> None:
    assert f"`<var>/state/hero_assistance/{file}" in PAGE


OPERATIONS = (PAGE_PATH.parent / "operations.md").read_text()


@pytest.mark.parametrize(
    "name", ["<action>.log", "<action>.d/<N>.log", "<action>.d/<N>.<from>-<to>.log", "<action>.d/<N>.marks"]
)
def test_a_file_of_the_logs_is_listed(name: str) -> None:
    """And is the one that the code writes."""
    layout = LogLayout(Path("/"), "<action>")
    made = {layout.live_path(0), layout.live_path(7), layout.segment_path(Segment(7, 1, 2)), layout.marks_path(7)}
    names = {str(path)[1:].replace("7.1-2", "<N>.<from>-<to>").replace("7", "<N>") for path in made}
    assert name in names
    assert f"        {name} " in OPERATIONS


@pytest.mark.parametrize(
    "fact",
    [
        f'`{{"max_bytes": {LogSpec().max_bytes}, "keep": {LogSpec().keep}}}`',
        f"and {RUNS_KEPT} starts",
        f"at most\n{LogSpec().max_bytes * (LogSpec().keep + 1) // 1024**2} MiB an action",
        "`log.not-rotated`",
        "`log.never-rotated`",
        "`log.gone`",
        "a thousandth of how long ago",
    ],
)
def test_what_is_kept_of_logs_is_told(fact: str) -> None:
    assert fact in OPERATIONS
